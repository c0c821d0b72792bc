"""Make a shipped model of chorales: gather, prepare, train, draw, measure, write the model with its card.

    python tools/train/music.py --model chorale-transformer --split jsb-chorales-16th-separated.json --time 20m

Bach's chorales in four voices are learned from the corpus that music21 brings. Of these every fifth tune is held out
with all its settings. With `--split FILE.json`, the published split of 229, 76 and 77 chorales, the corpus's own
versions of the 77 are held out instead (73 are found), and `measure` tells what papers compare from above: they take a
note that is repeated for one that is held, and a model that tells both apart has more to say of each cell. Those whose
tune is not learned in another setting either are measured for themselves as well.

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs the prepared `WORK/data-NAME` and no library of music: carry it to a
machine with an accelerator, train there, carry `WORK/MODEL` back and give the command again.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from shipping import load, ship, train_begun, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

DRAWN, FEWER = 64, 6
LONG, SHORT = 8, 4
"""Bars of an excerpt."""


@dataclass(frozen=True)
class Shipped:
    """A model to make: the first words of its card, its excerpts' bars, how its data are made and how it is trained.

    One that `begins` with the weights of the autoregressive model has them under this name.
    """

    text: str
    bars: int = SHORT
    representation: str = "voices"
    options: Mapping[str, Any] = field(default_factory=lambda: {"variable": False})
    training: Mapping[str, Any] = field(default_factory=dict)
    begins: str | None = None

    @property
    def data(self) -> str:
        """Return the name of the folder of its prepared data."""
        return f"data-{self.representation}-{self.bars}"


FIRST = "chorale-transformer"
"""The autoregressive model, with which others begin."""

GENTLE = {"learning_rate": 1.5e-3}
"""How models are trained that begin with what another one has learned."""

SHIPPED = {
    FIRST: Shipped(
        "An autoregressive model: voice after voice, with the exact probability of each. Of two runs, the second went "
        "on from the first, which took 1,965 steps without dropout in 7.7 minutes of a core's time.",
        bars=LONG,
    ),
    "coconet": Shipped(
        "Masked diffusion: any cell can be given, so that it fills in and harmonises. After so short a run it is "
        "far from having learned chorales: it moves more, and in shorter notes, than they do."
    ),
    "musicvae": Shipped(
        "An autoencoder whose decoder writes voice after voice. It begins with the weights of a model that needs no "
        "code, and in so short a run has not learned to heed it: own codes say 0.02 nats of a piece more than others' "
        "do, so that its bound is that of a good writer, and walks between codes lead nowhere yet.",
        begins="emission.model.",
        training=GENTLE,
    ),
    "music-flow": Shipped(
        "A flow over the codes of an autoencoder whose decoder writes voice after voice. It begins with the weights of "
        "a model that needs no code, and in so short a run has not learned to heed it: others' codes tell as much of a "
        "piece as its own, so that its bound is that of a good writer.",
        bars=LONG,
        begins="emission.model.",
        training=GENTLE,
    ),
    "music-ebm": Shipped(
        "An energy of whole pieces chooses among those that an autoregressive model writes, with whose weights it "
        "begins. In so short a run the energy has hardly learned to choose.",
        begins="base.",
        training=GENTLE,
    ),
    "musegan": Shipped(
        "A generative adversarial network: all bars in one pass. After so short a run its pieces are no music yet.",
        representation="piano-roll",
        options={},
    ),
}
"""The recipes to be shipped, one of each family."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    own = work / arguments.model
    steps: list[Step] = [
        ("gather", work / "pieces", gather),
        ("prepare", data_of(arguments), prepare),
        ("train", own / "trained.json", train_model),
        ("draw", own / "samples", draw),
        ("measure", own / "measures.json", measure),
        ("write", models_of("music") / arguments.model, write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/chorales", steps="gather prepare train draw measure write")
    parser.add_argument("--model", choices=SHIPPED, required=True)
    parser.add_argument("--split", type=Path, help="the published split as JSON, to hold out its 77")
    parser.add_argument("--most", type=int, help="so many pieces of each part, to try the script out")
    parser.add_argument("--hop", type=int, default=2, help="bars from one excerpt to the next (default: %(default)s)")
    parser.add_argument("--transpose", default="-5..6", help="semitones to move excerpts by (default: %(default)s)")
    add_training(parser, time="20m")
    return parser.parse_args()


def data_of(arguments: argparse.Namespace) -> Path:
    """Return where the prepared excerpts of a model are."""
    return Path(arguments.work / SHIPPED[arguments.model].data)


def gather(arguments: argparse.Namespace) -> None:
    """Write the pieces to learn and those that are held out as MIDI, in a folder each."""
    from gdl_core.folders import new_folder
    from gdl_music.pieces import Pieces

    most = arguments.most or sys.maxsize
    pieces = corpus(most)
    if arguments.split:
        known = {run for piece in published(arguments.split) for run in lower_runs(piece)}
        held = [is_one_of(piece, known) for piece in pieces]
    else:
        held = [int(sha1(repr(tune(piece)).encode()).hexdigest(), 16) % 5 == 0 for piece in pieces]
    parts = {
        "train": [piece for piece, out in zip(pieces, held, strict=True) if not out],
        "test": [piece for piece, out in zip(pieces, held, strict=True) if out],
    }
    with new_folder(arguments.work / "pieces") as folder:
        for part, chosen in parts.items():
            print(f"{part}: {len(chosen)} pieces")
            Pieces(chosen).save(folder / part)


def corpus(most: int) -> list[Any]:
    """Return the chorales of music21's corpus that fit into four voices."""
    from music21 import corpus

    from gdl_core.errors import RepresentationError
    from gdl_music.files import read
    from gdl_music.voices import to_cells

    found: list[Any] = []
    for path in sorted(map(Path, corpus.getComposer("bach"))):
        for record in read(path, skipped=print) if path.suffix in (".mxl", ".xml", ".krn") else ():
            try:
                to_cells(record.object)
            except RepresentationError:
                continue
            if len(record.object.tracks) == 4:
                found.append(record.object)
        if len(found) >= most:
            break
    return found


def published(split: Path) -> list[Any]:
    """Return the pieces to test with of the published split."""
    import numpy as np

    from gdl_music.voices import HOLD, to_piece

    found = []
    for piece in json.loads(split.read_text())["test"]:
        cells = np.array(piece, np.int64)
        goes_on = np.append([[False] * cells.shape[1]], (cells[1:] == cells[:-1]) & (cells[1:] >= 0), 0)
        found.append(to_piece(np.where(goes_on, HOLD, cells)))
    return found


Line = tuple[int, ...]
TUNE, RUN, SAME = 7, 8, 0.3
"""Steps of the soprano that tell a tune, of a lower voice that tell a setting, and the share that makes it the same."""


def line(piece: Any, voice: int) -> Line:
    """Return the steps in semitones of one voice, in which rests and notes that are repeated are passed over."""
    from gdl_music.voices import sounding, to_cells

    heard = [pitch for pitch in sounding(to_cells(piece))[:, voice].tolist() if pitch >= 0]
    return tuple(then - now for now, then in pairwise(heard) if then != now)


def tune(piece: Any) -> Line:
    """Return how the tune of a piece begins, whatever its key and its rhythm."""
    return line(piece, 0)[:TUNE]


def lower_runs(piece: Any) -> set[tuple[int, Line]]:
    """Return the runs of steps of the three lower voices, which tell a setting."""
    lines = {voice: line(piece, voice) for voice in (1, 2, 3)}
    return {(voice, one[at : at + RUN]) for voice, one in lines.items() for at in range(len(one) - RUN + 1)}


def is_one_of(piece: Any, known: set[tuple[int, Line]]) -> bool:
    """Tell whether a piece is a version of one of which the lower runs are known."""
    runs = lower_runs(piece)
    return len(runs & known) >= SAME * max(1, len(runs))


def prepare(arguments: argparse.Namespace) -> None:
    """Cut the pieces to learn into excerpts at every pitch, and encode them."""
    from gdl_core.data.prepare import prepare as encode
    from gdl_core.representation import Record
    from gdl_music.cutting import excerpts, numbers_in
    from gdl_music.domain import DOMAIN
    from gdl_music.files import read
    from gdl_music.voices import STEPS

    made = SHIPPED[arguments.model]
    pieces = [record.object for record in read(arguments.work / "pieces" / "train")]
    semitones = numbers_in(arguments.transpose, "semitones")

    def cut(semitones: Iterable[int]) -> Iterator[Any]:
        for piece in pieces:
            yield from excerpts(piece, made.bars, arguments.hop, semitones)

    representation = DOMAIN.representation(made.representation)(steps=made.bars * 4 * STEPS, **made.options)
    speaks = representation.fit(cut({semitones[0], 0, semitones[-1]} & {*semitones}))
    records = (Record(piece, str(number)) for number, piece in enumerate(cut(semitones)))
    found = encode(records, speaks, data_of(arguments), domain=DOMAIN.name, source="excerpts", skipped=print)
    print(f"{len(found)} excerpts")


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    made, own = SHIPPED[arguments.model], arguments.work / arguments.model
    options = {
        "time": arguments.time, "validation_most": 64, "evaluate_every": 1000, "checkpoint_every": 120.0,
        "seed": arguments.seed, **made.training,
    }  # fmt: skip
    same = {"recipe": arguments.model, "device": arguments.device, "options": options, "domain": "music"}
    if made.begins and not arguments.start:
        start = arguments.work / FIRST / "run"
        train_begun(data_of(arguments), own, **same, start=start, called=lambda name: [made.begins + name])
    else:
        train_recipe(data_of(arguments), own, **same, start=arguments.start)


def draw(arguments: argparse.Namespace) -> None:
    """Draw pieces at the model's defaults."""
    own = arguments.work / arguments.model
    load(own / "run", "music").sample(DRAWN, seed=0).save(own / "samples")


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with what is held out, look for copies, and score what is held out."""
    from gdl_music.cutting import excerpts
    from gdl_music.files import read
    from gdl_music.metrics import Copies, evaluate

    own, bars = arguments.work / arguments.model, SHIPPED[arguments.model].bars
    learned, test = ([record.object for record in read(arguments.work / "pieces" / part)] for part in ("train", "test"))
    reference = [one for piece in test for one in excerpts(piece, bars, bars, [0])]
    found = evaluate(read(own / "samples"), reference, train=learned)
    measures = {name: found[name] for name in ("samples", "distinct", "new", "copied_runs")}
    measures["parsed by mido, pretty_midi, symusic and music21"] = parsed(own / "samples")
    measures["copied_runs of what is held out"] = Copies.of(learned).share(reference)
    measures["overlap"] = found["overlap"]
    tunes, pipeline = {tune(piece) for piece in learned}, load(own / "run", "music")
    scored = test[:: FEWER if pipeline.design.family == "diffusion" else 1]  # whose bound takes many passes
    measures |= nats_per_cell(pipeline, scored, [tune(piece) not in tunes for piece in scored])
    (own / "measures.json").write_text(json.dumps(measures, indent=1))


def parsed(folder: Path) -> int:
    """Return how many MIDI files all four libraries read, each with as many notes as we do where it counts them."""
    import mido
    import music21
    import pretty_midi
    import symusic

    from gdl_music.files.midi import read_midi

    whole = 0
    for path in sorted(folder.glob("*.mid")):
        count = read_midi(path.read_bytes()).note_count
        ons = [event for event in mido.MidiFile(path) if event.type == "note_on" and event.velocity]
        notes = [note for player in pretty_midi.PrettyMIDI(str(path)).instruments for note in player.notes]
        heard = music21.converter.parse(path).flatten().notes
        whole += len(ons) == len(notes) == symusic.Score(path).note_num() == count and len(heard) > 0
    return whole


def nats_per_cell(pipeline: Any, pieces: list[Any], new: list[bool]) -> dict[str, Any]:
    """Score whole pieces by the cells that they have, all and those that are `new`, in windows of the model's length.

    Where the likelihood is exact, windows move on by a quarter of themselves, and of each but a piece's first only the
    last quarter counts: a cell is given at least three quarters of a window before it. Where it is a bound, windows
    stand side by side and know nothing of one another; what the last one is filled up with counts too.
    """
    from gdl_core.families import HasLikelihood
    from gdl_music.voices import to_cells

    if not isinstance(pipeline.model, HasLikelihood) or pipeline.representation.name != "voices":
        return {}
    representation, exact = pipeline.representation, pipeline.design.family == "autoregressive"
    pipeline.model.eval()
    nats, cells = torch.zeros(2), torch.zeros(2)
    for piece, is_new in zip(pieces, new, strict=True):
        windows = windows_of(to_cells(piece), representation, hop=representation.steps // (4 if exact else 1))
        if windows:
            counted = torch.stack([mask for _, mask in windows])
            with torch.no_grad():
                found = pipeline.model.log_prob(pipeline.design.space.collate([symbols for symbols, _ in windows]))
            scored = float((found.elements * counted).sum() if exact else found.values.sum())
            both = torch.tensor([1.0, float(is_new)])
            nats, cells = nats - scored * both, cells + counted.sum() * both
    kind = "exact" if exact else "an upper bound"
    every, fresh = (nats / cells).tolist()
    which = {f"{len(new)} pieces": every, f"{sum(new)} of new tunes": fresh}
    return {f"nats_per_cell ({kind}; {some})": value for some, value in which.items()}


def windows_of(cells: Any, representation: Any, *, hop: int) -> list[tuple[Any, Any]]:
    """Return the symbols of the windows of a piece, and which of them count; none where a pitch has no symbol."""
    from gdl_core.errors import RepresentationError
    from gdl_music.voices import padded, sounding

    heard, size, found, done = sounding(cells), representation.steps, [], 0
    for start in range(0, max(1, len(cells) - size + hop), hop):
        window = cells[start : start + size].copy()
        window[0] = heard[start]  # a note that is held into a window begins there, as in excerpts
        counts = torch.zeros(size, cells.shape[1], dtype=torch.bool)
        counts[done - start : len(window)] = True
        done = start + len(window)
        try:
            found.append((representation.symbols(padded(window, size)), counts.flatten()))
        except RepresentationError as error:
            print(f"not scored: {error}")
            return []
    return found


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    from gdl_music.cutting import numbers_in

    made, own = SHIPPED[arguments.model], arguments.work / arguments.model
    pitches = len(numbers_in(arguments.transpose, "semitones"))
    held_out = OF_THE_SPLIT if arguments.split else OF_TUNES
    trained_on = TRAINED_ON.format(bars=made.bars, pitches=pitches, held_out=held_out)
    begins = {"begins with": f"the weights of `{FIRST}`, whose training comes before"} if made.begins else {}
    ship(
        own,
        arguments.model,
        domain="music",
        run=own / "run",
        title="chorales in four voices",
        text=f"{made.text}\n\n{CARD.format(bars=made.bars, name=arguments.model, drawn=DRAWN)}",
        trained_on=trained_on,
        network=f"that of the recipe {arguments.model}",
        facts={"trained on": trained_on, **begins, "made by": "`tools/train/music.py` of the repository"},
        tags=["chorales"],
    )


TRAINED_ON = (
    "excerpts of {bars} bars of the four-part chorales by J. S. Bach in music21's corpus, at {pitches} pitches; "
    "{held_out}. The music is in the public domain; the corpus, which is not part of this model, says of its files "
    "what their licence is"
)
OF_TUNES = "a fifth of the tunes is held out, with all settings"
OF_THE_SPLIT = "the chorales that the published split of 229, 76 and 77 has to test with are held out"

CARD = """Writes {bars} bars at a time.

    gdl music sample --model {name} --count 8 --out chorales

The measures are of {drawn} draws at the defaults against excerpts of the chorales that are held out: `gdl music
evaluate` takes them again. `copied_runs` is the share of runs of eight notes that are also in what was trained on.
Likelihoods are of the held-out chorales, in nats for each voice and sixteenth. A note that is repeated is told from one
that is held; papers take them for the same, which can only lower their figure: 0.417 is that of a transformer, 0.479
that of counting (with back-off, and pitches seen from one another)."""


if __name__ == "__main__":
    main()
