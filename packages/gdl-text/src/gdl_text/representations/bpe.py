"""Texts as learned pieces of bytes, which the library tokenizers learns and finds."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from tokenizers.decoders import ByteLevel

from gdl_core.errors import InputError, UsageError
from gdl_text.representations.chunks import Chunks
from gdl_text.representations.middles import LEAST, MARKS
from gdl_text.representations.windows import CONTEXT, TextRepresentation
from gdl_text.spelling import bytes_of

VOCABULARY = 2048
"""How many tokens are learned, unless told otherwise."""

LEARNED_FROM = 1 << 28
"""Pieces are learned from the first so many characters of the data: more of them change little."""

_ESCAPES = re.compile("([\udc80-\udcff]+)")


class BytePairs(TextRepresentation):
    """Byte-level byte-pair encoding, as in GPT-2 (Radford et al. 2019): any bytes come back exactly.

    `vocabulary` is how many tokens `fit` learns, the 256 bytes among them. Instead, `tokenizer` names one that is
    there already and learns nothing more: a ``tokenizer.json``, or a folder with one or with GPT-2's ``vocab.json`` and
    ``merges.txt``. What is learned is a ``tokenizer.json`` too, as `tokenizer_json` returns it.

    With `infill` a model learns each window twice, the second time with its middle last (Bavarian et al. 2022,
    arXiv:2207.14255): one that writes from left to right can then fill a gap.

    Example:
        >>> pairs = BytePairs(vocabulary=260).fit(["low lower lowest"])
        >>> [pairs.pieces[number] for number in pairs.encode("lowest")]
        [b'low', b'e', b's', b't']
        >>> pairs.decode(pairs.encode("\\udcff é"))
        '\\udcff é'
    """

    name = "bpe"

    def __init__(
        self,
        *,
        vocabulary: int = VOCABULARY,
        tokenizer: str | Path | None = None,
        max_length: int = CONTEXT,
        stride: int | None = None,
        lines: bool = False,
        infill: bool = False,
    ) -> None:
        super().__init__(max_length=max_length, stride=stride, lines=lines)
        if infill and max_length < LEAST:
            raise UsageError(f"max_length={max_length} leaves no room to learn gaps; with infill it is {LEAST} or more")
        self.infill = infill
        if vocabulary < 256:
            raise UsageError(f"vocabulary={vocabulary} cannot hold the 256 bytes; it must be 256 or more")
        self.vocabulary = vocabulary
        self.given = tokenizer is not None
        self._set(None if tokenizer is None else _checked(_opened(Path(tokenizer)), str(tokenizer)))

    def _set(self, tokenizer: Tokenizer | None) -> None:
        self._tokenizer = tokenizer
        self._pieces = () if tokenizer is None else _pieces(tokenizer)
        self._chunks = None if tokenizer is None else Chunks(tokenizer)
        self._numbers = {piece: number for number, piece in enumerate(self._pieces)}

    @property
    def tokenizer(self) -> Tokenizer:
        """What finds the tokens."""
        if self._tokenizer is None:
            raise UsageError("this representation knows no tokens yet; call fit(texts) first")
        return self._tokenizer

    def tokenizer_json(self) -> str:
        """Return the text of the ``tokenizer.json`` that tokenizers and transformers load."""
        return self.tokenizer.to_str(pretty=True)

    def fit(self, objects: Iterable[str]) -> Self:
        """Learn the pieces that are frequent in the first `LEARNED_FROM` characters, unless a tokenizer was given."""
        if self.given:
            return self
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment]
        tokenizer.decoder = ByteLevel()  # type: ignore[assignment]
        trainer = trainers.BpeTrainer(
            vocab_size=self.vocabulary, initial_alphabet=sorted(LETTERS), show_progress=False, min_frequency=2
        )
        tokenizer.train_from_iterator(_first(objects, LEARNED_FROM), trainer)
        self._set(tokenizer)
        return self

    def number(self, text: str) -> np.ndarray:
        bytes_of(text)  # refuses what is no text
        chunks = self._chunks or Chunks(self.tokenizer)
        found: list[int] = []
        for place, part in enumerate(_ESCAPES.split(text)):  # every second part is bytes that are no UTF-8
            found += self._single(part) if place % 2 else chunks.number(part)
        return np.array(found, np.int64)

    def _single(self, text: str) -> list[int]:
        """Number the bytes of a text one by one."""
        return [self._numbers[bytes([byte])] for byte in bytes_of(text)]

    @property
    def pieces(self) -> tuple[bytes, ...]:
        self.tokenizer  # noqa: B018 - says that there is none yet
        return self._pieces

    @property
    def marks(self) -> tuple[int, ...]:
        return tuple(range(self.size, self.size + MARKS)) if self.infill else ()

    def to_config(self) -> dict[str, Any]:
        return {"tokenizer": json.loads(self.tokenizer.to_str()), **self.cutting, "infill": self.infill}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        cutting = {name: value for name, value in config.items() if name != "tokenizer"}
        made = cls(**cutting)
        made.given = True
        made._set(_checked(Tokenizer.from_str(json.dumps(config["tokenizer"])), "this representation"))
        return made


def _letters() -> dict[str, int]:
    """Return the letter that stands for each byte in a ``tokenizer.json``: itself where it can be printed."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + place): byte for place, byte in enumerate(others)}


LETTERS = _letters()
"""The byte that each of GPT-2's letters stands for."""

LETTER_OF = {byte: letter for letter, byte in LETTERS.items()}
"""The letter that stands for each byte."""


def _pieces(tokenizer: Tokenizer) -> tuple[bytes, ...]:
    """Return the bytes of each token in the order of their numbers."""
    tokens = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    return tuple(bytes(LETTERS[letter] for letter in token) for token, _ in tokens)


def _first(texts: Iterable[str], most: int) -> Iterator[str]:
    """Yield texts until they hold so many characters; bytes that are no UTF-8 divide a text in two."""
    for text in texts:
        if most <= 0:
            return
        yield from filter(None, _ESCAPES.split(text[:most])[::2])
        most -= len(text)


def _opened(path: Path) -> Tokenizer:
    if path.is_dir():
        if not (path / "tokenizer.json").is_file() and (path / "merges.txt").is_file():
            return _merges(path)
        path = path / "tokenizer.json"
    if not path.is_file():
        raise UsageError(
            f"there is no tokenizer {path}; name a tokenizer.json, or a folder with vocab.json and merges.txt"
        )
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing more precise
        raise InputError(f"{path} is no tokenizer.json: {error}") from None


def _merges(folder: Path) -> Tokenizer:
    """Read the two files of GPT-2."""
    try:
        tokenizer = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    except Exception as error:  # tokenizers raises nothing more precise
        raise InputError(f"{folder}: vocab.json and merges.txt cannot be read: {error}") from None
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)  # type: ignore[assignment]
    tokenizer.decoder = ByteLevel()  # type: ignore[assignment]
    return tokenizer


def _checked(tokenizer: Tokenizer, where: str) -> Tokenizer:
    """Refuse a tokenizer from which bytes do not come back exactly."""
    vocabulary = tokenizer.get_vocab()
    letters = set(chain.from_iterable(vocabulary))
    if sorted(vocabulary.values()) != list(range(len(vocabulary))):
        raise UsageError(f"{where}: the numbers of this tokenizer have gaps; train one without")
    if not LETTERS.keys() <= vocabulary.keys() or not letters <= LETTERS.keys() or tokenizer.normalizer is not None:
        raise UsageError(
            f"{where}: this tokenizer does not give every byte back; one of GPT-2's kind (byte-level BPE) is needed"
        )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
