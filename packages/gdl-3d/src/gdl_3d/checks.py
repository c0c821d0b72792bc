"""The verbs ``gdl 3d check``, ``simplify`` and ``complete``: what makers and artists ask of a single shape."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import (
    BatchSize,
    Count,
    Device,
    FamilyOptions,
    Force,
    Json,
    Model,
    Seed,
    family_options,
    given,
)
from gdl_core.cli.output import print_facts, print_json, tell
from gdl_core.cli.skips import Skips, skips
from gdl_core.errors import GdlError, Skipped, UsageError

if TYPE_CHECKING:
    from gdl_3d.shape import Shape

Sources = Annotated[list[str], typer.Argument(metavar="FILES...", help="Meshes to look at.")]
Millimetres = Annotated[
    str | None,
    typer.Option(metavar="LENGTH", help="How tall it will be, such as 50mm or 12cm. Default: as in the file."),
]
ShapeOut = Annotated[Path, typer.Option("--out", help="The file to write; the end of its name says its kind.")]

FULL_CIRCLE = 360
METRE = 1000.0
IN_METRES = (".glb", ".gltf")
UNITS = {"mm": 1.0, "cm": 10.0, "m": METRE, "in": 25.4}


def register(app: typer.Typer) -> None:
    """Add the verbs of this module to ``gdl 3d``."""
    app.command("check")(check)
    app.command("simplify")(simplify)
    app.command("complete")(complete)
    app.command("turntable")(turntable)
    app.command("surface")(surface)


def check(files: Sources, height: Millimetres = None, json: Json = False) -> None:
    """Tell whether meshes can be printed.

    Holes, edges, volume, parts, walls and extents; lengths in millimetres. Unless --height says how tall the shape will
    be, a length of 1 in a file is 1 mm, or as glTF has it, 1 m.
    """
    check_sources(files)
    tall = None if height is None else millimetres(height)
    with skips(None, keep=json) as skip:
        found = list(_checked(files, tall, skip))
    if json:
        print_json({"files": found, **skip.facts()})
    for facts in () if json else found:
        print_facts(facts)
    skip.leave()


def _checked(files: Sequence[str], tall: float | None, skip: Skips) -> Iterator[dict[str, Any]]:
    from gdl_3d.files import read_shape

    for name in files:
        try:
            shape = read_shape(name)
            unit = METRE if Path(name).suffix.lower() in IN_METRES else 1.0
            yield {"file": name, **printable(shape.tall(tall) if tall else shape.scaled(unit))}
        except GdlError as error:
            skip(Skipped(name, str(error).removeprefix(f"{name}: ")))


def printable(shape: "Shape") -> dict[str, Any]:
    """Return what one asks of a mesh before printing it; `wall` is None where the mesh bounds no solid.

    `wall` is the least thickness found straight inwards from 512 places, and `usual_wall` their median.
    """
    import numpy as np

    from gdl_3d.soundness import soundness, wall_thickness

    found = soundness(shape)
    walls = wall_thickness(shape) if found.solid else None
    width, tall, depth = (round(float(size), 4) for size in shape.extents)
    return {
        **found.facts(),
        "width": width,
        "height": tall,
        "depth": depth,
        "wall": None if walls is None else round(float(walls.min()), 4),
        "usual_wall": None if walls is None else round(float(np.median(walls)), 4),
    }


def millimetres(text: str) -> float:
    """Read a length.

    Example:
        >>> millimetres("12cm"), millimetres("50")
        (120.0, 50.0)
    """
    number = text.strip().rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = text.strip()[len(number) :].strip() or "mm"
    try:
        length = float(number) * UNITS[unit]
    except (KeyError, ValueError):
        raise UsageError(f"{text!r} is no length; write one such as 50mm, 12cm, 0.1m or 3in") from None
    if not 0 < length < 1e9:
        raise UsageError(f"{text!r} is no height that a shape can have")
    return length


def simplify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A mesh.")],
    faces: Annotated[int, typer.Option(min=4, help="Keep at most so many faces.")],
    out: ShapeOut,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a mesh with fewer faces; it stays watertight, and small faults of it are mended first."""
    check_sources([file])
    check_out(out, force=force, folder=False)
    from gdl_3d.files import read_shape, write_shape
    from gdl_3d.mending import mended
    from gdl_3d.soundness import simplified

    shape = read_shape(file)
    simple = simplified(mended(shape), faces)
    write_shape(simple, out, force=force)
    assert shape.faces is not None and simple.faces is not None
    _finish({"out": str(out), "faces_before": len(shape.faces), "faces": len(simple.faces)}, json=json)


def complete(
    context: typer.Context,
    points: Annotated[str, typer.Argument(metavar="POINTS.ply", help="A cloud: a part of a shape.")],
    out: ShapeOut,
    model: Model = None,
    count: Count = 1,
    seed: Seed = None,
    option: FamilyOptions = None,
    batch_size: BatchSize = None,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw shapes that hold the points given, from a model of points.

    The points stand in the model's own cube, from -1 to 1, as samples of it do: where the missing part lies is told by
    where they are. They are kept as they are.
    """
    check_sources([points])
    check_out(out, force=force)
    from gdl_3d.completion import known_points
    from gdl_3d.files import read_shape

    part = read_shape(points)
    pipeline = open_pipeline(context.obj, model, device)
    known = known_points(pipeline, part)
    drawn = pipeline.sample(count, seed=seed, given=known, **given(batch_size=batch_size), **family_options(option))
    with skips(None, keep=json) as skip:
        drawn.save(out, force=force, skipped=skip)
    _finish({"out": str(out), "count": len(drawn), "points_given": len(part.vertices)}, json=json)
    skip.leave()


def surface(
    points: Annotated[str, typer.Argument(metavar="POINTS.ply", help="A cloud, with normals or without.")],
    out: ShapeOut,
    depth: Annotated[int, typer.Option(min=2, max=12, help="How fine: a grid of 2^DEPTH cells a side.")] = 7,
    force: Force = False,
    json: Json = False,
) -> None:
    """Lay a smooth surface through a cloud of points.

    By screened Poisson reconstruction, which needs the extra gdl-3d[open3d]. It is closed as far as it stays near the
    points; `convert --closed` makes a solid of any cloud without Open3D.
    """
    check_sources([points])
    check_out(out, force=force, folder=False)
    from gdl_3d.files import read_shape, write_shape
    from gdl_3d.open3d import poisson

    cloud = read_shape(points)
    made = poisson(cloud, depth=depth)
    write_shape(made, out, force=force)
    assert made.faces is not None
    _finish({"out": str(out), "points": len(cloud.vertices), "faces": len(made.faces)}, json=json)


def turntable(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A mesh or a cloud of points.")],
    out: Annotated[Path, typer.Option("--out", help="A .gif that turns, or a .png of the views.")],
    frames: Annotated[int, typer.Option(min=1, max=FULL_CIRCLE, help="How many views.")] = 24,
    size: Annotated[int, typer.Option(min=16, max=2048, help="Width of a view in pixels.")] = 256,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw a shape from all sides."""
    check_sources([file])
    check_out(out, force=force, folder=False)
    from gdl_3d.draw import save_turntable
    from gdl_3d.files import read_shape

    save_turntable(read_shape(file), out, frames=frames, size=size)
    _finish({"out": str(out), "frames": frames}, json=json)


def _finish(facts: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(facts)
    else:
        tell(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in facts.items()))
