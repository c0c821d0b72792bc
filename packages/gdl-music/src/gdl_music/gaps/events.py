"""Gaps in the events of a piece: notes are written anew, as many as there were and for the same instruments."""

from collections.abc import Sequence
from inspect import signature

import torch
from torch import Tensor

from gdl_core.errors import UsageError
from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_music.gaps.windows import Wish
from gdl_music.instruments import group_of
from gdl_music.representations.remi import DRUMMED, PITCHED, Remi

_SOUNDS = (*PITCHED, *DRUMMED)
_TOLD = ("Velocity", "Duration")


def fill_events(
    pipeline: Pipeline, representation: Remi, tokens: Sequence[int], hidden: Sequence[bool], wish: Wish
) -> list[int]:
    """Return tokens in which the hidden ones are drawn, each of its kind, and all others are as they were.

    The model sees as many bars around the hidden ones as it holds.

    Raises:
        UsageError: The hidden bars are more than it holds, or it cannot be told which tokens may stand where.
    """
    if "allowed" not in signature(pipeline.model.sample).parameters:
        raise UsageError(
            f"the family {pipeline.model.name!r} ({pipeline.model.variant}) cannot leave bars where they are among "
            "events; one that can is --family diffusion --variant masked"
        )
    start, end = _window(representation, tokens, hidden)
    part, space = torch.tensor(tokens[start:end]), representation.space
    known = torch.ones(space.max_length, dtype=torch.bool)
    known[: end - start] = ~torch.tensor(hidden[start:end])
    given = Given(space.fill(space.collate([part])), (known[None],))
    symbols = _kinds(representation, tokens[start:end], wish)
    drawn = wish.drawn(pipeline, start, given, symbols=symbols)
    assert isinstance(drawn, Tensor)
    return [*tokens[:start], *drawn.tolist(), *tokens[end:]]


def events_with_gaps(
    representation: Remi, tokens: Sequence[int], bars: tuple[int, int], names: Sequence[str]
) -> list[bool]:
    """Say which tokens are hidden: in bars from the first up to the second, the notes of some instruments or of all.

    Instruments stay, and so do places in the bar at which something else happens.

    Raises:
        UsageError: There is no such note.
    """
    kinds = [representation.tokenizer[token].partition("_") for token in tokens]
    hidden, bar, player, moment = [False] * len(tokens), 0, "", -1
    for place, (kind, _, value) in enumerate(kinds):
        bar += kind == "Bar"
        inside = bars[0] <= bar <= bars[1]
        if kind == "Program":
            player = group_of(max(0, int(value)), drums=int(value) < 0)
        chosen = inside and (not names or player in names)
        if kind in ("Bar", "Position"):
            moment = place if kind == "Position" and inside else -1
            hidden[place] = moment == place
        elif kind in _SOUNDS or kind in _TOLD:
            hidden[place] = chosen
        if moment >= 0 and (kind == "Tempo" or (kind in _SOUNDS and not chosen)):
            hidden[moment] = False
    if not any(hide and kind in _SOUNDS for hide, (kind, *_) in zip(hidden, kinds, strict=True)):
        raise UsageError(f"{' and '.join(names) or 'nothing'} plays in these bars, so there is nothing to write anew")
    return hidden


def _window(representation: Remi, tokens: Sequence[int], hidden: Sequence[bool]) -> tuple[int, int]:
    """Return from which token to which the model sees, at lines between bars and with the gap near the middle."""
    kinds = [representation.tokenizer[token].partition("_")[0] for token in tokens]
    lines = [place for place, kind in enumerate(kinds) if kind == "Bar"] + [len(tokens)]
    lines[0] = 0
    first, last = hidden.index(True), len(hidden) - list(reversed(hidden)).index(True)
    low = max(place for place, line in enumerate(lines) if line <= first)
    high = min(place for place, line in enumerate(lines) if line >= last)
    size = representation.space.max_length
    if lines[high] - lines[low] > size:
        raise UsageError(f"these bars are {lines[high] - lines[low]} events, and the model holds {size}; hide fewer")
    growing = True
    while growing:
        growing = False
        if low > 0 and lines[high] - lines[low - 1] <= size:
            low, growing = low - 1, True
        if high + 1 < len(lines) and lines[high + 1] - lines[low] <= size:
            high, growing = high + 1, True
    return lines[low], lines[high]


def _kinds(representation: Remi, tokens: Sequence[int], wish: Wish) -> Tensor:
    """Allow at each place the kind of token that was there, and after the last nothing.

    Pitches are those that are wished for, and places are within their bar. Shapes: -> (max_length, symbols).
    """
    space = representation.space
    events = [representation.tokenizer[number].partition("_")[::2] for number in range(space.vocabulary_size)]
    of_kind = {kind: torch.tensor([other == kind for other, _ in events]) for kind, _ in events}
    table = torch.zeros(space.max_length, space.vocabulary_size + 1, dtype=torch.bool)
    table[len(tokens) :, 0] = True
    player, places = "", 0
    for place, token in enumerate(tokens):
        kind, value = events[token]
        may = of_kind[kind]
        if kind == "Program":
            player = group_of(max(0, int(value)), drums=int(value) < 0)
        elif kind == "TimeSig":
            beats, _, unit = value.partition("/")
            places = representation.steps * 4 * int(beats) // int(unit)
        elif kind == "Position":
            may = torch.tensor([other == kind and int(at) < places for other, at in events])
        elif kind in PITCHED:
            pitches = wish.pitches.of(player)
            may = torch.tensor([other == kind and bool(pitches[int(pitch)]) for other, pitch in events])
        table[place, 1:] = may
    return table
