"""A piece as pictures of pitch over time, one for each group of instruments."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from gdl_core.errors import RepresentationError, UsageError, nearest
from gdl_core.representation import Representation
from gdl_core.spaces import Grid, Sample
from gdl_music.conversion import checked
from gdl_music.instruments import DRUMS, GROUPS, group_of
from gdl_music.piece import Metre, Note, Piece, Tempo, Track

ALL = "all"
"""The one picture of all instruments but drums."""

STEPS = 4
"""Steps in a quarter note."""

LENGTH = 64
"""Steps of a piece that are kept, unless another number is given."""

Pictures = NDArray[np.int64]
"""Pictures of time by pitch, one for each group of instruments. Shapes: (instruments, steps, pitches)."""

_SILENT, _SOUNDING, _BEGINS = 0, 1, 2
_ROUND = 8  # the number of pitches is a multiple of this, which networks for pictures like


class PianoRoll(Representation):
    """A picture of time by pitch in three levels: silent, sounding, and where a note begins.

    There is one picture of all instruments, or one for each of `instruments`: groups of MIDI programs such as
    ``piano``, ``bass`` or ``drums`` (``--representation-option instruments=5`` takes the five that play in most
    pieces). The first `steps` sixteenths of a piece are kept, and a shorter one is silent to the end. Pitches are those
    of the data, as many as a multiple of eight, unless `lowest` and `pitches` are given.

    Example:
        >>> roll = PianoRoll(steps=4, lowest=60, pitches=8)
        >>> piece = Piece([Track((Note(0, 240, 60), Note(240, 240, 60)))])
        >>> roll.encode(piece)[0, :, 0].tolist()
        [2, 1, 2, 1]
    """

    name = "piano-roll"
    loses = (
        "times between sixteenths, loudness, keys, metre and tempo where they are not the model's, which instrument of "
        "a group plays, drums without a picture of their own, a note that begins under another of its pitch, and what "
        "goes beyond the number of steps"
    )
    levels = 3

    def __init__(
        self,
        *,
        steps: int = LENGTH,
        instruments: int | str | Iterable[str] | None = None,
        lowest: int | None = None,
        pitches: int | None = None,
        metre: str | None = None,
        tempo: float | None = None,
    ) -> None:
        if steps < 1:
            raise UsageError(f"a picture has at least one step, not {steps}")
        if pitches is not None and not 1 <= pitches <= 128 - (lowest or 0):
            raise UsageError(f"{pitches} pitches from {lowest or 0} on: MIDI has 0 to 127")
        self.steps = steps
        self._most = instruments if isinstance(instruments, int) else None
        self._instruments = _named(instruments)
        self._lowest, self._pitches = lowest, pitches
        self._metre, self._tempo = metre, tempo

    def fit(self, objects: Iterable[Any]) -> Self:
        """Decide from the pieces what was not given."""
        groups, metres, tempos, pitches = Counter[str](), Counter[str](), Counter[float](), set[int]()
        for thing in objects:
            try:
                piece = checked(thing)
            except RepresentationError:
                continue
            groups.update({group_of(track.program, drums=track.drums) for track in piece.tracks if track.notes})
            metres[str(piece.metres[0])] += 1
            tempos[piece.tempos[0].quarters] += 1
            pitches |= {note.pitch for note in piece.notes}
        if not pitches:
            raise RepresentationError("there is no piece to learn the pitches from")
        if self._most is not None:
            self._instruments = tuple(name for name, _ in groups.most_common(self._most))
        if self._pitches is None:
            lowest = min(pitches) if self._lowest is None else self._lowest
            self._pitches = min(128, -(-(max(pitches) - lowest + 1) // _ROUND) * _ROUND)
            self._lowest = min(lowest, 128 - self._pitches)
        self._metre = self._metre or metres.most_common(1)[0][0]
        self._tempo = self._tempo or tempos.most_common(1)[0][0]
        return self

    @property
    def instruments(self) -> Sequence[str]:
        """Which groups of instruments have a picture."""
        return self._instruments

    @property
    def metre(self) -> Metre:
        """The metre of all pieces here."""
        beats, _, unit = (self._metre or "4/4").partition("/")
        return Metre(0, int(beats), int(unit))

    @property
    def bar(self) -> int:
        """Steps in a bar."""
        return max(1, STEPS * 4 * self.metre.beats // self.metre.unit)

    @property
    def lowest(self) -> int:
        """The lowest pitch."""
        return self._lowest or 0

    @property
    def space(self) -> Grid:
        """Pictures of steps by pitches."""
        if self._pitches is None or (self._most is not None and not self._instruments):
            raise UsageError(f"the representation {self.name!r} knows no pitches yet; give them, or fit it")
        return Grid(len(self.instruments), (self.steps, self._pitches), self.levels)

    def encode(self, object: Any) -> Sample:
        """Draw a piece. Shapes: (instruments, steps, pitches)."""
        return torch.from_numpy(self.pictures(checked(object), self.steps))

    def pictures(self, piece: Piece, steps: int) -> Pictures:
        """Draw so many steps of a piece. Shapes: (instruments, steps, pitches).

        Raises:
            RepresentationError: A pitch is outside of the pictures, or they are empty.
        """
        piece = piece.rescaled(STEPS)
        picture = np.zeros((len(self.instruments), steps, self.space.shape[1]), np.int64)
        for track in piece.tracks:
            group = group_of(track.program, drums=track.drums)
            name = ALL if self.instruments == (ALL,) and not track.drums else group
            if name in self.instruments:
                for start, duration, pitch, *_ in track.notes:
                    self._draw(picture[self.instruments.index(name)], start, duration, pitch)
        if not picture.any():
            raise RepresentationError(f"nothing plays in the first {steps} steps of {', '.join(self.instruments)}")
        return picture

    def _draw(self, picture: np.ndarray, start: int, duration: int, pitch: int) -> None:
        if start >= len(picture):
            return
        place = pitch - self.lowest
        if not 0 <= place < picture.shape[1]:
            raise RepresentationError(
                f"pitch {pitch} is outside this piano-roll, which holds {self.lowest} to "
                f"{self.lowest + picture.shape[1] - 1}; transpose the piece or widen `pitches`"
            )
        sounding = picture[start : start + duration, place]
        sounding[sounding == _SILENT] = _SOUNDING
        picture[start, place] = _BEGINS

    def decode(self, sample: Sample) -> Piece:
        """Read the notes back: each begins at level 2, or where sound follows silence, and lasts as long as it sounds.

        Raises:
            RepresentationError: It is no such picture, or an empty one.
        """
        if not isinstance(sample, torch.Tensor) or tuple(sample.shape) != self.space.full_shape:
            raise RepresentationError(
                f"a sample of shape {tuple(getattr(sample, 'shape', ()))} is none of {self.space}"
            )
        return self.piece(sample.numpy(), metres=[self.metre], tempos=[Tempo(0, self._tempo or 120.0)])

    def piece(self, pictures: Pictures, *, metres: Iterable[Metre], tempos: Iterable[Tempo]) -> Piece:
        """Read the notes of pictures of any number of steps. Shapes: (instruments, steps, pitches).

        Raises:
            RepresentationError: They are empty.
        """
        tracks = [
            Track(_notes(picture, self.lowest), _program(name), name == DRUMS, name)
            for name, picture in zip(self.instruments, pictures, strict=True)
        ]
        sounding = [track for track in tracks if track.notes]
        return checked(Piece(sounding, resolution=STEPS, metres=metres, tempos=tempos))

    def to_config(self) -> dict[str, Any]:
        return {
            "steps": self.steps, "instruments": list(self.instruments), "lowest": self.lowest,
            "pitches": self.space.shape[1], "metre": self._metre, "tempo": self._tempo,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


def _notes(picture: np.ndarray, lowest: int) -> tuple[Note, ...]:
    """Read the notes of one picture. Shapes: (steps, pitches)."""
    before = np.vstack([np.zeros_like(picture[:1]), picture[:-1]])
    begins = (picture == _BEGINS) | ((picture == _SOUNDING) & (before == _SILENT))
    ends = begins | (picture == _SILENT)
    notes = []
    for start, place in np.argwhere(begins).tolist():
        after = np.flatnonzero(ends[start + 1 :, place])
        notes.append(Note(start, int(after[0]) + 1 if len(after) else len(picture) - start, place + lowest))
    return tuple(notes)


def _program(name: str) -> int:
    return GROUPS.index(name) * 8 if name in GROUPS else 0


def _named(instruments: Any) -> tuple[str, ...]:
    if instruments is None:
        return (ALL,)
    if isinstance(instruments, int):
        if not 1 <= instruments <= len(GROUPS) + 1:
            raise UsageError(f"there are 1 to {len(GROUPS) + 1} groups of instruments, not {instruments}")
        return ()
    names = tuple(instruments.split(",") if isinstance(instruments, str) else instruments)
    for name in names:
        if name not in (*GROUPS, DRUMS, ALL):
            raise UsageError(f"there is no group of instruments {name!r}; {nearest(name, [*GROUPS, DRUMS, ALL])}")
    return names
