"""Words, the smallest domain there is."""

import builtins
import sys
from types import ModuleType

import pytest

SOURCE = '''
import os
import time

import torch
from gdl_core.errors import RepresentationError
from gdl_core.representation import Representation
from gdl_core.spaces import Tokens


class Letters(Representation):
    """Words of small letters, one token each."""

    name = "letters"

    def __init__(self, max_length=30):
        self.space = Tokens(26, max_length)

    def encode(self, word):
        if word == "CRASH":
            raise ZeroDivisionError("a mistake in the representation")
        if word == "DIE":
            os._exit(9)
        if word == "SLOW":
            time.sleep(60)
        if not (word.isascii() and word.isalpha() and word.islower()):
            raise RepresentationError(f"{word!r} is not made of small letters")
        return torch.tensor([ord(letter) - ord("a") for letter in word])

    def decode(self, sample):
        return "".join(chr(ord("a") + number) for number in sample.tolist())

    def to_config(self):
        return {"max_length": self.space.max_length}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Syllables(Letters):
    """Words of any length, learned in pieces of three letters."""

    def encode_windows(self, words):
        def attempt(word):
            try:
                return list(self.encode(word).split(3))
            except RepresentationError as refusal:
                return refusal

        return list(map(attempt, words))


def measure(word, names):
    return [{"size": len(word), "none": float("inf")}[name] for name in names]
'''


@pytest.fixture(scope="session")
def letters(tmp_path_factory) -> ModuleType:
    """A module with the representation `Letters`, in a file that other processes can import."""
    folder = tmp_path_factory.mktemp("letters")
    (folder / "gdl_test_letters.py").write_text(SOURCE)
    sys.path.insert(0, str(folder))
    try:
        import gdl_test_letters

        yield gdl_test_letters
    finally:
        sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def words() -> list[str]:
    """The names of Python's builtins, in small letters."""
    return sorted({name.lower() for name in dir(builtins) if name.isalpha()})
