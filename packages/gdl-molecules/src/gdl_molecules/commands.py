"""What ``gdl molecules`` adds to the verbs of every domain: its own options of `sample` and `evaluate`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.asking import Request, asks
from gdl_core.cli.evaluate import ReferenceData, Samples, show
from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.options import Column, Device, Force, Json, OptionalOut, Picture, SkippedFile
from gdl_core.cli.sample import check_outputs, check_picture, draw, finish, is_stdout, print_lines
from gdl_core.cli.skips import Skips, skips
from gdl_core.domains import Domain
from gdl_core.errors import UsageError, nearest

if TYPE_CHECKING:
    from gdl_core.representation import Record
    from gdl_molecules.metrics import Known, Reference

SAVED = ".npz"
"""What `Known` and `Reference` are saved as; such a file stands where a file of molecules may."""


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl molecules`` its own `sample` and `evaluate`."""
    app.command("sample")(sample)
    app.command("evaluate")(evaluate)


@asks()
def sample(
    context: typer.Context,
    asked: Request,
    out: OptionalOut = None,
    filters: Annotated[
        str | None,
        typer.Option(metavar="RULES", help="Keep only what passes, such as pains,brenk,nibr,qed>=0.6,mw=250..450."),
    ] = None,
    novel_to: Annotated[
        str | None, typer.Option(metavar="FILE", help="Keep only molecules that are not in this file.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Columns to write, such as smiles,qed. Default: all.")
    ] = None,
    three_d: Annotated[bool, typer.Option("--3d", help="Find a shape in space for each, in an .sdf file.")] = False,
    picture: Picture = None,
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw new molecules from a model.

    All are valid and no two alike, unless --raw asks for every draw as it came.
    """
    check_outputs(out, picture, force=force)
    check_picture(context.obj, picture)
    names = _check_form(out, columns, three_d=three_d)
    with skips(skipped, keep=json) as skip:
        drawn = draw(context.obj, asked, keep=_tests(filters, novel_to, skip, raw=asked.raw))
        if not is_stdout(out):
            drawn.samples.save(out, columns=names, three_d=three_d, force=force, skipped=skip)
        elif not json:
            print_lines(drawn.samples.smiles)
        if picture:
            drawn.samples.draw(picture, force=force)
    finish(drawn, out, json=json, rows=drawn.samples.smiles)
    skip.leave()


def evaluate(
    context: typer.Context,
    samples: Samples,
    reference: ReferenceData,
    train: Annotated[str | None, typer.Option(help="What the model was trained on, for novelty.")] = None,
    fcd: Annotated[bool, typer.Option("--fcd/--no-fcd", help="Also the Frechet ChemNet Distance.")] = True,
    column: Column = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: one per core.")] = None,
    device: Device = "cpu",
    save_reference: Annotated[
        Path | None, typer.Option(metavar="FILE.npz", help="Keep what was measured of --reference; it loads at once.")
    ] = None,
    skipped: SkippedFile = None,
    json: Json = False,
) -> None:
    """Measure molecules as MOSES does.

    Alone, against reference data and, for novelty, against what the model was trained on.
    """
    check_sources([name for name in (samples, reference, train) if name])
    check_out(save_reference, force=False)
    from gdl_molecules.metrics import evaluate

    with skips(skipped, keep=json) as skip:
        options: dict[str, Any] = {"fcd": fcd, "workers": workers, "device": device, "skipped": skip}
        target = _reference(reference, column, options)
        if save_reference:
            target.save(save_reference)
        known = None if train is None else _known(train, column, skip)
        result = evaluate(_records(samples, column, skip), target, train=known, **options)
    show(result, skip, json=json)


def _check_form(out: Path | None, columns: str | None, *, three_d: bool) -> list[str] | None:
    """Refuse, before any work, names of files and columns that nothing can be written to."""
    from gdl_molecules.files.kinds import kind_of
    from gdl_molecules.molecules import COLUMNS

    kind = None if out is None or is_stdout(out) else kind_of(out)[0]
    if three_d and kind != "sdf":
        raise UsageError("--3d needs an .sdf file for --out: no other kind holds molecules in space")
    names = None if columns is None else [name.strip() for name in columns.split(",")]
    for name in names or ():
        if name not in COLUMNS:
            raise UsageError(f"there is no column {name!r} to write; {nearest(name, COLUMNS)}")
    return names


def _tests(filters: str | None, novel_to: str | None, skip: Skips, *, raw: bool) -> Iterator[Callable[[Any], bool]]:
    """Give the tests that a molecule must pass to be kept."""
    if raw and (filters or novel_to):
        raise UsageError("--raw writes every draw as it came; leave out --filters and --novel-to, or --raw")
    if filters:
        from gdl_molecules.filters import Filters

        yield Filters.parse(filters).accepts
    if novel_to:
        from gdl_molecules.chemistry import canonical

        check_sources([novel_to])
        known = _known(novel_to, None, skip)
        yield lambda smiles: canonical(smiles) not in known


def _records(source: str, column: str | None, skip: Skips) -> Iterator["Record"]:
    from gdl_molecules.files import read

    return read(source, column=column, skipped=skip)


def _reference(source: str, column: str | None, options: Mapping[str, Any]) -> "Reference":
    """Measure the molecules of a file, or open what was measured before."""
    from gdl_molecules.metrics import Reference

    if source.endswith(SAVED):
        return Reference.load(source)
    return Reference.measure(_records(source, column, options["skipped"]), **options)


def _known(source: str, column: str | None, skip: Skips) -> "Known":
    """Take in the molecules of a file, of which one only asks whether another is among them."""
    from gdl_molecules.metrics import Known

    return Known.load(source) if source.endswith(SAVED) else Known.of(_records(source, column, skip), skipped=skip)
