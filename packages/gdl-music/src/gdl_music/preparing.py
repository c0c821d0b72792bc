"""``gdl music cut`` and ``render``: from files to files, without any model."""

from pathlib import Path
from typing import Annotated

import typer

from gdl_core.cli.files import check_out, check_sources
from gdl_core.cli.latent import object_of
from gdl_core.cli.options import Data, Force, Json, OutFile, OutFolder, SkippedFile
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.skips import skips
from gdl_core.errors import InputError, UsageError


def cut(
    context: typer.Context,
    data: Data,
    out: OutFolder,
    bars: Annotated[int | None, typer.Option(min=1, help="Bars of an excerpt. Default: whole pieces.")] = None,
    hop: Annotated[int | None, typer.Option(min=1, help="Bars from one excerpt to the next. Default: --bars.")] = None,
    transpose: Annotated[
        str, typer.Option(metavar="FIRST..LAST", help="By these semitones each excerpt is moved, such as -5..6.")
    ] = "0",
    skipped: SkippedFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Cut pieces into excerpts and transpose them, as MIDI files to train on."""
    check_sources(data)
    check_out(out, force=force)
    if out.suffix:
        raise UsageError(f"{out}: excerpts are written to a folder; give a name without an end")
    from gdl_core.pipeline.survey import Files
    from gdl_music.cutting import excerpts, numbers_in
    from gdl_music.pieces import Pieces

    semitones = numbers_in(transpose, "semitones")
    with skips(skipped, keep=json) as skip:
        found = [
            excerpt
            for record in Files(context.obj, data, None).records(skip)
            for excerpt in excerpts(record.object, bars, hop or bars or 1, semitones)
        ]
        if not found:
            raise InputError(f"{', '.join(data)}: there is nothing to cut")
        Pieces(found).save(out, force=force, skipped=skip)
    if json:
        print_json({"count": len(found), "out": str(out), **skip.facts()})
    tell(f"wrote {len(found):,} excerpts to {out}")
    skip.leave()


def render(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE", help="A piece: MIDI, MusicXML, ABC or kern; - is stdin.")],
    out: OutFile,
    synthesiser: Annotated[
        str | None, typer.Option(help="For .wav: plain or fluidsynth. Default: fluidsynth where it is installed.")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Turn a piece into sound (.wav), a score (.musicxml), a piano roll (.png) or MIDI (.mid)."""
    check_sources([source])
    check_out(out, force=force)
    from gdl_music.files.writing import save
    from gdl_music.sound import best

    if synthesiser is not None and out.suffix.lower() != ".wav":
        raise UsageError(f"{out} is no sound, so no synthesiser makes it; leave --synthesiser out, or name a .wav")
    name = synthesiser or best()
    place = save([object_of(context.obj, source)], Path(out), force=force, synthesiser=name)
    by = f" by the synthesiser {name}" if out.suffix.lower() == ".wav" else ""
    if json:
        print_json({"out": str(place), **({"synthesiser": name} if by else {})})
    tell(f"wrote {place}{by}")
