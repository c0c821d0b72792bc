"""Text files as streams of numbered lines, whatever their encoding, line ends and compression."""

import codecs
import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from gdl_core.errors import InputError, Skipped
from gdl_molecules.files.kinds import STANDARD, missing

Skip = Callable[[Skipped], None]

LONGEST_LINE = 1 << 20

_SNIFFED = 4096
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("gdl-latin-1", _as_latin_1)


class Lines:
    """The lines of a text file, one after the other; `number` is that of the last one given.

    A line of more than a million characters is no record: it is skipped, and never held as a whole.
    """

    def __init__(self, handle: TextIO, name: str, skip: Skip) -> None:
        self.handle, self.name, self.skip = handle, name, skip
        self.number = 0

    @property
    def where(self) -> str:
        """What an error quotes, such as ``mine.smi:17``."""
        return f"{self.name}:{self.number}"

    def __iter__(self) -> Iterator[str]:
        readline = self.handle.readline
        with self.handle, _naming_damage(self):
            while line := readline(LONGEST_LINE):
                self.number += 1
                if len(line) < LONGEST_LINE or line.endswith("\n"):
                    yield line
                else:
                    self._pass_over(readline)

    def _pass_over(self, readline: Callable[[int], str]) -> None:
        while (rest := readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass
        self.skip(Skipped(self.where, f"a line of more than {LONGEST_LINE:,} characters is no record"))


@contextmanager
def _naming_damage(lines: Lines) -> Iterator[None]:
    """Turn what a damaged archive or a failing disk raises into an `InputError` that says how far reading came."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(
            f"{lines.name}: the gzip archive is damaged or cut short behind line {lines.number}; get the file again"
        ) from None
    except OSError as error:
        raise InputError(
            f"{lines.name}: cannot be read behind line {lines.number}: {error.strerror or error}"
        ) from error


class _Pipe(io.RawIOBase):
    """A stream whose head was taken to look at. One that is `lent`, such as stdin, is closed by its owner."""

    def __init__(self, stream: BinaryIO, *, lent: bool) -> None:
        self.head, self.stream, self.lent = stream.read(_SNIFFED), stream, lent

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.head or self.stream.read(len(buffer))
        self.head = b""
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        super().close()
        if not self.lent:
            self.stream.close()


class _Unpacked(gzip.GzipFile):
    """What a gzipped stream holds; closing it closes the stream too."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(fileobj=stream)
        self.stream = stream

    def close(self) -> None:
        super().close()
        self.stream.close()


def open_bytes(source: str | Path) -> BinaryIO:
    """Open a file, or stdin for ``-``, and unpack it on the way if it is gzipped, whatever its name."""
    piped = str(source) == STANDARD
    handle = io.BufferedReader(_Pipe(sys.stdin.buffer, lent=True)) if piped else _opened(Path(source))
    if peek(handle)[:2] == b"\x1f\x8b":
        return _Unpacked(handle)  # type: ignore[return-value]  # it is one, but not to typeshed
    return handle


def _opened(path: Path) -> io.BufferedReader:
    try:
        handle = path.open("rb")
        return io.BufferedReader(_Pipe(handle, lent=False)) if path.is_fifo() else handle
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise missing(path) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be opened: {error.strerror or error}") from error


def peek(handle: BinaryIO) -> bytes:
    """Look at the beginning of a stream without taking it."""
    return handle.peek(_SNIFFED)[:_SNIFFED]  # type: ignore[attr-defined]


def open_text(handle: BinaryIO, name: str, skip: Skip) -> Lines:
    """Read a stream of bytes as lines of text, after a look at whether it is any."""
    text = io.TextIOWrapper(handle, encoding="utf-8-sig", errors="gdl-latin-1", newline=None)
    lines = Lines(text, name, skip)
    with _naming_damage(lines):
        head = peek(handle)
    if not head:
        raise InputError(f"{name} is empty")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError(f"{name} is UTF-16 text; save it as UTF-8")
    if _CONTROL.search(head):
        raise InputError(f"{name} is a binary file, not text; is its name right?")
    return lines
