"""Read a folder of MIDI files: pieces of ours, and scores of pretty_midi and symusic.

    python tools/benchmarks/music_reading.py [FOLDER] --rounds 5

Without a folder the published chorales (`--chorales FILE.json`, a grid of sixteenths) are written to one first. Ours
finds the files, reads them, looks for what is hostile and tells class, key, metre and instruments when asked: `pieces`
asks for nothing more, `tables` for the table of the notes of each track, `facts` for key, metre and instruments,
`arrays` for the piano-roll of each piece. The others are given the paths. All take turns, the whole folder at a time;
the figures are the least CPU time of a file over all rounds, and how many times that of pretty_midi goes into it.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pretty_midi
import symusic

from gdl_music import Pieces, read
from gdl_music.representations.roll import PianoRoll
from gdl_music.voices import HOLD, to_piece


def main() -> None:
    """Let the readers take turns and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="of MIDI files")
    parser.add_argument("--chorales", type=Path, help="the published chorales as JSON, to be written as MIDI")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = arguments.folder or written(arguments.chorales, Path(place))
        compare(folder, arguments.rounds)


def written(chorales: Path, place: Path) -> Path:
    """Write the chorales as MIDI files and return their folder."""
    pieces = []
    for piece in (piece for part in json.loads(chorales.read_text()).values() for piece in part):
        cells = np.array(piece, np.int64)
        goes_on = (cells[1:] == cells[:-1]) & (cells[1:] >= 0)
        cells[1:][goes_on] = HOLD
        pieces.append(to_piece(cells))
    return Pieces(pieces).save(place / "chorales")


def compare(folder: Path, rounds: int) -> None:
    """Time all readers in turns; all must find the same number of notes."""
    paths = sorted(map(str, folder.rglob("*.mid")))
    roll = PianoRoll(steps=64, lowest=0, pitches=128)
    readers: dict[str, Callable[[], int]] = {
        "pretty_midi": lambda: sum(
            len(one.notes) for path in paths for one in pretty_midi.PrettyMIDI(path).instruments
        ),
        "symusic": lambda: sum(symusic.Score(path).note_num() for path in paths),
        "gdl pieces": lambda: sum(record.object.note_count for record in read(folder)),
        "gdl tables": lambda: sum(one.columns.shape[1] for record in read(folder) for one in record.object.tracks),
        "gdl facts": lambda: sum(record.object.note_count for record in read(folder) if record.properties["key"]),
        "gdl arrays": lambda: sum(
            record.object.note_count for record in read(folder) if roll.encode(record.object).any()
        ),
    }
    counts = {name: reader() for name, reader in readers.items()}
    if len(set(counts.values())) > 1:
        raise SystemExit(f"the readers find different numbers of notes: {counts}")
    print(f"{len(paths):,} files, {next(iter(counts.values())):,} notes")
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            start = time.process_time()
            reader()
            seconds[name].append(time.process_time() - start)
    least = {name: min(values) / len(paths) for name, values in seconds.items()}
    for name, value in least.items():
        print(f"{name:<16}{1e6 * value:>9.0f} microseconds{least['pretty_midi'] / value:>8.1f}x", flush=True)


if __name__ == "__main__":
    main()
