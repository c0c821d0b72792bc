"""Which pitches may be written: those of a scale and of a range."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import UsageError, nearest

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 8, 9, 10, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole tone": (0, 2, 4, 6, 8, 10),
}
"""Semitones above the tonic. Minor is natural; melodic minor has both its sixths and both its sevenths."""

EVERY = ""
"""The name under which a range of all voices stands."""

_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_TONE = r"([A-Ga-g])([#♯b♭]?)"


@dataclass(frozen=True)
class Pitches:
    """The tones of a scale, and the range of each voice or of all, both ends included.

    Example:
        >>> pitches = Pitches.read("G major", "soprano=C4..A5,E2..C5")
        >>> pitches.of("soprano").nonzero()[0].tolist()[:4]
        [60, 62, 64, 66]
        >>> pitches.of("bass").nonzero()[0].tolist()[-2:]
        [71, 72]
    """

    tones: frozenset[int] = frozenset(range(12))
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, scale: str | None = None, ranges: str | None = None) -> Self:
        """Read a scale such as ``G major``, and ranges such as ``C4..A5`` or ``soprano=C4..A5,bass=E2..C4``.

        Raises:
            UsageError: It is none; says how one is written.
        """
        found: dict[str, tuple[int, int]] = {}
        for part in ranges.split(",") if ranges is not None else ():
            name, _, text = part.rpartition("=")
            found[name.strip()] = range_in(text)
        return cls(cls().tones if scale is None else scale_of(scale), found)

    @property
    def free(self) -> bool:
        """Whether nothing is refused."""
        return len(self.tones) == 12 and not self.ranges

    def of(self, voice: str) -> NDArray[np.bool_]:
        """Tell which pitches a voice may have. Shapes: (128,)."""
        lowest, highest = self.ranges.get(voice, self.ranges.get(EVERY, (0, 127)))
        pitches = np.arange(128)
        return np.isin(pitches % 12, list(self.tones)) & (lowest <= pitches) & (pitches <= highest)

    def check(self, names: tuple[str, ...]) -> None:
        """Refuse a range of a voice that there is not."""
        for name in self.ranges:
            if name != EVERY and name not in names:
                raise UsageError(f"there is no voice {name!r} to give a range; {nearest(name, names)}")


FREE = Pitches()
"""All pitches."""


def scale_of(text: str) -> frozenset[int]:
    """Return the tones of a scale that is named by its tonic and its mode.

    Example:
        >>> sorted(scale_of("Bb major")), sorted(scale_of("f# blues"))
        ([0, 2, 3, 5, 7, 9, 10], [0, 1, 4, 6, 9, 11])
    """
    found = re.fullmatch(_TONE + r"(?:\s+(\D+))?", text.strip())
    if not found:
        raise UsageError(f"{text!r} is no scale; write it like 'G major' or 'F# dorian'")
    mode = " ".join((found[3] or "major").lower().split())
    if mode not in SCALES:
        raise UsageError(f"there is no scale {mode!r}; {nearest(mode, SCALES)}")
    tonic = _NATURAL[found[1].upper()] + _SIGNS[found[2]]
    return frozenset((tonic + step) % 12 for step in SCALES[mode])


def pitch_of(text: str) -> int:
    """Return the MIDI number of a pitch by its name and octave, or of a number; the middle C is C4, which is 60.

    Example:
        >>> pitch_of("C4"), pitch_of("Bb2"), pitch_of("72")
        (60, 46, 72)
    """
    text = text.strip()
    found = re.fullmatch(_TONE + r"(-1|\d)", text)
    if not (found or re.fullmatch(r"\d{1,3}", text)):
        raise UsageError(f"{text!r} is no pitch; write it like C4, F#3 or 60")
    pitch = _NATURAL[found[1].upper()] + _SIGNS[found[2]] + 12 * (int(found[3]) + 1) if found else int(text)
    if not 0 <= pitch <= 127:
        raise UsageError(f"the pitch {text!r} is outside of MIDI, which has C-1 to G9")
    return pitch


def range_in(text: str) -> tuple[int, int]:
    """Return the lowest and the highest pitch of a range.

    Example:
        >>> range_in("C4..A5")
        (60, 81)
    """
    first, separator, last = text.partition("..")
    if not separator:
        raise UsageError(f"{text!r} is no range of pitches; write it like C4..A5, or soprano=C4..A5,bass=E2..C4")
    lowest, highest = pitch_of(first), pitch_of(last)
    if lowest > highest:
        raise UsageError(f"no pitch is in the range {text.strip()!r}; write the lower one first")
    return lowest, highest
