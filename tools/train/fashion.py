"""Make a shipped model of Fashion-MNIST: train, draw of each class, measure, write the model with its card.

    apt-get download dataset-fashion-mnist && dpkg-deb -x dataset-fashion-mnist_*.deb fashion
    python tools/train/fashion.py --model r3gan --data fashion/usr/share/datasets/fashion-mnist --work runs/fashion

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs the prepared `WORK/data` and neither Pillow nor gdl-image's readers:
carry it to a machine with an accelerator, train there, carry `WORK/MODEL` back and give the command again.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from pictures import SCORED, bits, compared, draw_classes
from shipping import load, ship, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

HELD_OUT = 10_000


@dataclass(frozen=True)
class Shipped:
    """A model to make: how it is trained here, how it draws and how many of each class, and first words of its card."""

    text: str
    training: Mapping[str, Any] = field(default_factory=dict)
    drawing: Mapping[str, Any] = field(default_factory=dict)
    drawn: int = 500


SHIPPED = {
    "vq-transformer": Shipped(
        "An autoencoder whose code is a map of symbols, and a transformer that writes such maps.",
        drawing={"temperature": 0.5, "guidance": 3.0, "top_p": 0.9},
    ),
    "r3gan": Shipped(
        "A generative adversarial network: each picture in one pass. After so few steps outlines are right, and "
        "surfaces are striped.",
    ),
    "pixelcnn++": Shipped(
        "An autoregressive model: pixel after pixel, with the exact probability of each. Of two runs, the second went "
        "on from the first (`--start`). After so few steps it says best how probable pictures are, and draws parts of "
        "clothes, seldom whole ones.",
        drawn=50,
    ),
    "glow": Shipped(
        "A normalizing flow: every picture has its place in normal noise, and its likelihood. After so few steps "
        "outlines are right, and insides are vague. Of two runs, the second went on from the first, of 1,500 steps "
        "(`--start`).",
        drawing={"temperature": 0.7, "guidance": 2.0},
    ),
    "latent-diffusion": Shipped(
        "Diffusion over the codes of an autoencoder, from noise to a picture in some steps. Of three runs, each went "
        "on from the one before (`--start`); those had 1,402 and 3,273 steps.",
        drawing={"temperature": 0.5, "guidance": 1.7, "steps": 12},
    ),
    "ebm": Shipped(
        "An energy of blurred pictures: noise walks down it, and jumps to a clean picture at the end. After so few "
        "steps clothes are grainy, and the class is often another than was asked for.",
        drawing={"steps": 60},
        drawn=200,
    ),
}
"""The recipes that are shipped, one of each family."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    own = work / arguments.model
    steps: list[Step] = [
        ("prepare", work / "data", prepare),
        ("train", own / "trained.json", train_model),
        ("draw", own / "samples.npz", draw),
        ("measure", own / "measures.json", measure),
        ("write", models_of("image") / arguments.model, write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/fashion", steps="prepare train draw measure write")
    parser.add_argument("--model", choices=SHIPPED, required=True)
    parser.add_argument("--data", type=Path, default=Path(), help="folder with the four idx files of Fashion-MNIST")
    add_training(parser, time="8m")
    return parser.parse_args()


def pictures(arguments: argparse.Namespace, part: str) -> Path:
    """Return the file with the pictures of a part, `train` or `t10k`; their labels lie beside it."""
    return next(path for path in arguments.data.glob(f"{part}-images-idx3-ubyte*"))


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the training set with its classes."""
    from gdl_core.pipeline import prepare_files
    from gdl_image.domain import DOMAIN

    files = [pictures(arguments, "train")]
    prepare_files(DOMAIN, files, arguments.work / "data", representation="pixels", columns=["class"], skipped=print)


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    own = arguments.work / arguments.model
    options = {
        "time": arguments.time, "validation_most": 1024, "checkpoint_every": 60.0, "seed": arguments.seed,
        **SHIPPED[arguments.model].training,
    }  # fmt: skip
    train_recipe(
        arguments.work / "data", own, recipe=arguments.model, device=arguments.device, options=options,
        conditions=("class",), domain="image", start=arguments.start,
    )  # fmt: skip


def draw(arguments: argparse.Namespace) -> None:
    """Draw equally many pictures of each class, as they come."""
    from gdl_image.features.fashion import CLASSES

    own = arguments.work / arguments.model
    shipped = SHIPPED[arguments.model]
    draw_classes(load(own / "run", "image"), CLASSES, shipped.drawn, own / "samples.npz", shipped.drawing)


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with the test set and with the training set. The test set is measured once."""
    from gdl_image.files import read
    from gdl_image.metrics import Reference

    path, test = arguments.work / "test.npz", pictures(arguments, "t10k")
    if not path.exists():
        Reference.measure(read(test)).save(path)
    own = arguments.work / arguments.model
    measures = {
        **compared(read(own / "samples.npz"), Reference.load(path), read(pictures(arguments, "train"))),
        **bits(load(own / "run", "image"), read(test)),
    }
    (own / "measures.json").write_text(json.dumps(measures, indent=1))


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    own = arguments.work / arguments.model
    ship(
        own,
        arguments.model,
        domain="image",
        run=own / "run",
        title="clothes in gray, 28 by 28",
        text=f"{SHIPPED[arguments.model].text}\n\n{card_text(arguments.model)}",
        trained_on=TRAINED_ON,
        network=f"that of the recipe {arguments.model}",
        facts={"trained on": TRAINED_ON, "made by": "`tools/train/fashion.py` of the repository"},
        tags=["pictures"],
        drawing=SHIPPED[arguments.model].drawing,
    )


TRAINED_ON = "Fashion-MNIST, 60,000 pictures (Xiao et al. 2017, arXiv:1708.07747; MIT); 10,000 others are the test set"


def card_text(name: str) -> str:
    """Say how to use the model, and how it was measured."""
    return f"""Draws pictures of clothes of the class that is asked for, or of any.

    gdl image sample --model {name} --count 16 --condition class=Sneaker --out sneakers.png

The measures are of {SHIPPED[name].drawn} raw draws of each class against the {HELD_OUT:,} pictures of the test set,
in the features of a small classifier that comes with the package: `gdl image evaluate` takes them again. A Gaussian
with the covariance of the pixels has a Fréchet distance of 25.1 and a coverage of 0.053. Bits per dimension, where the
family knows them, are of {SCORED:,} test pictures whose class is not told; a histogram of each pixel takes 4.588."""


if __name__ == "__main__":
    main()
