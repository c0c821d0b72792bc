"""``gdl music sample``, ``continue``, ``infill`` and ``harmonize``: a model writes, and what is there stays."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdl_core.cli.asking import Request, asks
from gdl_core.cli.files import check_sources, check_written
from gdl_core.cli.latent import object_of
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import (
    ConditionValues,
    Device,
    FamilyOptions,
    Force,
    Json,
    Model,
    OptionalOut,
    Picture,
    Seed,
    Temperature,
    TopP,
    conditions,
    family_options,
    given,
)
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.sample import check_outputs, deliver
from gdl_core.domains import Domain
from gdl_core.errors import UsageError

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline
    from gdl_music.pitches import Pitches

Source = Annotated[str, typer.Argument(metavar="FILE", help="A piece: MIDI, MusicXML, ABC or kern; - is stdin.")]
Ways = Annotated[int, typer.Option("--count", min=1, help="How many ways to do it; more than one go to a folder.")]

Scale = Annotated[
    str | None, typer.Option(help="Write no tone outside of this scale: 'G major', 'D dorian', 'C# minor pentatonic'.")
]
Range = Annotated[
    str | None, typer.Option("--range", help="Write no pitch outside: C4..A5, or soprano=C4..A5,bass=E2..C4.")
]


@asks(without=("prefix",))
def sample(
    context: typer.Context,
    asked: Request,
    out: OptionalOut = None,
    scale: Scale = None,
    pitch_range: Range = None,
    picture: Picture = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw new pieces from a model, no two alike, unless --raw asks for every draw as it came."""
    pitches = _pitches(scale, pitch_range)

    def hold(pipeline: "Pipeline") -> Mapping[str, Any]:
        from gdl_music.constraints import held

        return held(pipeline, pitches)

    asked = replace(asked, held=hold)
    deliver(context.obj, asked, out, picture, force=force, json=json)


def proceed(
    context: typer.Context,
    source: Source,
    bars: Annotated[int, typer.Option(min=1, help="How many bars to add.")] = 16,
    count: Ways = 1,
    out: OptionalOut = None,
    model: Model = None,
    scale: Scale = None,
    pitch_range: Range = None,
    seed: Seed = 0,
    temperature: Temperature = None,
    top_p: TopP = None,
    option: FamilyOptions = None,
    condition: ConditionValues = None,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Go on with a piece; what there was stays as it is."""
    options = given(temperature=temperature, top_p=top_p) | family_options(option)
    pitches = _pitches(scale, pitch_range)

    def write(pipeline: "Pipeline", piece: Any) -> list[Any]:
        from gdl_music.continuing import proceed

        asked = conditions(condition) or None
        ways = range(count)
        return [
            proceed(pipeline, piece, bars, seed=(seed or 0) + 1000 * way, pitches=pitches, conditions=asked, **options)
            for way in ways
        ]

    _written(context.obj, source, out, model, device, count, write, force=force, json=json)


def infill(
    context: typer.Context,
    source: Source,
    bars: Annotated[str, typer.Option(metavar="FIRST..LAST", help="The bars to write anew; the first one is 1.")],
    voice: Annotated[
        list[str] | None, typer.Option(help="Only this voice: soprano, alto, tenor or bass; repeatable.")
    ] = None,
    count: Ways = 1,
    out: OptionalOut = None,
    model: Model = None,
    scale: Scale = None,
    pitch_range: Range = None,
    seed: Seed = 0,
    option: FamilyOptions = None,
    condition: ConditionValues = None,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Write some bars of a piece anew, in all voices or in some; what is around them stays as it is."""
    from gdl_music.cutting import numbers_in

    places = numbers_in(bars, "bars")
    pitches = _pitches(scale, pitch_range)

    def write(pipeline: "Pipeline", piece: Any) -> list[Any]:
        from gdl_music.filling import infill

        return infill(
            pipeline, piece, (places[0], places[-1]), voices=voice or (), count=count, seed=seed or 0,
            pitches=pitches, conditions=conditions(condition) or None, **family_options(option),
        )  # fmt: skip

    _written(context.obj, source, out, model, device, count, write, force=force, json=json)


def harmonize(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="MELODY", help="A piece whose highest voice is the melody.")],
    count: Ways = 1,
    out: OptionalOut = None,
    model: Model = None,
    scale: Scale = None,
    pitch_range: Range = None,
    seed: Seed = 0,
    option: FamilyOptions = None,
    condition: ConditionValues = None,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Write the lower voices under a melody, which stays as it is."""
    pitches = _pitches(scale, pitch_range)

    def write(pipeline: "Pipeline", piece: Any) -> list[Any]:
        from gdl_music.filling import harmonize

        asked = conditions(condition) or None
        return harmonize(
            pipeline, piece, count=count, seed=seed or 0, pitches=pitches, conditions=asked, **family_options(option)
        )

    _written(context.obj, source, out, model, device, count, write, force=force, json=json)


def _pitches(scale: str | None, ranges: str | None) -> "Pitches":
    from gdl_music.pitches import Pitches

    return Pitches.read(scale, ranges)


def _written(
    domain: Domain,
    source: str,
    out: Path | None,
    model: str | None,
    device: str,
    count: int,
    write: Callable[["Pipeline", Any], list[Any]],
    *,
    force: bool,
    json: bool,
) -> None:
    """Read a piece, let a model write, and save what it wrote."""
    check_sources([source])
    check_written(domain, out)
    check_outputs(out, None, force=force)
    if count > 1 and out is not None and out.suffix:
        raise UsageError(f"{out} holds one piece, and {count} are asked for; name a folder, such as {out.stem}")
    piece = object_of(domain, source)
    pieces = domain.load("collection")(write(open_pipeline(domain, model, device), piece))
    pieces.save(out, force=force)
    if json:
        print_json({"count": len(pieces), "out": str(out), "bars": [one.bar_count for one in pieces]})
    tell(f"wrote {len(pieces):,} piece{'s' * (len(pieces) > 1)} to {out}")
