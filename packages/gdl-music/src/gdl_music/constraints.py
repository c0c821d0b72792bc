"""Holding what is drawn to a scale and to ranges: a pitch that is not allowed has no probability at any step."""

from inspect import signature
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import UsageError
from gdl_core.families.autoregressive.following import Nobody
from gdl_core.pipeline import Pipeline
from gdl_music.instruments import DRUMS, GROUPS, group_of
from gdl_music.piece import Piece
from gdl_music.pitches import Pitches
from gdl_music.representations.remi import DRUMMED, PITCHED, Remi
from gdl_music.representations.voices import Voices
from gdl_music.voices import names_of


def held(pipeline: Pipeline, pitches: Pitches, begun: Piece | None = None) -> dict[str, Any]:
    """Return what to ask of a pipeline so that its draws have no other pitches, of pieces `begun` so; drums have none.

    A note that sounds where the model begins to write goes on only if it is allowed.

    Raises:
        UsageError: The model does not write symbol by symbol, or has no such pitches, voices or instruments.
    """
    if pitches.free:
        return {}
    representation = pipeline.representation
    if isinstance(representation, Voices):
        return {"allowed": cells_allowed(representation, pitches)}
    if not isinstance(representation, Remi):
        raise UsageError(
            f"this model speaks of {representation.name!r}, whose cells are drawn together, so no scale or range "
            "holds; train one of 'voices' or 'remi', such as --recipe chorale-transformer"
        )
    if "follow" not in signature(pipeline.model.sample).parameters:
        raise UsageError(
            f"the family {pipeline.model.name!r} ({pipeline.model.variant}) does not write events in their order, so "
            "no scale or range holds; one that does is --recipe music-transformer"
        )
    tables, players = events_allowed(representation, pitches)
    heard = [int(players[token]) for token in representation.encode_prefix(begun)] if begun else []
    last = next((player for player in reversed(heard) if player >= 0), 0)
    return {"follow": lambda count: Players(tables, players, torch.full((count,), last))}


def cells_allowed(representation: Voices, pitches: Pitches) -> Tensor:
    """Tell which symbols each cell of a sample may be: rests, and pitches that are allowed to its voice.

    A note that goes on is a symbol of its pitch: one that is known, and not allowed, ends.
    Shapes: -> (max_length, vocabulary_size).
    """
    names = names_of(representation.voices)
    pitches.check(names)
    heard = representation.sounds()
    table = np.stack([(heard < 0) | pitches.of(name)[heard] for name in names])
    for name, row in zip(names, table, strict=True):
        if not row[heard >= 0].any():
            raise UsageError(
                f"the model has no such pitch for {name}: its pitches are {representation.lowest} to "
                f"{representation.highest}; choose a wider range, or another scale"
            )
    return torch.from_numpy(np.tile(table, (representation.steps, 1)))


class Players(Nobody):
    """Follows events, and allows to each group of instruments notes of its own.

    Shapes: tables (groups, vocabulary_size + 1) says what each may be followed by, players (vocabulary_size,) which
    group an event calls (-1: none), playing (batch,) which one was called last.
    """

    def __init__(self, tables: Tensor, players: Tensor, playing: Tensor) -> None:
        self.tables, self.players, self.playing = tables, players, playing

    def allowed(self, rows: Tensor) -> Tensor:
        return self.tables[self.playing[rows.cpu()]].to(rows.device)

    def hear(self, rows: Tensor, tokens: Tensor) -> None:
        rows, called = rows.cpu(), self.players[tokens.cpu()]
        self.playing[rows] = torch.where(called >= 0, called, self.playing[rows])


def events_allowed(representation: Remi, pitches: Pitches) -> tuple[Tensor, Tensor]:
    """Tell what may come after each group of instruments was called, and which one each event calls.

    MidiTok gives a note to the instrument that was called last: the sounds of drums are refused to all others.
    Shapes: (groups, vocabulary_size + 1), the end in column 0; (vocabulary_size,).
    """
    names = (*GROUPS, DRUMS)
    pitches.check(GROUPS)
    size = representation.space.vocabulary_size
    events = [representation.tokenizer[number].partition("_")[::2] for number in range(size)]
    tables = torch.ones(len(names), size + 1, dtype=torch.bool)
    players = torch.full((size,), -1)
    allowed = {name: pitches.of(name) for name in GROUPS}
    for number, (kind, value) in enumerate(events):
        if kind == "Program":
            players[number] = names.index(group_of(max(0, int(value)), drums=int(value) < 0))
        elif kind in PITCHED:
            tables[:-1, number + 1] = torch.tensor([bool(allowed[name][int(value)]) for name in GROUPS])
        elif kind in DRUMMED:
            tables[:-1, number + 1] = False
    return tables, players
