"""The verbs ``gdl 3d sample``, ``convert`` and ``data``: new shapes, other files, and where to get some."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gdl_3d.checks import Millimetres, millimetres
from gdl_core.cli.asking import Request, asks
from gdl_core.cli.files import check_out, check_sources, check_written
from gdl_core.cli.options import (
    Force,
    Json,
    OptionalOut,
    Picture,
    Seed,
    SkippedFile,
)
from gdl_core.cli.output import print_facts, print_json, tell
from gdl_core.cli.sample import check_outputs, check_picture, draw, finish
from gdl_core.cli.skips import skips

Form = Annotated[
    str | None, typer.Option(metavar="KIND", help="What to write in a folder: glb, stl, obj, ply or npz. Default: glb.")
]
Closed = Annotated[bool, typer.Option("--closed", help="Make a watertight solid of each, at 64 cells a side.")]

DATA = (
    {
        "name": "procedural",
        "what": "simple chairs, cups, lamps, shelves and tables, as many as are asked for",
        "licence": "yours: they are made on the spot",
        "how": "gdl 3d procedural shapes --count 500",
        "then": "gdl 3d train shapes/train.csv --condition class --out run",
    },
    {
        "name": "furniture",
        "what": "820 pieces of furniture in 12 categories",
        "licence": "CC0 (175) and CC-BY (645): name the creators, who stand in the tables that `convert` writes",
        "how": "apt-get download sweethome3d-furniture && dpkg -x sweethome3d-furniture_*.deb furniture && "
        "gdl 3d convert furniture/usr/share/sweethome3d/furniture shapes",
        "then": "gdl 3d train shapes/train.csv --condition class --out run",
    },
    {
        "name": "ModelNet10, ModelNet40",
        "what": "4,899 and 12,311 CAD models in 10 and 40 categories",
        "licence": "for academic research; the rights to the models are their makers'",
        "how": "https://modelnet.cs.princeton.edu: unpack ModelNet10.zip",
        "then": "gdl 3d train ModelNet10/chair/train --out run",
    },
    {
        "name": "ShapeNetCore",
        "what": "about 51,300 models in 55 categories",
        "licence": "for non-commercial research and education, after an application",
        "how": "https://shapenet.org: apply, and unpack the archive of a synset with taxonomy.json beside it",
        "then": "gdl 3d train ShapeNetCore.v2 --condition class --out run",
    },
)


def register(app: typer.Typer) -> None:
    """Add the verbs of this module to ``gdl 3d``."""
    app.command("sample")(sample)
    app.command("convert")(convert)
    app.command("data")(data)
    app.command("procedural")(procedural)


@asks(without=("top_k", "top_p", "min_p", "prefix"))
def sample(
    context: typer.Context,
    asked: Request,
    out: OptionalOut = None,
    form: Form = None,
    height: Millimetres = None,
    closed: Closed = False,
    picture: Picture = None,
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw new shapes from a model, into a folder, or one into a file.

    All are valid and no two alike, unless --raw asks for every draw as it came. Meshes become GLB files and clouds
    PLY files, about one unit long; with --height they are millimetres (GLB: metres) and that tall.
    """
    check_written(context.obj, out)
    check_outputs(out, picture, force=force)
    check_picture(context.obj, picture)
    _check_form(out, form, asked.count)
    tall = None if height is None else millimetres(height)
    drawn = draw(context.obj, asked)
    with skips(skipped, keep=json) as skip:
        samples = drawn.samples.closed(skipped=skip) if closed else drawn.samples
        samples.save(out, form=form, height=tall, force=force, skipped=skip)
    if picture:
        samples.draw(picture, force=force)
    finish(drawn, out, json=json, rows=[])
    skip.leave()


def _check_form(out: Path | None, form: str | None, count: int) -> None:
    """Refuse, before any work, names that nothing can be written to."""
    from gdl_3d.files.writing import check_written
    from gdl_core.errors import UsageError

    if form is not None:
        check_written(Path(f"shape.{form}"))
    if out is not None and out.suffix:
        check_written(out)
        if count != 1:
            raise UsageError(f"--out {out} is one file, for one shape; name a folder for {count:,}")


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="A mesh, a table, a .sh3f library, or a folder.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file, or a folder for several, with tables of them.")],
    form: Form = None,
    height: Millimetres = None,
    closed: Closed = False,
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write shapes as other files: one as OUT says, or many into a folder, by class, with tables to train on."""
    check_sources([source])
    check_out(out, force=force)
    tall = None if height is None else millimetres(height)
    from gdl_3d.conversion import convert

    with skips(skipped, keep=json) as skip:
        count = convert(source, out, form=form or "glb", height=tall, close=closed, force=force, skipped=skip)
    if json:
        print_json({"count": count, "out": str(out), **skip.facts()})
    tell(f"wrote {count:,} shape{'s' * (count != 1)} to {out}")
    skip.leave()


def procedural(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder, with tables to train on.")],
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many shapes.")] = 500,
    seed: Seed = None,
    form: Form = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Build simple chairs, cups, lamps, shelves and tables to train on, without a download; one in five is held out."""
    check_out(out, force=force)
    from gdl_3d.building import procedural
    from gdl_3d.conversion import write_folder

    made = write_folder(procedural(count, seed=seed or 0), out, form=form or "glb", force=force)
    if json:
        print_json({"count": made, "out": str(out)})
    tell(f"wrote {made:,} shape{'s' * (made != 1)} to {out}")


def data(json: Json = False) -> None:
    """Say where shapes to train on can be had, and under which licence; nothing is downloaded."""
    if json:
        found: list[dict[str, Any]] = [dict(entry) for entry in DATA]
        print_json({"data": found})
        return
    for entry in DATA:
        print_facts(entry)
        typer.echo()
