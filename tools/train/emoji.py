"""Make a model of emoji in colour: split, train, draw of each class, measure, write the model with its card.

    pip install "gdl-image[features]"
    npm pack emoji-datasource-google && mkdir emoji && tar -xzf emoji-datasource-google-*.tgz -C emoji
    python tools/train/emoji.py --data emoji/package --work runs/emoji

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs the prepared `WORK/data` and neither Pillow nor gdl-image's readers.
"""

import argparse
import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from pictures import compared, draw_classes
from shipping import load, ship, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

NAME, RECIPE, DRAWN_OF_EACH = "emoji", "latent-diffusion", 50

CLASSES = {
    "Activities": "activity",
    "Animals & Nature": "nature",
    "Food & Drink": "food",
    "Objects": "object",
    "People & Body": "people",
    "Smileys & Emotion": "smiley",
    "Symbols": "symbol",
    "Travel & Places": "travel",
}
"""The emoji's categories, and what they are called here; flags are left out."""

DRAWING = {"temperature": 0.0, "guidance": 2.0}


def main() -> None:
    """Do what is still to be done."""
    parser = arguments_of(__doc__, work="runs/emoji", steps="split prepare train draw measure write")
    parser.add_argument("--data", type=Path, default=Path(), help="folder with emoji.json and img/google/64")
    add_training(parser, time="10m")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    steps: list[Step] = [
        ("split", work / "train.csv", split),
        ("prepare", work / "data", prepare),
        ("train", work / "trained.json", train_model),
        ("draw", work / "samples.npz", draw),
        ("measure", work / "measures.json", measure),
        ("write", models_of("image") / NAME, write),
    ]
    take(steps, arguments)


def split(arguments: argparse.Namespace) -> None:
    """List the emoji without skin tones and flags: one in ten for tests, the rest to learn from."""
    rows: dict[str, list[tuple[str, str]]] = {"test": [], "train": []}
    for emoji in json.loads((arguments.data / "emoji.json").read_text(encoding="utf-8")):
        path = (arguments.data / "img/google/64" / emoji["image"]).resolve()
        if emoji["category"] in CLASSES and path.exists():
            chance = int(hashlib.sha1(emoji["image"].encode(), usedforsecurity=False).hexdigest(), 16) % 10
            rows["train" if chance else "test"].append((str(path), CLASSES[emoji["category"]]))
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name, part in rows.items():
        with (arguments.work / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("path", "class"), *part])


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the training set with its classes, 32 by 32, on white."""
    from gdl_core.pipeline import prepare_files
    from gdl_image.domain import DOMAIN

    prepare_files(
        DOMAIN, [arguments.work / "train.csv"], arguments.work / "data", representation="pixels",
        representation_options={"size": 32, "colour": "rgb"}, columns=["class"], skipped=print,
    )  # fmt: skip


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    options = {
        "time": arguments.time, "validation_most": 64, "checkpoint_every": 60.0, "seed": arguments.seed,
    }  # fmt: skip
    train_recipe(
        arguments.work / "data", arguments.work, recipe=RECIPE, device=arguments.device, options=options,
        conditions=("class",), domain="image", start=arguments.start,
    )  # fmt: skip


def draw(arguments: argparse.Namespace) -> None:
    """Draw equally many pictures of each class, as they come."""
    pipeline = load(arguments.work / "run", "image")
    draw_classes(pipeline, sorted(CLASSES.values()), DRAWN_OF_EACH, arguments.work / "samples.npz", DRAWING)


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with the emoji held out and with those trained on."""
    from gdl_image.files import read

    test, train = (seen(arguments.work / f"{name}.csv") for name in ("test", "train"))
    measures = compared(read(arguments.work / "samples.npz"), test, train)
    (arguments.work / "measures.json").write_text(json.dumps(measures, indent=1))


def seen(path: Path) -> list[Any]:
    """Read the emoji of a list as the model sees them."""
    from gdl_image.files import read
    from gdl_image.representations import Pixels

    pixels = Pixels(size=32, colour="rgb")
    return [pixels.decode(pixels.encode(record.object)) for record in read(path)]


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    ship(
        arguments.work,
        NAME,
        domain="image",
        run=arguments.work / "run",
        title="emoji in colour, 32 by 32",
        text=TEXT,
        trained_on=TRAINED_ON,
        network=f"that of the recipe {RECIPE}",
        facts={"trained on": TRAINED_ON, "made by": "`tools/train/emoji.py` of the repository"},
        tags=["pictures"],
        drawing=DRAWING,
    )


TRAINED_ON = (
    "1,467 emoji of the npm package emoji-datasource-google 16.0.0 (pictures of Noto Emoji, Apache-2.0), without skin "
    "tones and flags"
)

TEXT = f"""Diffusion over the codes of an autoencoder. Of two runs, the second went on from the first, of 346 steps
(`--start`). Smileys, people and tiles with symbols can be told; of other classes it draws the colours and outlines.

Draws small pictures in the manner of emoji, on white, of the class that is asked for ({", ".join(CLASSES.values())}) or
of any.

    gdl image sample --model {NAME} --count 16 --condition class=food --out food.png

The measures are of {DRAWN_OF_EACH} raw draws of each class against the 169 emoji that were held out, which are too
few for the Fréchet distance to mean much."""


if __name__ == "__main__":
    main()
