"""What can go wrong, one class for each exit code of the command `gdl`.

Every message says what was found, where, and what to do. The classes are also the fitting built-ins,
so that `except ValueError` in a script catches what its author expects.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar


class GdlError(Exception):
    """The base of every error that this project raises on purpose. Exit code 1."""

    exit_code: ClassVar[int] = 1


class UsageError(GdlError, ValueError):
    """Something was asked for that does not exist or does not fit. Exit code 2."""

    exit_code = 2


class InputError(GdlError, ValueError):
    """A file or a record cannot be used. Exit code 4."""

    exit_code = 4


class RepresentationError(InputError):
    """An object that this representation cannot hold, or a sample that stands for no object."""


class CheckpointError(GdlError, ValueError):
    """A saved model that is damaged, foreign, or from a newer version. Exit code 5."""

    exit_code = 5


class ResourceError(GdlError, OSError):
    """No room on the disk, no permission, or no such device. Exit code 6."""

    exit_code = 6


@dataclass(frozen=True)
class Skipped:
    """A record that was left out: where it stood and why.

    Example:
        >>> print(Skipped("mine.smi:17", "ring 1 is never closed"))
        mine.smi:17: ring 1 is never closed
    """

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


def same_name(word: str, words: Iterable[str]) -> str | None:
    """Return the one of `words` that is `word`, or else the only one that differs from it in case alone.

    Example:
        >>> same_name("logp", ["QED", "logP"]), same_name("logp", ["LOGP", "logP"])
        ('logP', None)
    """
    words = list(words)
    alike = {one for one in words if one.casefold() == word.casefold()}
    return word if word in words else alike.pop() if len(alike) == 1 else None


def nearest(word: str, words: Iterable[str]) -> str:
    """Return a hint that names the closest of `words`, or all of them when none is close.

    Example:
        >>> nearest("sampel", ["train", "sample"])
        "did you mean 'sample'?"
        >>> nearest("x", ["train", "sample"])
        'there is: sample, train'
    """
    words = sorted(words)
    close = get_close_matches(word, words, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there is: {', '.join(words)}" if words else "there is none"
