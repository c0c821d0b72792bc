"""A piece as a few voices on a grid of sixteenths, as a sequence of symbols."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Sample, Tokens
from gdl_music.conversion import checked
from gdl_music.piece import Metre, Piece, Tempo
from gdl_music.voices import HOLD, REST, STEPS, Cells, padded, sounding, to_cells, to_piece

LONGEST = 256
"""So many sixteenths of a piece are kept, unless another number is given; fewer where no piece is as long."""


class Voices(Representation):
    """Four voices, sixteenth by sixteenth: in each a note begins, goes on, or there is a rest.

    A sample is a sequence of symbols, of each sixteenth the voices in turn, from the first: 0 for a rest, then the
    pitches from `lowest` to `highest` that begin, then the same pitches that go on, so that each symbol says by itself
    what sounds. (A pitch that goes on where another one sounded begins.) Another number of `voices` can be asked for:
    one is a melody. What `fit` is not given it takes from the data: the pitches, the number of `steps` (a longer piece
    is cut at the last bar that fits), the `metre` and the `tempo` of most pieces, with which each comes back, and
    whether samples are of one length (`variable=False`: shorter pieces have rests at their end).

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> piece = Piece([Track((Note(0, 240, 60), Note(240, 240, 64))), Track((Note(0, 480, 48),))])
        >>> voices = Voices(voices=2).fit([piece])
        >>> voices.space
        Tokens(vocabulary_size=35, max_length=8, variable=False)
        >>> voices.encode(piece).reshape(-1, 2).tolist()
        [[13, 1], [30, 18], [17, 18], [34, 18]]
    """

    name = "voices"
    loses = (
        "times between sixteenths, loudness, instruments, drums, keys, metre and tempo where they are not the model's, "
        "rests at the end, and what goes beyond the greatest number of steps"
    )

    def __init__(
        self,
        *,
        voices: int = 4,
        steps: int | None = None,
        lowest: int | None = None,
        highest: int | None = None,
        metre: str | None = None,
        tempo: float | None = None,
        variable: bool | None = None,
    ) -> None:
        if not 1 <= voices <= 8:
            raise UsageError(f"there are 1 to 8 voices, not {voices}")
        if steps is not None and steps < 1:
            raise UsageError(f"a piece has at least one step, not {steps}")
        for pitch in (lowest, highest):
            if pitch is not None and not 0 <= pitch <= 127:
                raise UsageError(f"pitches are 0 to 127, not {pitch}")
        self.voices = voices
        self._steps, self._lowest, self._highest = steps, lowest, highest
        self._metre, self._tempo, self._variable = _metre(metre), tempo, variable

    def fit(self, objects: Iterable[Any]) -> Self:
        """Decide from the pieces what was not given."""
        lengths, metres, tempos, pitches = Counter[int](), Counter[Metre](), Counter[float](), set[int]()
        for thing in objects:
            try:
                piece = checked(thing)
                cells = to_cells(piece, self.voices)
            except RepresentationError:
                continue
            lengths[len(cells)] += 1
            metres[piece.metres[0]] += 1
            tempos[piece.tempos[0].quarters] += 1
            pitches |= set(cells[cells >= 0].tolist())
        if not pitches:
            raise RepresentationError(f"there is no piece of up to {self.voices} voices to learn the pitches from")
        self._lowest = min(pitches) if self._lowest is None else self._lowest
        self._highest = max(pitches) if self._highest is None else self._highest
        self._steps = self._steps or min(max(lengths), LONGEST)
        self._metre = self._metre or metres.most_common(1)[0][0]
        self._tempo = self._tempo or tempos.most_common(1)[0][0]
        if self._variable is None:
            self._variable = len({self._kept(length) for length in lengths}) > 1
        return self

    @property
    def space(self) -> Tokens:
        """Sequences of symbols, of one length where all pieces had one."""
        return Tokens(2 * self._pitches + 1, self.steps * self.voices, bool(self._variable))

    @property
    def _pitches(self) -> int:
        return self.highest - self.lowest + 1

    @property
    def lowest(self) -> int:
        """The lowest pitch."""
        return int(self._known(self._lowest))

    @property
    def highest(self) -> int:
        """The highest pitch."""
        return int(self._known(self._highest))

    @property
    def steps(self) -> int:
        """The greatest number of sixteenths."""
        return int(self._known(self._steps))

    @property
    def metre(self) -> Metre:
        """The metre of all pieces here."""
        return self._known(self._metre)

    @property
    def tempo(self) -> Tempo:
        """The tempo of all pieces here."""
        return Tempo(0, float(self._known(self._tempo)))

    def _known(self, value: Any) -> Any:
        if value is None:
            raise UsageError(f"the representation {self.name!r} knows no pitches, steps, metre and tempo yet; fit it")
        return value

    def _kept(self, length: int) -> int:
        """Return how many of so many steps are kept: all, or as many whole bars as fit."""
        if length <= self.steps:
            return length
        bar = STEPS * 4 * self.metre.beats // self.metre.unit
        return self.steps // bar * bar or self.steps

    def encode(self, object: Any) -> Sample:
        cells = to_cells(checked(object), self.voices)
        cells = cells[: self._kept(len(cells))]
        return self.symbols(cells if self.space.variable else padded(cells, self.steps))

    def symbols(self, cells: Cells, heard: Cells | None = None) -> torch.Tensor:
        """Turn cells into symbols. Shapes: (steps, voices) -> (steps x voices,).

        `heard` are the pitches that sound in them, where cells that are not there say what is held.

        Raises:
            RepresentationError: A pitch is outside those of this representation.
        """
        heard = sounding(cells) if heard is None else heard
        pitches = heard[heard >= 0]
        if len(pitches) and not self.lowest <= pitches.min() <= pitches.max() <= self.highest:
            raise RepresentationError(
                f"pitches from {pitches.min()} to {pitches.max()}; this representation holds {self.lowest} to "
                f"{self.highest}: transpose the piece, or train with other pitches"
            )
        symbols = np.where(heard < 0, 0, heard - self.lowest + 1 + (cells == HOLD) * self._pitches)
        return torch.from_numpy(symbols.ravel())

    def sounds(self) -> NDArray[np.int64]:
        """Return the pitch that each symbol says, or `REST`. Shapes: (vocabulary_size,)."""
        pitches = np.arange(self.lowest, self.highest + 1)
        return np.concatenate([[REST], pitches, pitches])

    def cells(self, symbols: torch.Tensor) -> Cells:
        """Turn symbols into cells; a step that is not complete is left out. Undoes `symbols`."""
        whole = symbols[: len(symbols) // self.voices * self.voices].numpy().reshape(-1, self.voices)
        heard = self.sounds()[whole]
        held = whole > self._pitches
        held[:1] = False
        held[1:] &= heard[1:] == heard[:-1]
        return np.where(held, HOLD, heard)

    def encode_prefix(self, prefix: Any) -> list[int]:
        """Turn the beginning of a piece into the first symbols of its sample."""
        return list(self.symbols(to_cells(checked(prefix), self.voices)).tolist())

    def decode(self, sample: Sample) -> Piece:
        """Turn symbols into a piece.

        Raises:
            RepresentationError: They hold no note.
        """
        if not isinstance(sample, torch.Tensor) or sample.ndim != 1:
            raise RepresentationError("a sample of voices is one sequence of symbols")
        if len(sample) and not 0 <= sample.min() <= sample.max() < self.space.vocabulary_size:
            raise RepresentationError(f"there is a symbol outside the {self.space.vocabulary_size} of these voices")
        return to_piece(self.cells(sample), metres=[self.metre], tempos=[self.tempo])

    def to_config(self) -> dict[str, Any]:
        return {
            "voices": self.voices, "steps": self.steps, "lowest": self.lowest, "highest": self.highest,
            "metre": str(self.metre), "tempo": self.tempo.quarters, "variable": self.space.variable,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


def _metre(text: str | None) -> Metre | None:
    """Read a metre as it is written, such as 3/4."""
    if text is None:
        return None
    count, _, unit = text.partition("/")
    if not count.isdigit() or unit not in ("1", "2", "4", "8", "16") or not 1 <= int(count) <= 64:
        raise UsageError(f"{text!r} is no metre on a grid of sixteenths; write it like 3/4 or 6/8")
    return Metre(0, int(count), int(unit))
