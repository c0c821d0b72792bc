"""Make a shipped model of furniture: encode, train, draw, measure, write the model with its card.

    apt-get download sweethome3d-furniture && dpkg-deb -x sweethome3d-furniture_*.deb furniture
    python tools/train/furniture.py --model voxel-vae --data furniture/usr/share/sweethome3d/furniture \
        --work runs/furniture

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. A quarter of the pieces is held out by a hash of their catalogue ids; only the others are
learned from.
"""

import argparse
import json
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from shipping import load, ship, train_begun, train_recipe
from steps import Step, add_training, arguments_of, models_of, take

from gdl_core.data import Dataset
from gdl_core.recipes import Recipe, find_recipe
from gdl_core.representation import Record

ATTRIBUTION = "ATTRIBUTION.md"
DRAWN, NEAR = 200, 50
CONDITIONS = ("class",)
FORMATS = ("glb", "stl", "obj", "ply")


@dataclass(frozen=True)
class Shipped:
    """A model to make: the first words of its card, how it draws, and whose autoencoder it begins with."""

    text: str
    drawing: Mapping[str, Any] = field(default_factory=dict)
    start: str | None = None


SHIPPED = {
    "voxel-vae": Shipped(
        "A variational autoencoder: a code of 64 numbers, drawn from a Gaussian fitted to those of the data, says "
        "which cells are filled. Here the Gaussian was taken over all training pieces once the network had been "
        "trained; a training anew follows it as it goes.",
        drawing={"temperature": 0},
    ),
    "voxel-diffusion": Shipped(
        "Diffusion over the codes of an autoencoder: noise becomes a code of 64 numbers, which says what is filled.",
        drawing={"temperature": 0},
        start="voxel-vae",
    ),
    "voxel-flow": Shipped(
        "A normalizing flow over the codes of an autoencoder: a shape has its place in normal noise.",
        drawing={"element_temperature": 0},
        start="voxel-vae",
    ),
    "voxel-gan": Shipped(
        "A generative adversarial network that begins with the decoder of an autoencoder: each shape in one pass.",
        start="voxel-vae",
    ),
    "voxel-ebm": Shipped(
        "An energy of the codes of an autoencoder: walks down it, from noise, end at a code of 64 numbers.",
        drawing={"temperature": 0},
        start="voxel-vae",
    ),
    "voxel-symbols": Shipped(
        "An autoregressive model: a masked perceptron writes 24 symbols, which say what is filled.",
        drawing={"temperature": 0},
    ),
}
"""The recipes to ship, one of a family."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    for name in arguments.models:
        make(argparse.Namespace(model=name, **vars(arguments)))


def make(arguments: argparse.Namespace) -> None:
    """Do what is still to be done for one model."""
    own = arguments.work / arguments.model
    steps: list[Step] = [
        ("attribute", models_of("3d") / ATTRIBUTION, attribute),
        ("prepare", data_of(arguments), prepare),
        ("train", own / "trained.json", train_model),
        ("draw", own / "samples", draw),
        ("measure", own / "measures.json", measure),
        ("write", models_of("3d") / arguments.model, write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/furniture", steps="attribute prepare train draw measure write")
    parser.add_argument("--model", dest="models", choices=SHIPPED, nargs="+", required=True, help="one or more")
    parser.add_argument("--data", type=Path, required=True, help="folder with the .sh3f libraries")
    add_training(parser, time="8m", start=False)
    return parser.parse_args()


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """Return the recipe of the model."""
    from gdl_3d.recipes import RECIPES

    return find_recipe(RECIPES, name=arguments.model)


def data_of(arguments: argparse.Namespace) -> Path:
    """Return the folder of the training set in the model's representation."""
    recipe = recipe_of(arguments)
    options = "".join(f"-{value}" for value in recipe.representation_options.values())
    return Path(arguments.work / f"data-{recipe.representation}{options}")


def pieces(arguments: argparse.Namespace, split: str) -> Iterator[Record]:
    """Yield what is learned from, ``train``, or what is held out, ``test``."""
    from gdl_3d.files import read

    for path in sorted(arguments.data.glob("*.sh3f")):
        yield from (record for record in read(path, skipped=print) if record.properties["split"] == split)


def attribute(arguments: argparse.Namespace) -> None:
    """Write down which pieces were learned from, by licence and creator, as the licences ask for."""
    made: dict[tuple[str, str], list[str]] = {}
    for record in pieces(arguments, "train"):
        about = record.properties
        licence = " ".join(str(about["licence"]).split())
        made.setdefault((licence, str(about["creator"]) or "unnamed"), []).append(str(about["name"]))
    lines = ["# What the models of this folder were trained on", "", ABOUT_DATA]
    for (licence, creator), names in sorted(made.items()):
        lines += ["", f"## {creator}: {licence}", "", *textwrap.wrap(", ".join(sorted(names)), 120)]
    path = models_of("3d") / ATTRIBUTION
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


ABOUT_DATA = """Furniture of the libraries for Sweet Home 3D (https://www.sweethome3d.com), from Debian's package
sweethome3d-furniture. All models were trained on the pieces below, and on no others; what they draw are new shapes, but
may come near to one of these. Creative Commons licences: https://creativecommons.org/licenses/by/3.0/."""


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the training set with its classes."""
    from gdl_3d.domain import DOMAIN
    from gdl_core.data import prepare as write_dataset

    recipe = recipe_of(arguments)
    representation = DOMAIN.representation(recipe.representation)(**recipe.representation_options)
    write_dataset(
        pieces(arguments, "train"), representation, data_of(arguments), domain="3d",
        source="sweethome3d-furniture", labels=["class"], workers=1, skipped=print,
    )  # fmt: skip


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    shipped, own = SHIPPED[arguments.model], arguments.work / arguments.model
    options = {
        "time": arguments.time, "checkpoint_every": 60.0, "seed": arguments.seed, "ema_decay": 0.99,
        "validation_share": 0,
    }  # fmt: skip
    same = {
        "recipe": arguments.model, "device": arguments.device, "options": options, "conditions": CONDITIONS,
        "domain": "3d",
    }  # fmt: skip
    if shipped.start is None:
        train_recipe(data_of(arguments), own, **same)
    else:
        start = arguments.work / shipped.start / "run"
        train_begun(data_of(arguments), own, **same, start=start, called=names_here)


def names_here(name: str) -> set[str]:
    """Return what a weight of an autoencoder is called in a model that begins with it: a generator has its decoder."""
    return {name, name.replace("emission.decoder.", "generator.")}


def draw(arguments: argparse.Namespace) -> None:
    """Draw 200 shapes, of each class as its share of the training set; keep them as GLB files."""
    from gdl_3d.shapes import Shapes

    own, shipped = arguments.work / arguments.model, SHIPPED[arguments.model]
    pipeline = load(own / "run", "3d")
    drawn = [
        pipeline.sample(count, seed=place, conditions=asked, **shipped.drawing)
        for place, (asked, count) in enumerate(asked_for(data_of(arguments)))
        if count
    ]
    shapes = Shapes(shape for some in drawn for shape in some)
    shapes.draw(own / "samples.png", count=len(shapes), columns=10, force=True)
    shapes.save(own / "samples", force=True)


def asked_for(data: Path) -> list[tuple[dict[str, str], int]]:
    """Return what to ask for and how often, 200 draws in all; the largest remainders are rounded up."""
    (name,) = CONDITIONS
    column = Dataset.open(data).columns[name]
    assert column.labels is not None
    exact = np.bincount(column.values, minlength=len(column.labels)) * (DRAWN / len(column.values))
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact)[: DRAWN - counts.sum()]] += 1
    return [({name: label}, int(count)) for label, count in zip(column.labels, counts, strict=True)]


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with what is held out and some of them with the training set; write them in four formats."""
    from gdl_3d.files import read
    from gdl_3d.metrics import evaluate
    from gdl_3d.metrics.comparison import near_share
    from gdl_3d.metrics.distances import chamfer_matrix
    from gdl_3d.metrics.reference import spread_points

    own = arguments.work / arguments.model
    shapes = [record.object for record in read(own / "samples")]
    found = evaluate(shapes, reference(arguments, "test"))
    known, threshold = reference(arguments, "train"), nearness(arguments)
    some = np.stack([spread_points(shape, known.points) for shape in shapes[:: DRAWN // NEAR]])
    near = near_share(chamfer_matrix(some, known.clouds).min(1), threshold)
    names = ("samples", "chamfer_1nna", "chamfer_cov", "chamfer_mmd", "watertight", "manifold", "positive_volume")
    measures = {name: found[name] for name in (*names, "solid", "largest_part")}
    told = {**measures, f"near_train, of {len(some)}": near, **written_again(shapes)}
    (own / "measures.json").write_text(json.dumps(told, indent=1))


def reference(arguments: argparse.Namespace, split: str) -> Any:
    """Return the points of a part of the data, which are spread once."""
    from gdl_3d.metrics import Reference

    path = arguments.work / f"{split}.npz"
    if not path.exists():
        Reference.measure(pieces(arguments, split)).save(path)
    return loaded(path)


@cache
def loaded(path: Path) -> Any:
    """Return saved points, the same object for the same path: what is measured of it is then kept."""
    from gdl_3d.metrics import Reference

    return Reference.load(path)


def nearness(arguments: argparse.Namespace) -> float:
    """Return how far half of what is held out is at most from the training set; it is measured once."""
    from gdl_3d.metrics.distances import chamfer_matrix

    path = arguments.work / "nearness.json"
    if not path.exists():
        held_out, known = reference(arguments, "test"), reference(arguments, "train")
        path.write_text(json.dumps(float(np.median(chamfer_matrix(held_out.clouds, known.clouds).min(1)))))
    return float(json.loads(path.read_text()))


def written_again(shapes: list[Any]) -> dict[str, float]:
    """Return which share of shapes is a valid manifold to manifold3d, and the same after writing and reading it."""
    from gdl_3d.files import read_shape, write_shape

    same = dict.fromkeys(FORMATS, 0)
    with tempfile.TemporaryDirectory() as folder:
        for number, shape in enumerate(shapes):
            for form in FORMATS:
                again = read_shape(write_shape(shape, Path(folder) / f"{number}.{form}"))
                corners = shape.vertices[shape.faces], again.vertices[again.faces]
                same[form] += corners[0].shape == corners[1].shape and np.allclose(*corners, atol=1e-6)
    shares = {f"equal after {form.upper()}": count / len(shapes) for form, count in same.items()}
    return {"valid in manifold3d": sum(map(is_body, shapes)) / len(shapes), **shares}


def is_body(shape: Any) -> bool:
    """Tell whether manifold3d takes a shape."""
    from gdl_3d.soundness import solid_body
    from gdl_core.errors import RepresentationError

    try:
        return not solid_body(shape).is_empty()
    except RepresentationError:
        return False


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    own, start = arguments.work / arguments.model, SHIPPED[arguments.model].start
    begins = {"begins with": f"the autoencoder of `{start}`, whose training comes before"} if start else {}
    ship(
        own,
        arguments.model,
        domain="3d",
        run=own / "run",
        title="furniture",
        text=f"{SHIPPED[arguments.model].text}\n\n{card_text(arguments.model)}",
        trained_on=TRAINED_ON,
        network=f"that of the recipe {arguments.model}",
        facts={"trained on": TRAINED_ON, **begins, "made by": "`tools/train/furniture.py` of the repository"},
        tags=["meshes"],
        drawing=SHIPPED[arguments.model].drawing,
    )


TRAINED_ON = (
    "605 pieces of furniture of Sweet Home 3D's libraries (Debian's sweethome3d-furniture; public domain and CC-BY, "
    "see ATTRIBUTION.md beside the models); 215 others are held out"
)


def card_text(name: str) -> str:
    """Say how to use the model, and how it was measured."""
    return f"""Draws furniture and what else stands in a house, as closed meshes.

    gdl 3d sample --model {name} --count 8 --condition "class=Living room" --height 80mm --out pieces

The measures are of {DRAWN} draws, of each class as its share of the training set, against the 215 pieces that are held
out, as `gdl 3d evaluate` takes them: 512 points a shape. What is empty or comes twice is drawn again.
{ANCHORS}

The model learned for minutes, on a grid of 32 cells a side: forms are rough, some shapes fall into parts, and what is
thinner than a cell or two is lost. Nothing was set aside to stop at in time."""


ANCHORS = """Real pieces of the training set have MMD 0.0077, COV 0.50 and 1-NNA 0.50, boxes of their extents 0.0121,
0.22 and 0.83, ellipsoids 0.0137, 0.20 and 0.89; half of the pieces held out are as near to the training set as
`near_train` counts."""


if __name__ == "__main__":
    main()
