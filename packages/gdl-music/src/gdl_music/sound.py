"""Sound of pieces: by a plain synthesiser that is always there, or by fluidsynth and its soundfont where it is."""

import io
import wave
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import InputError, UsageError, nearest
from gdl_music.instruments import group_of
from gdl_music.piece import Piece

Sound = NDArray[np.float32]
"""One channel of numbers from -1 to 1. Shapes: (samples,)."""

RATE = 22_050
"""Samples in a second, unless told otherwise."""

LONGEST = 1800
"""Seconds of a piece that is turned into sound."""

MOST_SOUNDING = 20_000
"""Seconds that the notes of such a piece may last, taken together."""

_TAIL = 0.4  # seconds that a note fades
_ATTACK = 0.006
_PARTIALS = {  # how loud each partial is, and how many seconds it takes to fall to a third; none: it does not
    "piano": ((1.0, 0.55, 0.3, 0.16, 0.1, 0.05), 0.9),
    "chromatic": ((1.0, 0.1, 0.35, 0.0, 0.15), 0.6),
    "guitar": ((1.0, 0.7, 0.45, 0.3, 0.2, 0.1), 0.6),
    "bass": ((1.0, 0.6, 0.3, 0.15), 0.8),
    "percussion": ((1.0, 0.0, 0.4), 0.25),
    "folk": ((1.0, 0.6, 0.6, 0.4, 0.3), 0.5),
    "organ": ((1.0, 0.7, 0.5, 0.4, 0.0, 0.3), None),
    "strings": ((1.0, 0.6, 0.4, 0.3, 0.2, 0.15, 0.1), None),
    "pipe": ((1.0, 0.2, 0.1), None),
}
_OTHER = ((1.0, 0.5, 0.4, 0.2, 0.15, 0.1), None)
_KICK = 37  # drums up to here are deep


def synthesise(piece: Piece, *, rate: int = RATE) -> Sound:
    """Return the sound of a piece by adding up partials: always the same, whatever is installed.

    Raises:
        InputError: It lasts more than `LONGEST` seconds, or its notes more than `MOST_SOUNDING`.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> synthesise(Piece([Track((Note(0, 480, 69),))]), rate=8000).shape  # half a second, and what fades
        (7200,)
    """
    _check_length(piece)
    whole = np.zeros(int((piece.seconds + _TAIL) * rate), np.float32)
    for track in piece.tracks:
        group = group_of(track.program, drums=track.drums)
        for note in track.notes:
            begin = int(piece.second_of(note.start) * rate)
            length = int((piece.second_of(note.end) + _TAIL) * rate) - begin
            tone = _drum(note.pitch, rate) if track.drums else _tone(group, note.pitch, length, rate)
            tone = tone[: len(whole) - begin]
            whole[begin : begin + len(tone)] += tone * (note.velocity / 127) ** 1.5
    peak = np.abs(whole).max(initial=0)
    return whole * np.float32(0.9 / peak) if peak else whole


def by_fluidsynth(piece: Piece, *, rate: int = RATE) -> Sound:
    """Return the sound of a piece by fluidsynth with the soundfont that pretty_midi brings.

    Raises:
        UsageError: fluidsynth is not installed.
    """
    from gdl_music.conversion import to_pretty_midi

    if not has_fluidsynth():
        raise UsageError("fluidsynth is not here; install it and pyfluidsynth, or choose the synthesiser plain")
    _check_length(piece)
    return np.asarray(to_pretty_midi(piece).fluidsynth(fs=rate), np.float32)


def has_fluidsynth() -> bool:
    """Tell whether fluidsynth can be used."""
    if find_spec("fluidsynth") is None:
        return False
    try:
        import_module("fluidsynth")  # it looks for its library when it is imported
    except (ImportError, OSError, AttributeError):
        return False
    return True


SYNTHESISERS: dict[str, Callable[..., Sound]] = {"plain": synthesise, "fluidsynth": by_fluidsynth}


def best() -> str:
    """Return the name of the best synthesiser that is there."""
    return "fluidsynth" if has_fluidsynth() else "plain"


def wav_bytes(piece: Piece, *, synthesiser: str = "plain", rate: int = RATE) -> bytes:
    """Return the sound of a piece as a WAV file of 16 bits and one channel.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> wav_bytes(Piece([Track((Note(0, 480, 69),))]))[:4]
        b'RIFF'
    """
    if synthesiser not in SYNTHESISERS:
        raise UsageError(f"there is no synthesiser {synthesiser!r}; {nearest(synthesiser, SYNTHESISERS)}")
    samples = (SYNTHESISERS[synthesiser](piece, rate=rate) * 32_767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


def _check_length(piece: Piece) -> None:
    if piece.seconds > LONGEST:
        minutes = f"{piece.seconds / 60:.0f} minutes; up to {LONGEST // 60}"
        raise InputError(f"the piece lasts {minutes} become sound: cut it with `gdl music cut`")
    sounding = sum(piece.second_of(note.end) - piece.second_of(note.start) for note in piece.notes)
    if sounding > MOST_SOUNDING:
        raise InputError(f"the notes last {sounding:,.0f} seconds together; up to {MOST_SOUNDING:,} become sound")


def _tone(group: str, pitch: int, length: int, rate: int) -> Sound:
    """Return a note of a group of instruments. Shapes: (length,)."""
    partials, fall = _PARTIALS.get(group, _OTHER)
    time = np.arange(length, dtype=np.float32) / np.float32(rate)
    tone = np.zeros(length, np.float32)
    for number, loudness, frequency in _audible(partials, pitch, rate):
        fading = np.exp(-time * (number**0.7 / fall)) if fall else np.float32(1)
        tone += loudness * fading * np.sin(2 * np.pi * frequency * time)
    release = np.clip((length / rate - time) / _TAIL, 0, 1) ** 2
    return np.asarray(tone * release * np.clip(time / _ATTACK, 0, 1) / sum(partials), np.float32)


def _audible(partials: tuple[float, ...], pitch: int, rate: int) -> Iterator[tuple[int, float, float]]:
    """Yield the number, the loudness and the frequency of the partials that this rate can hold."""
    base = 440 * 2 ** ((pitch - 69) / 12)
    for number, loudness in enumerate(partials, 1):
        if loudness and number * base < 0.45 * rate:
            yield number, loudness, number * base


@lru_cache(maxsize=128)
def _drum(pitch: int, rate: int) -> Sound:
    """Return a stroke: a falling tone for the deep drums, a hiss for the others."""
    time = np.arange(int(0.35 * rate), dtype=np.float32) / np.float32(rate)
    if pitch < _KICK:
        return np.asarray(np.sin(2 * np.pi * 55 * time * (1 + np.exp(-time * 30))) * np.exp(-time * 14), np.float32)
    hiss = np.random.default_rng(pitch).uniform(-1, 1, len(time))
    return np.asarray(0.5 * hiss * np.exp(-time * (20 + pitch % 5 * 6)), np.float32)
