"""Texts as bytes: a text is a `str`, and any bytes are a text.

A byte that is no UTF-8 stands in a text as one of Python's surrogate escapes (PEP 383), so nothing is lost on the way
from bytes to a text and back.
"""

import re

from gdl_core.errors import RepresentationError

_ESCAPED = re.compile("[\udc80-\udcff]")
_CUT = re.compile("(?:[\udcc2-\udcdf]|[\udce0-\udcef][\udc80-\udcbf]?|[\udcf0-\udcf4][\udc80-\udcbf]{0,2})\\Z")
_SHOWN = 60


def text_of(data: bytes) -> str:
    """Return the text that bytes are.

    Example:
        >>> text_of(b"caf\\xc3\\xa9 \\xff")
        'café \\udcff'
    """
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """Return the bytes that a text is. Undoes `text_of`.

    Raises:
        RepresentationError: It is no text, or holds half of a UTF-16 pair, which is the code of no character.

    Example:
        >>> bytes_of("é")
        b'\\xc3\\xa9'
    """
    if not isinstance(text, str):
        raise RepresentationError(f"{shown(repr(text))} is no text but a {type(text).__name__}; give a str")
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise RepresentationError(
            f"{shown(text)}: {text[error.start]!r} at place {error.start} is the code of no character; leave it out"
        ) from None


def readable(text: str) -> str:
    """Return the text with the sign for what cannot be read in place of each byte that is no UTF-8.

    Example:
        >>> readable("caf\\udcff")
        'caf\ufffd'
    """
    return _ESCAPED.sub("\ufffd", text)


def identity(text: str) -> str:
    """Return what tells a text from others: itself, without the half of a character at which it was cut.

    Raises:
        RepresentationError: It is no text, or an empty one.

    Example:
        >>> identity("caf\\udcc3")
        'caf'
    """
    bytes_of(text)
    if not (whole := _CUT.sub("", text)):
        raise RepresentationError("the text is empty")
    return whole


def shown(text: str) -> str:
    """Return the beginning of a text as an error quotes it.

    Example:
        >>> shown("one\\ntwo"), len(shown("x" * 1000))
        ("'one\\\\ntwo'", 62)
    """
    return repr(readable(text) if len(text) <= _SHOWN else f"{readable(text[: _SHOWN - 3])}...")
