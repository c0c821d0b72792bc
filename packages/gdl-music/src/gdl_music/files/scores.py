"""MusicXML, compressed MusicXML, ABC and kern, read by music21 from text that was looked through first."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring
from xml.parsers import expat

from gdl_core.errors import InputError, Skipped
from gdl_music.files.kinds import Skip
from gdl_music.limits import LARGEST_FILE, within_limits
from gdl_music.piece import Piece
from gdl_music.scores import from_music21

MOST_ELEMENTS = 1_000_000
"""Elements of an XML file; more is refused."""

_CONTAINER = "META-INF/container.xml"
_SCORE = ".musicxml", ".xml"
_DEEPEST = 64


def read_scores(data: bytes, kind: str, where: str, skip: Skip) -> Iterator[tuple[str, Piece]]:
    """Yield the pieces of a file of notation: several where an ABC or kern file holds several tunes.

    A tune that cannot be read is skipped by name where there are others.

    Raises:
        InputError: The file is damaged, or asks for what is not done: see `checked_xml` and `score_in`.
    """
    if kind == "mxl":
        data, kind = score_in(data), "musicxml"
    if kind == "musicxml":
        checked_xml(data)
        yield where, _piece(lambda: _parsed_xml(data))
        return
    text = data.decode("utf-8-sig", errors="replace")
    if "\0" in text:
        raise InputError("the file holds bytes that are no text")
    tunes = _tunes(text) if kind == "abc" else [text]
    for number, tune in enumerate(tunes, 1):
        place = f"{where}:{number}" if len(tunes) > 1 else where
        try:
            yield place, _piece(lambda tune=tune: _parsed_text(tune, kind))  # type: ignore[misc]
        except InputError as error:
            if len(tunes) == 1:
                raise
            skip(Skipped(place, str(error)))


def checked_xml(data: bytes) -> None:
    """Refuse XML that declares entities, is nested too deeply or has too many elements. Nothing is ever fetched.

    Raises:
        InputError: It is so, or it is no XML at all.

    Example:
        >>> checked_xml(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')
        Traceback (most recent call last):
        gdl_core.errors.InputError: the XML declares the entity 'b', which no score needs; it is not read
    """
    parser = expat.ParserCreate()
    depth = count = 0

    def declare(name: str, *rest: Any) -> None:
        raise InputError(f"the XML declares the entity {name!r}, which no score needs; it is not read")

    def start(name: str, attributes: Any) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST or count > MOST_ELEMENTS:
            raise InputError(f"the XML has more than {MOST_ELEMENTS:,} elements, or {_DEEPEST} within one another")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.EntityDeclHandler, parser.StartElementHandler, parser.EndElementHandler = declare, start, end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise InputError(f"the file is no XML, or damaged: {error}") from error


def score_in(data: bytes) -> bytes:
    """Return the score of a compressed MusicXML file, of which nothing is unpacked to the disk.

    Raises:
        InputError: The archive is damaged, unpacks to more than `LARGEST_FILE`, or a path in it leads outside.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            for name in names:
                if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts or ":" in name:
                    raise InputError(f"the archive holds the path {name!r}, which leads outside; it is not read")
            return _member(archive, _named_score(archive, names))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise InputError(f"the archive is damaged: {error}") from error


def _named_score(archive: zipfile.ZipFile, names: list[str]) -> str:
    """Return which file the archive says is its score; where it does not say, the first that looks like one."""
    if _CONTAINER in names:
        text = _member(archive, _CONTAINER)
        checked_xml(text)
        try:
            paths = [one.get("full-path") for one in fromstring(text).iter() if one.tag.endswith("rootfile")]
        except ParseError as error:
            raise InputError(f"the archive's list of contents is damaged: {error}") from error
        if paths and paths[0] in names:
            return str(paths[0])
    found = [name for name in names if name.lower().endswith(_SCORE) and not name.startswith("META-INF")]
    if not found:
        raise InputError("the archive holds no score")
    return found[0]


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise InputError(f"{name} unpacks to more than {LARGEST_FILE:,} bytes; it is not read")
    return data


def _tunes(text: str) -> list[str]:
    """Cut an ABC file into its tunes, each with the lines that stand before the first."""
    head, *tunes = ("\n" + text.replace("\r\n", "\n")).split("\nX:")
    return [f"{head.strip()}\nX:{tune}".lstrip() for tune in tunes] or [text]


def _parsed_xml(data: bytes) -> Any:
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    importer = MusicXMLImporter()
    importer.xmlText = data
    importer.parseXMLText()
    return importer.stream


def _parsed_text(text: str, kind: str) -> Any:
    from music21 import converter

    return converter.parseData(text, format=kind)


def _piece(parse: Any) -> Piece:
    """Turn what music21 parses into a piece; whatever a damaged file makes it stumble over becomes an `InputError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return within_limits(from_music21(parse()))
    except InputError:
        raise
    except MemoryError:
        raise InputError("there is not enough memory to read this score") from None
    except Exception as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"the score is damaged or cannot be read: {reason[:200]}") from error
