"""Send chorales and hard metres from scores to pieces, MIDI and MusicXML and back, and count what comes back exactly.

    python tools/benchmarks/score_round_trip.py --every 1

The scores are the four-part chorales of Bach in music21's corpus (every N-th with `--every N`), and tunes in 5/8, 7/8,
metres that change and 3/8 with an upbeat. Four things must hold of each: the piece has the notes that music21 finds
when it strips ties, with their onsets and lengths; MIDI gives the piece back, with its metres; MusicXML does, read by
music21; and in that every bar of every voice is as long as its metre says. Anything else is named and ends with exit
code 1.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from music21 import converter, corpus

from gdl_core.errors import InputError
from gdl_music import Piece
from gdl_music.files.midi import midi_bytes, read_midi
from gdl_music.files.scores import _parsed_xml
from gdl_music.scores import _missing_at_start, from_music21, musicxml_bytes

TUNES = {
    "5/8": "M:5/8\nL:1/8\nK:D\nD2 EFG|A2 B2 c|d5|[D2F2]G3|",
    "7/8": "M:7/8\nL:1/8\nK:Am\nA2 B2 cde|f4 e3-|e2 dcBA2|z2 A5|",
    "2/4, 7/8, 3/8": "M:2/4\nL:1/8\nK:G\nG2 AB|[M:7/8]c2 d2 e3|[M:3/8]def|g3-|g3|[M:2/4]G4|",
    "3/8 with an upbeat": "M:3/8\nL:1/8\nK:F\nC|FGA|B2 c|d3|c3|",
    "9/8, then 4/4 in triplets": "M:9/8\nL:1/8\nK:C\nc3 d3 e3|[M:4/4](3cde (3fga b4|c'8|",
}


def main() -> int:
    """Send all through, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="only each N-th chorale (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no other after so long")
    arguments = parser.parse_args()
    begun, found, total = time.monotonic(), Counter[str](), 0
    for name, score in scores(arguments.every):
        if time.monotonic() - begun > arguments.seconds:
            print("the time is up")
            break
        total += 1
        wrong = faults(score)
        found.update(wrong)
        for what in wrong:
            print(f"{name}: {what}", flush=True)
    print(f"{total:,} scores; wrong: {dict(found) or 'none'}")
    return int(bool(found))


def scores(every: int) -> Iterator[tuple[str, Any]]:
    """Yield the tunes, then the chorales, as music21 reads them."""
    for name, abc in TUNES.items():
        yield name, converter.parseData(f"X:1\nT:a\n{abc}\n", format="abc")
    paths = [path for path in sorted(map(Path, corpus.getComposer("bach"))) if path.suffix in (".mxl", ".xml")]
    for path in paths[::every]:
        score = converter.parse(path)
        if len(getattr(score, "parts", ())) == 4:
            yield path.stem, score


def faults(score: Any) -> list[str]:
    """Return what is wrong with a score's way through."""
    piece = from_music21(score)
    wrong = ["its notes differ from music21's"] if notes_of(piece) != stripped(score) else []
    again = read_midi(midi_bytes(piece))
    if notes_of(again) != notes_of(piece) or metres_of(again) != metres_of(piece):
        wrong.append("MIDI gives something else back")
    try:
        written = _parsed_xml(musicxml_bytes(piece))
    except InputError as error:
        return [*wrong, f"it cannot be written: {error}"]
    back = from_music21(written)
    if notes_of(back) != notes_of(piece):
        wrong.append("MusicXML gives other notes back")
    if metres_of(back) != metres_of(piece):
        wrong.append("MusicXML gives other metres back")
    return wrong + (["bars do not add up"] if not add_up(written, piece) else [])


def notes_of(piece: Piece) -> list[tuple[Fraction, Fraction, int]]:
    """Return onset and length of each note, in quarter notes, and its pitch."""
    unit = piece.resolution
    return sorted((Fraction(note.start, unit), Fraction(note.duration, unit), note.pitch) for note in piece.notes)


def metres_of(piece: Piece) -> list[tuple[Fraction, int, int]]:
    """Return where each metre begins, and what it is."""
    return [(Fraction(one.start, piece.resolution), one.beats, one.unit) for one in piece.metres]


def stripped(score: Any) -> list[tuple[Fraction, Fraction, int]]:
    """Return what music21 itself takes for the notes, moved as far as an upbeat asks for."""
    shift = Fraction(_missing_at_start(score.parts[0] if len(getattr(score, "parts", ())) else score), 10_080)
    found = []
    for note in score.stripTies().flatten().notes:
        if not note.duration.isGrace and "Harmony" not in note.classes:
            onset, length = Fraction(note.offset) + shift, Fraction(note.quarterLength)
            found += [(onset, length, pitch.midi) for pitch in note.pitches]
    return sorted(found)


def add_up(score: Any, piece: Piece) -> bool:
    """Tell whether all bars are as long as the piece says."""
    starts = [*piece.bar_starts(), piece.bar_start(piece.bar_count)]
    lengths = [Fraction(end - start, piece.resolution) for start, end in pairwise(starts)]
    for part in score.parts:
        bars = list(part.getElementsByClass("Measure"))
        filled = [
            {sum(Fraction(one.quarterLength) for one in voice.notesAndRests) for voice in list(bar.voices) or [bar]}
            for bar in bars
        ]
        if filled != [{length} for length in lengths]:
            return False
    return True


if __name__ == "__main__":
    sys.exit(main())
