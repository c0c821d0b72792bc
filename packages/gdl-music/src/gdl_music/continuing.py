"""Going on with a piece, bar by bar, by a model that can be given a beginning."""

from collections.abc import Mapping
from math import lcm
from typing import Any

from gdl_core.errors import UsageError
from gdl_core.pipeline import Pipeline
from gdl_core.representation import HasPrefixes
from gdl_core.spaces import Tokens
from gdl_music.constraints import held
from gdl_music.conversion import checked
from gdl_music.piece import Piece, Track
from gdl_music.pitches import FREE, Pitches
from gdl_music.representations.voices import Voices
from gdl_music.voices import to_cells, to_piece

MOST_ROUNDS = 64
"""How often a model is asked for more before what there is has to do."""


def proceed(
    pipeline: Pipeline,
    piece: Any,
    bars: int,
    *,
    seed: int = 0,
    pitches: Pitches = FREE,
    conditions: Mapping[str, Any] | None = None,
    **options: Any,
) -> Piece:
    """Return a piece with up to so many bars more; what there was stays as it is.

    The model is given the last bars that fit into half of its greatest length, and is asked again until there are bars
    enough or it ends the piece. For a model of voices, a piece that is not in such voices is put into them first. What
    is written has no other `pitches`.

    Raises:
        UsageError: The model's samples have no beginning, or not one bar of the piece fits.
    """
    representation = pipeline.representation
    if not isinstance(representation, HasPrefixes):
        raise UsageError(
            f"this model speaks of {representation.name!r}, whose samples have no beginning; "
            "train one with --recipe music-transformer"
        )
    whole = checked(piece)
    if isinstance(representation, Voices):
        whole = _in_voices(whole, representation.voices)
    until = whole.bar_count + bars
    for turn in range(MOST_ROUNDS):
        before = whole.end
        context = _context(pipeline, whole)
        law = held(pipeline, pitches, context)
        [draw] = pipeline.draw(1, seed=seed + turn, prefix=context, conditions=conditions, **law, **options)
        if draw.object is not None:
            whole = _joined(whole, draw.object, context, by_place=isinstance(representation, Voices))
        if whole.end <= before or whole.bar_count > until:
            break
    return whole.span(0, whole.bar_start(until))


def _in_voices(piece: Piece, voices: int) -> Piece:
    if len(piece.tracks) == voices and not any(track.drums for track in piece.tracks):
        return piece
    steps = piece.rescaled(4)
    return to_piece(to_cells(piece, voices), metres=steps.metres, tempos=steps.tempos)


def _context(pipeline: Pipeline, piece: Piece) -> Piece:
    """Return the last bars that the model can be given with room for as much again."""
    space = pipeline.design.space
    room = space.max_length // 2 if isinstance(space, Tokens) else 0
    encode: Any = pipeline.representation  # it has prefixes: `proceed` has asked
    best: Piece | None = None
    low, high = 1, piece.bar_count
    while low <= high:  # more bars never take fewer tokens
        count = (low + high + 1) // 2
        start = piece.bar_start(piece.bar_count - count)
        part = piece.span(start, piece.end)
        if part.note_count and len(encode.encode_prefix(part)) > room:
            high = count - 1
        else:
            best, low = part if part.note_count else best, count + 1
    if best is None:
        raise UsageError(f"the last bar of the piece does not fit into half of the model's {space}; train a longer one")
    return best


def _joined(whole: Piece, drawn: Piece, context: Piece, *, by_place: bool) -> Piece:
    """Add what a draw has behind its context; tracks go together by their place, or by their instrument."""
    resolution = lcm(whole.resolution, drawn.resolution)
    whole, context, drawn = (one.rescaled(resolution) for one in (whole, context, drawn))
    shift, end = whole.end - context.end, context.end
    tracks = list(whole.tracks)
    for place, track in enumerate(drawn.tracks):
        new = tuple(note._replace(start=note.start + shift) for note in track.notes if note.start >= end)
        if not new:
            continue
        if not by_place:
            same = (at for at, old in enumerate(tracks) if (old.program, old.drums) == (track.program, track.drums))
            place = next(same, len(tracks))
        if place < len(tracks):
            old = tracks[place]
            tracks[place] = Track(old.notes + new, old.program, old.drums, old.name)
        else:
            tracks.append(Track(new, track.program, track.drums, track.name))
    changes = {} if by_place else {
        name: [*getattr(whole, name), *(one._replace(start=one.start + shift) for one in getattr(drawn, name)
                                        if one.start >= end)]
        for name in ("metres", "tempos")
    }  # fmt: skip
    return whole.with_tracks(tracks, **changes)
