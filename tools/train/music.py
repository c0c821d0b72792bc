"""Make a shipped model of chorales: gather, cut, train, draw, measure, write the model with its card.

    python tools/train/music.py --model chorale-transformer --work runs/chorales --time 20m

Bach's chorales are read from the corpus that music21 brings: those with four voices, of which every fifth, told by its
name, is held out. With `--split FILE.json` the pieces of the published split of 229, 76 and 77 chorales take their
place (a grid of sixteenths, in which a held note cannot be told from a repeated one: it is taken for a held one), and
`measure` gives the nats per cell that papers compare. Each step leaves its result in the working folder and is passed
over when that is there, so that the same command goes on after an interruption. `--only train` needs the prepared
`WORK/data-REPRESENTATION` and no library of music: carry it to a machine with an accelerator, train there, carry
`WORK/MODEL` back and give the command again.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Any

import torch
from shipping import load, ship, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

DRAWN, BARS = 64, 8


@dataclass(frozen=True)
class Shipped:
    """A model to make: the first words of its card, how it is trained here, and how its data are made."""

    text: str
    representation: str = "voices"
    options: Mapping[str, Any] = field(default_factory=lambda: {"steps": BARS * 16, "variable": False})
    training: Mapping[str, Any] = field(default_factory=dict)


AGAIN = {"learning_rate": 1.5e-3, "ema_decay": 0.98}
"""How a run differs that goes on from another: it is short, and its average forgets faster."""

SHIPPED = {
    "chorale-transformer": Shipped(
        "An autoregressive model: voice after voice, with the exact probability of each. Of two runs, the second "
        "went on from the first, which took 664 steps in 2.9 minutes of a core's time (`--start`). After so few steps "
        "voices move as in chorales, but phrases seldom do.",
        training={"batch_size": 4, "learning_rate": 2e-3},
    ),
    "coconet": Shipped("Masked diffusion: any cell can be given, so that it fills in and harmonises."),
    "musicvae": Shipped("An autoencoder: every code is a piece, and there is a walk from one to another."),
    "music-flow": Shipped("A flow over the codes of an autoencoder."),
    "music-ebm": Shipped("An energy of pieces: noise walks down it until it is one."),
    "musegan": Shipped("A generative adversarial network: eight bars in one pass.", "piano-roll", {"steps": BARS * 16}),
}
"""The recipes that are shipped, one of each family."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    own = work / arguments.model
    steps: list[Step] = [
        ("gather", work / "pieces", gather),
        ("cut", work / "excerpts", cut),
        ("prepare", data_of(arguments), prepare),
        ("train", own / "trained.json", train_model),
        ("draw", own / "samples", draw),
        ("measure", own / "measures.json", measure),
        ("write", models_of("music") / arguments.model, write),
    ]
    take(steps[:-1] if arguments.split else steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/chorales", steps="gather cut prepare train draw measure write")
    parser.add_argument("--model", choices=SHIPPED, required=True)
    parser.add_argument("--split", type=Path, help="the published split as JSON; nothing is shipped then")
    parser.add_argument("--most", type=int, help="so many pieces of each part, to try the script out")
    parser.add_argument("--hop", type=int, default=4, help="bars from one excerpt to the next (default: %(default)s)")
    parser.add_argument("--transpose", default="-5..6", help="semitones to move excerpts by (default: %(default)s)")
    add_training(parser, time="20m")
    return parser.parse_args()


def data_of(arguments: argparse.Namespace) -> Path:
    """Return where the prepared excerpts of a model are."""
    return Path(arguments.work / f"data-{SHIPPED[arguments.model].representation}")


def gather(arguments: argparse.Namespace) -> None:
    """Write the pieces to learn and those that are held out as MIDI, in a folder each."""
    from gdl_core.folders import new_folder
    from gdl_music.pieces import Pieces

    most = arguments.most or sys.maxsize
    found: dict[str, list[Any]] = {"train": [], "test": []}
    for part, piece in published(arguments.split) if arguments.split else corpus():
        if len(found[part]) < most:
            found[part].append(piece)
        elif all(len(pieces) >= most for pieces in found.values()):
            break
    with new_folder(arguments.work / "pieces") as folder:
        for part, pieces in found.items():
            Pieces(pieces).save(folder / part)


def corpus() -> Iterator[tuple[str, Any]]:
    """Yield the chorales of music21's corpus that fit into four voices, and the part to which each belongs."""
    from music21 import corpus

    from gdl_core.errors import RepresentationError
    from gdl_music.files import read
    from gdl_music.voices import to_cells

    for path in sorted(map(Path, corpus.getComposer("bach"))):
        for record in read(path, skipped=print) if path.suffix in (".mxl", ".xml", ".krn") else ():
            try:
                to_cells(record.object)
            except RepresentationError:
                continue
            if len(record.object.tracks) == 4:
                yield ("test" if int(sha1(path.stem.encode()).hexdigest(), 16) % 5 == 0 else "train"), record.object


def published(split: Path) -> Iterator[tuple[str, Any]]:
    """Yield the pieces of the published split; those for validation are learned too."""
    import numpy as np

    from gdl_music.voices import HOLD, to_piece

    for part, pieces in json.loads(split.read_text()).items():
        for piece in pieces:
            cells = np.array(piece, np.int64)
            goes_on = (cells[1:] == cells[:-1]) & (cells[1:] >= 0)
            cells[1:][goes_on] = HOLD
            yield ("test" if part == "test" else "train"), to_piece(cells)


def cut(arguments: argparse.Namespace) -> None:
    """Cut the pieces to learn into excerpts at every pitch, and the others into some that follow one another."""
    from gdl_core.folders import new_folder
    from gdl_music.cutting import excerpts, numbers_in
    from gdl_music.files import read
    from gdl_music.pieces import Pieces

    with new_folder(arguments.work / "excerpts") as folder:
        semitones = numbers_in(arguments.transpose, "semitones")
        for part, hop, moved in (("train", arguments.hop, semitones), ("test", BARS, range(1))):
            pieces = (record.object for record in read(arguments.work / "pieces" / part))
            Pieces(one for piece in pieces for one in excerpts(piece, BARS, hop, moved)).save(folder / part)


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the excerpts."""
    from gdl_core.pipeline import prepare_files
    from gdl_music.domain import DOMAIN

    made = SHIPPED[arguments.model]
    prepare_files(
        DOMAIN, [arguments.work / "excerpts" / "train"], data_of(arguments), representation=made.representation,
        representation_options=dict(made.options), skipped=print,
    )  # fmt: skip


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    options = {
        "time": arguments.time, "validation_most": 64, "evaluate_every": 200, "checkpoint_every": 60.0,
        "seed": arguments.seed,
        **SHIPPED[arguments.model].training, **(AGAIN if arguments.start else {}),
    }  # fmt: skip
    train_recipe(
        data_of(arguments), arguments.work / arguments.model, recipe=arguments.model, device=arguments.device,
        options=options, domain="music", start=arguments.start,
    )  # fmt: skip


def draw(arguments: argparse.Namespace) -> None:
    """Draw pieces at the model's defaults."""
    own = arguments.work / arguments.model
    load(own / "run", "music").sample(DRAWN, seed=0).save(own / "samples")


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with held-out excerpts, look for copies, and score what is held out."""
    from gdl_music.files import read
    from gdl_music.metrics import evaluate

    own, excerpts = arguments.work / arguments.model, arguments.work / "excerpts"
    found = evaluate(read(own / "samples"), read(excerpts / "test"), train=read(excerpts / "train"))
    measures = {name: found[name] for name in ("samples", "distinct", "new", "copied_runs", "overlap")}
    measures |= nats_per_cell(load(own / "run", "music"), [record.object for record in read(excerpts / "test")])
    (own / "measures.json").write_text(json.dumps(measures, indent=1))


def nats_per_cell(pipeline: Any, pieces: list[Any]) -> dict[str, Any]:
    """Score held-out excerpts, each of which knows nothing of the others, by the cells that they have."""
    from gdl_core.errors import RepresentationError
    from gdl_core.families import HasLikelihood
    from gdl_music.voices import to_cells

    if not isinstance(pipeline.model, HasLikelihood) or pipeline.representation.name != "voices":
        return {}
    samples, cells = [], 0
    for piece in pieces:
        try:
            samples.append(pipeline.representation.encode(piece))
            cells += to_cells(piece).size
        except RepresentationError as error:
            print(f"not scored: {error}")
    likelihood = pipeline.score_samples(samples, batch_size=16)
    nats = -float(likelihood.values.double().sum()) / cells
    left_out = len(pieces) - len(samples)
    return {f"nats_per_cell ({likelihood.kind})": nats, "scored": len(samples), "not_scored": left_out}


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    from gdl_music.cutting import numbers_in

    own = arguments.work / arguments.model
    trained_on = TRAINED_ON.format(pitches=len(numbers_in(arguments.transpose, "semitones")))
    ship(
        own,
        arguments.model,
        domain="music",
        run=own / "run",
        title="chorales in four voices",
        text=f"{SHIPPED[arguments.model].text}\n\n{card_text(arguments.model)}",
        trained_on=trained_on,
        network=f"that of the recipe {arguments.model}",
        facts={"trained on": trained_on, "made by": "`tools/train/music.py` of the repository"},
        tags=["music"],
    )


TRAINED_ON = (
    "excerpts of eight bars of the four-part chorales by J. S. Bach in music21's corpus, at {pitches} pitches; a fifth "
    "of the chorales is held out. The music is in the public domain; the corpus, which is not part of this model, says "
    "of its files what their licence is"
)


def card_text(name: str) -> str:
    """Say how to use the model, and how it was measured."""
    return f"""Writes eight bars at a time.

    gdl music sample --model {name} --count 8 --out chorales

The measures are of {DRAWN} draws at the defaults against excerpts of the chorales that are held out: `gdl music
evaluate` takes them again. `copied_runs` is the share of runs of eight notes that are also in what was trained on."""


if __name__ == "__main__":
    main()
