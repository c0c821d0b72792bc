"""Pieces as sequences of events, with the tokens of MidiTok."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal, Self, get_args

import torch

from gdl_core.errors import RepresentationError, UsageError, nearest
from gdl_core.representation import Representation
from gdl_core.spaces import Sample, Tokens
from gdl_music.conversion import checked, from_symusic, to_symusic
from gdl_music.piece import Piece

Kin = Literal["remi", "tsd", "midi-like"]
"""Which tokens are written: REMI (bars and places in them), TSD (steps in time), or MIDI's own (notes on and off)."""

LENGTH = 1024
"""So many tokens of a piece are kept, unless another length is given; shorter where no piece has as many."""

METRES = {1: [1, 2, 3, 4], 2: list(range(1, 9)), 4: list(range(1, 13)), 8: list(range(1, 17)), 16: list(range(1, 33))}
"""The metres that have a token: for each unit, how many of them a bar may have."""

_CLASSES = {"remi": "REMI", "tsd": "TSD", "midi-like": "MIDILike"}
_HIGHEST = 126  # MidiTok's pitches end here
PITCHED = ("Pitch", "NoteOn")
"""The kinds of token that begin a note of any instrument."""

DRUMMED = ("PitchDrum", "DrumOn")
"""The kinds of token that begin a sound of drums, where these were called."""

_CUTS = ("Bar", "Position", "TimeShift")


class Remi(Representation):
    """A piece as events: bars, places in them, tempos, metres, and notes with instrument, loudness and length.

    The tokens and their numbers are MidiTok's own (Fradet et al. 2021), for REMI (Huang and Yang 2020,
    arXiv:2002.00212) or its `kin`. Time has `steps` to a quarter note, loudness so many `velocities`, and notes last at
    most `beats` quarter notes. A piece of more than `length` tokens is cut at the last bar that fits.

    Example:
        >>> from gdl_music.piece import Metre, Note, Track
        >>> piece = Piece([Track((Note(0, 480, 60), Note(480, 240, 64)))], metres=[Metre(0, 7, 8)])
        >>> remi = Remi().fit([piece])
        >>> remi.space
        Tokens(vocabulary_size=754, max_length=13, variable=True)
        >>> remi.decode(remi.encode(piece))
        Piece(2 notes in 1 track, 1 bar of 7/8)
    """

    name = "remi"
    loses = (
        "times between steps and beyond the greatest length of a note, loudness and tempo between levels, keys, in "
        "which of two tracks of one instrument a note is, and what goes beyond the greatest number of tokens"
    )

    def __init__(
        self, *, kin: Kin = "remi", steps: int = 4, beats: int = 16, velocities: int = 32, length: int | None = None
    ) -> None:
        if kin not in _CLASSES:
            raise UsageError(f"there is no kin {kin!r} of REMI here; {nearest(kin, get_args(Kin))}")
        for name, value, most in (("steps", steps, 96), ("beats", beats, 64), ("velocities", velocities, 127)):
            if not 1 <= value <= most:
                raise UsageError(f"{name} are 1 to {most}, not {value}")
        if length is not None and length < 8:
            raise UsageError(f"a length of {length} tokens holds no note; give 8 or more")
        self.kin: Kin = kin
        self.steps, self.beats, self.velocities = steps, beats, velocities
        self._length = length

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer of MidiTok."""
        import miditok

        config = miditok.TokenizerConfig(
            pitch_range=(0, _HIGHEST + 1),
            beat_res={(0, self.beats): self.steps},
            num_velocities=self.velocities,
            special_tokens=["PAD"],
            use_programs=True,
            use_tempos=True,
            num_tempos=71,
            tempo_range=(30, 240),
            use_time_signatures=True,
            time_signature_range=METRES,
            drums_pitch_range=(0, _HIGHEST + 1),
        )
        return getattr(miditok, _CLASSES[self.kin])(config)

    def fit(self, objects: Iterable[Any]) -> Self:
        """Find how many tokens the longest piece has, up to `LENGTH`, unless a length was given."""
        if self._length is None:
            longest = 0
            for thing in objects:
                try:
                    longest = max(longest, min(len(self.tokens(thing)), LENGTH))
                except RepresentationError:
                    continue
            if not longest:
                raise RepresentationError("there is no piece to learn the length from; give a length, or data")
            self._length = longest
        return self

    @property
    def space(self) -> Tokens:
        """Sequences of MidiTok's tokens."""
        if self._length is None:
            raise UsageError("the representation 'remi' has no length yet; give one, or fit it")
        return Tokens(len(self.tokenizer), self._length)

    def tokens(self, piece: Any) -> list[int]:
        """Return all tokens of a piece, however many.

        Raises:
            RepresentationError: It is no piece, or has a metre or a pitch without a token.
        """
        piece = checked(piece)
        for metre in piece.metres:
            if metre.beats not in METRES.get(metre.unit, ()):
                raise RepresentationError(f"there is no token for a metre of {metre}")
        if any(note.pitch > _HIGHEST for note in piece.notes):
            raise RepresentationError(f"there is no token for the pitch {_HIGHEST + 1}; transpose the piece")
        return list(self.tokenizer.encode(to_symusic(piece)).ids)

    def encode(self, object: Any) -> Sample:
        tokens = self.tokens(object)
        if self.space.max_length < len(tokens):
            tokens = tokens[: self._cut(tokens)]
        return torch.tensor(tokens, dtype=torch.int64)

    def _cut(self, tokens: list[int]) -> int:
        """Return before which token a piece that is too long is cut: where a bar begins, or else a moment."""
        names = [self.tokenizer[token].partition("_")[0] for token in tokens[: self.space.max_length + 1]]
        for kind in _CUTS:
            places = [place for place, name in enumerate(names) if name == kind]
            if any(name == "Pitch" or name == "PitchDrum" for name in names[: places[-1] if places else 0]):
                return places[-1]
        raise RepresentationError(f"not one moment of the piece fits into {self.space.max_length} tokens")

    def encode_prefix(self, prefix: Any) -> list[int]:
        """Turn the beginning of a piece into the first tokens of its sample."""
        return self.tokens(prefix)

    def decode(self, sample: Sample) -> Piece:
        """Turn tokens into a piece, passing over those that make no sense where they stand, as MidiTok does.

        Raises:
            RepresentationError: They hold no note.
        """
        tokens = sample.tolist() if isinstance(sample, torch.Tensor) else []
        if not tokens:
            raise RepresentationError("there are no tokens, and so no note")
        if not all(0 <= token < len(self.tokenizer) for token in tokens):
            raise RepresentationError(f"there is a token outside the {len(self.tokenizer)} of this representation")
        try:
            piece = from_symusic(self.tokenizer.decode(tokens))
        except (KeyError, IndexError, ValueError, TypeError, ZeroDivisionError, RuntimeError) as error:
            raise RepresentationError(f"the tokens are no piece: {error}") from error
        return checked(piece)

    def to_config(self) -> dict[str, Any]:
        return {
            "kin": self.kin, "steps": self.steps, "beats": self.beats, "velocities": self.velocities,
            "length": self.space.max_length,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)
