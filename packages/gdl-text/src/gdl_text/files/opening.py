"""Files as streams of text: unpacked on the way, of a known encoding, and never held as a whole."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from gdl_core.errors import InputError
from gdl_text.files.kinds import STANDARD, missing

LONGEST = 1 << 26
"""The most characters of a line of a table, which has to be held as a whole."""

_BLOCK = 1 << 16
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BOMB = 200
_BOMB_FROM = 1 << 26


class _Unpacked(io.RawIOBase):
    """What a gzipped stream holds; one that unpacks to a great many times its size is refused, as no text does."""

    def __init__(self, packed: BinaryIO, name: str) -> None:
        self.packed, self.name, self.given, self.size = packed, name, 0, 0
        self.unpacked = gzip.GzipFile(fileobj=packed)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.unpacked.read(min(len(buffer), _BLOCK))
        self.size += len(data)
        if self.size > _BOMB_FROM and self.size > _BOMB * self.packed.tell():
            raise InputError(
                f"{self.name} unpacks to more than {_BOMB} times its size, as no text does; unpack it yourself"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        super().close()
        self.packed.close()


@contextmanager
def opened(source: str | Path, name: str) -> Iterator[TextIO]:
    """Open a file, or stdin for ``-``, as text with line ends ``\\n``; gzip is told by the content, not by the name.

    The text is UTF-8, or UTF-16 with a byte-order mark. Any other encoding, NUL among the first bytes, a damaged
    archive and a failing disk are an `InputError`, wherever reading comes upon them.
    """
    with _naming_damage(name), _bytes(source) as raw:
        packed = raw.peek(2)[:2] == b"\x1f\x8b"
        handle = io.BufferedReader(_Unpacked(raw, name), _BLOCK) if packed else raw
        head = handle.peek(_BLOCK)
        encoding = next((found for mark, found in _MARKS.items() if head.startswith(mark)), "utf-8")
        if encoding != "utf-16" and b"\0" in head:
            raise InputError(f"{name} holds NUL bytes: it is a binary file, not text; is its name right?")
        yield io.TextIOWrapper(handle, encoding=encoding, newline=None)


def _bytes(source: str | Path) -> Any:
    if str(source) == STANDARD:
        return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False), _BLOCK)
    try:
        return io.BufferedReader(io.FileIO(source), _BLOCK)
    except (FileNotFoundError, NotADirectoryError):
        raise missing(Path(source)) from None


@contextmanager
def _naming_damage(name: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        wrong = error.object[error.start : error.start + 1]
        raise InputError(
            f"{name} is no {error.encoding.upper()}: it holds the byte 0x{wrong.hex()} behind {_before(error)!r}; "
            f"convert it, such as by: iconv -f LATIN1 -t UTF-8"
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{name}: the gzip archive is damaged or cut short; get the file again") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}") from error


def _before(error: UnicodeDecodeError) -> str:
    return error.object[max(error.start - 20, 0) : error.start].decode(error.encoding, "replace")
