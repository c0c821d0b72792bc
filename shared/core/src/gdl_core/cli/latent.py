"""``gdl <domain> reconstruct`` and ``interpolate``: for models with a latent code of each object."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gdl_core.cli.files import check_sources, check_written
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import Column, Data, Device, Force, Json, Model, OptionalOut, Seed, SkippedFile
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.sample import check_outputs, check_picture, collected, placed, text_of, write
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain
from gdl_core.errors import InputError, Skipped


def reconstruct(
    context: typer.Context,
    data: Data,
    model: Model = None,
    out: OptionalOut = None,
    column: Column = None,
    seed: Seed = 0,
    device: Device = "auto",
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Encode objects and decode them again.

    What comes back stands in the order of what was given, and the share that is exactly the same is said.
    """
    domain: Domain = context.obj
    check_sources(data)
    check_written(domain, out)
    check_outputs(out, None, force=force)
    pipeline = open_pipeline(domain, model, device)
    from gdl_core.pipeline.latent import check_encodes, reconstruct
    from gdl_core.pipeline.survey import Files

    check_encodes(pipeline.model)
    with skips(skipped, keep=json) as skip:
        rebuilt = reconstruct(pipeline, Files(domain, data, column).records(skip), seed=seed or 0, skipped=skip)
        write(collected(domain, rebuilt.found, out), out, skip, force=force, json=json)
    if json:
        facts = {"count": len(rebuilt.found), "exact": rebuilt.share}
        print_json({**facts, **placed(out, list(map(text_of, rebuilt.found))), **skip.facts()})
    tell(f"{sum(rebuilt.exact):,} of {len(rebuilt.exact):,} came back exactly ({rebuilt.share:.1%})")
    skip.leave()


def interpolate(
    context: typer.Context,
    start: Annotated[str, typer.Argument(metavar="A", help="The object to start from, or its file.")],
    end: Annotated[str, typer.Argument(metavar="B", help="The object to end at, or its file.")],
    steps: Annotated[int, typer.Option(min=2, help="How many objects, both ends among them.")] = 8,
    model: Model = None,
    out: OptionalOut = None,
    picture: Annotated[Path | None, typer.Option(help="Also draw the walk in one row, to this .svg or .png.")] = None,
    seed: Seed = 0,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Decode what lies between two objects.

    The ends are what the model makes of their codes; where it does not give them back exactly, that is said.
    """
    domain: Domain = context.obj
    check_written(domain, out)
    check_outputs(out, picture, force=force)
    check_picture(domain, picture)
    ends = [object_of(domain, text) for text in (start, end)]
    pipeline = open_pipeline(domain, model, device)
    from gdl_core.pipeline.latent import interpolate, same_objects

    found = interpolate(pipeline, *ends, steps=steps, seed=seed or 0)
    exact = same_objects(pipeline, ends, [found[0], found[-1]])
    with skips(None, keep=json) as skip:
        write(collected(domain, found, out), out, skip, force=force, json=json)
    if picture:
        legends = _legends(steps, exact)
        collected(domain, found, picture).draw(picture, count=steps, columns=steps, legends=legends, force=force)
    if json:
        print_json({"count": len(found), "ends_exact": exact, **placed(out, list(map(text_of, found)))})
    for word, given, made, is_exact in zip(("begins", "ends"), (start, end), (found[0], found[-1]), exact, strict=True):
        if not is_exact:
            other = (text_of(made) or "nothing") if domain.textual else f"another {domain.object_name}"
            tell(f"note: the model does not give {given} back; the walk {word} with {other}")
    skip.leave()


def object_of(domain: Domain, text: str) -> Any:
    """Return the object that a word of the command line is, or where objects are no text, the first of its file."""
    if domain.textual:
        return text
    check_sources([text])
    unread: list[Skipped] = []
    record = next(domain.load("read")(text, skipped=unread.append), None)
    if record is None:
        raise InputError(str(unread[0]))
    return record.object


def _legends(steps: int, exact: Sequence[bool]) -> list[str]:
    """Name each step by how far along the walk it lies, and an end that is not the one given."""
    legends = [f"{place / (steps - 1):.0%}" for place in range(steps)]
    for end, word, is_exact in zip((0, -1), ("start", "end"), exact, strict=True):
        legends[end] = word if is_exact else f"not the given {word}"
    return legends
