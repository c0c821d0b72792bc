"""Make the shipped model `moses-properties`, which writes molecules of an asked logP and weight, out of `moses`.

    pip download --no-deps molsets==0.3.1 && unzip molsets-0.3.1-*.whl 'moses/dataset/data/*' -d moses-data
    python tools/train/moses_properties.py --data moses-data/moses/dataset/data --steps 1200 --cycles 2

The new model begins as a smaller `moses`: three of its four layers, each without the hidden units that carry least.
Of the molecules it learns from one third tell both properties, one third the logP and one third the weight, so that it
can be asked for either. Each step leaves its result in the working folder and is passed over when that is there, so
that the same command goes on after an interruption. `--only train` needs no RDKit.
"""

import argparse
import csv
import json
import subprocess
import sys
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from shipping import load, ship, train_and_tell
from steps import MODELS, Step, arguments_of, say, take

from gdl_core.checkpoint import load as open_model
from gdl_core.data import Dataset
from gdl_core.families import Family
from gdl_core.pairing import Design, build
from gdl_core.training import Trained, TrainingOptions, train

NAME = "moses-properties"
ASKED = {"logp": (0.0, 2.0, 4.0), "weight": (250.0, 300.0, 350.0)}
LAYERS, HIDDEN = (0, 1, 3), 576
"""Which layers of `moses` are kept (measured: no other three lose so little), and how many hidden units of each."""
SAMPLES, GUIDED = 1_000, 2.0
BENCHMARK = Path(__file__).parents[1] / "benchmarks/asked_properties.py"
OPTIONS = {
    "batch_size": 32,
    "learning_rate": 1.5e-3,
    "warmup_steps": 40,
    "weight_decay": 0.01,
    "ema_decay": 0.99,
    "evaluate_every": 200,
    "validation_most": 512,
    "checkpoint_every": 120.0,
}


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    steps: list[Step] = [
        ("compute", work / "train.csv", compute),
        ("prepare", work / "data", prepare),
        ("train", work / "trained.json", train_model),
        ("measure", work / "measures.json", measure),
        ("write", MODELS / NAME, write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/moses-properties", steps="compute prepare train measure write")
    parser.add_argument("--data", type=Path, required=True, help="folder with train.csv.gz of MOSES")
    parser.add_argument("--molecules", type=int, default=80_000, help="to learn from (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=1200, help="of a cycle of training (default: %(default)s)")
    parser.add_argument("--cycles", type=int, default=2, help="of so many steps (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="default: %(default)s")
    return parser.parse_args()


def compute(arguments: argparse.Namespace) -> None:
    """Write the first molecules of the training set with what is told of them."""
    from gdl_molecules.files import read

    arguments.work.mkdir(parents=True, exist_ok=True)
    place = arguments.work / "train.csv"
    draft = place.with_suffix(".part")
    with draft.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["smiles", *ASKED])
        for number, record in enumerate(islice(read(arguments.data / "train.csv.gz"), arguments.molecules)):
            found = properties(record.object)
            told = {0: tuple(found), 1: ("logp",), 2: ("weight",)}[number % 3]
            table.writerow([record.object, *(f"{found[name]:.4f}" if name in told else "" for name in found)])
    draft.rename(place)


def properties(smiles: str) -> dict[str, float]:
    """Return what a molecule can be asked for."""
    from gdl_molecules.measures import numbers

    return dict(zip(ASKED, numbers(smiles, ("logP", "weight")), strict=True))


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the molecules as `moses` spells them."""
    from gdl_core.pipeline import prepare_files
    from gdl_molecules.domain import DOMAIN

    speaks = load("moses").representation
    file, out = arguments.work / "train.csv", arguments.work / "data"
    prepare_files(DOMAIN, [file], out, representation=speaks, unknown="skip", columns=list(ASKED), skipped=print)


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on, in cycles that each begin with a high rate (Loshchilov and Hutter 2017, arXiv:1608.03983)."""
    data = Dataset.open(arguments.work / "data")
    start = open_model(MODELS / "moses")
    network = {**start.design.network_options, "layers": len(LAYERS), "hidden": HIDDEN}
    asked = tuple(data.condition(name) for name in ASKED)
    design = Design("autoregressive", data.space, "transformer", network_options=network, conditions=asked)
    model = begun(start.model, build(design, seed=arguments.seed))
    for cycle in range(arguments.cycles):
        home = arguments.work / f"cycle-{cycle + 1}"
        if not (home / "trained.json").exists():
            seed = arguments.seed + cycle
            options = TrainingOptions(steps=arguments.steps, seed=seed, device=arguments.device, **OPTIONS)
            train_and_tell(home, arguments.device, partial(train_cycle, model, data, home / "run", options, design))
        model = open_model(home / "run").model
    (arguments.work / "trained.json").write_text(json.dumps(added_up(arguments), indent=1))


def train_cycle(model: Family, data: Dataset, run: Path, options: TrainingOptions, design: Design) -> Trained:
    """Train a model in a run folder, or go on where it was interrupted."""
    resume = (run / "run.json").exists()
    return train(model, data, run, options=options, design=design, resume=resume, progress=say)


def added_up(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what all cycles took, and where the last one ended."""
    told = [json.loads((home / "trained.json").read_text()) for home in sorted(arguments.work.glob("cycle-*"))]
    sums = {name: round(sum(one[name] for one in told), 2) for name in ("minutes", "cpu_minutes", "steps", "epochs")}
    return {**told[-1], **sums}


@torch.no_grad()
def begun(large: Family, small: Family) -> Family:
    """Fill the smaller model with what it keeps of the larger one: in each layer the hidden units that carry most."""
    source, target = large.state_dict(), small.state_dict()
    for name in target.keys() & source.keys() - {name for name in source if ".blocks." in name}:
        target[name].copy_(source[name])
    for place, layer in enumerate(LAYERS):
        old, new = f"network.blocks.{layer}.", f"network.blocks.{place}."
        expand, out = source[f"{old}layer.expand.weight"], source[f"{old}layer.out.weight"]
        gate, value = expand.chunk(2)
        carried = gate.norm(dim=1) * value.norm(dim=1) * out.norm(dim=0)
        kept = carried.topk(HIDDEN).indices.sort().values
        for name in target:
            if name.startswith(new) and ".layer." not in name:
                target[name].copy_(source[old + name.removeprefix(new)])
        target[f"{new}layer.expand.weight"].copy_(torch.cat([gate[kept], value[kept]]))
        target[f"{new}layer.out.weight"].copy_(out[:, kept])
    return small


def last_run(arguments: argparse.Namespace) -> Path:
    """Return the run of the last cycle."""
    return arguments.work / f"cycle-{arguments.cycles}" / "run"


def measure(arguments: argparse.Namespace) -> None:
    """Ask for each value, with and without guidance, and hold what is written against what nobody asked for."""
    measures: dict[str, float] = {"samples of each row": SAMPLES}
    for how, options in (("", []), (f", guidance {GUIDED:g}", ["--option", f"guidance={GUIDED:g}"])):
        asked = [word for name, values in ASKED.items() for word in ("--ask", f"{name}={','.join(map(str, values))}")]
        call = [sys.executable, BENCHMARK, "--model", last_run(arguments), "--count", str(SAMPLES), "--seed", "1"]
        told = subprocess.run([*call, "--json", *asked, *options], check=True, stdout=subprocess.PIPE, text=True).stdout
        for row in json.loads(told):
            label = f"{row['asked']}{how}"
            measures |= {f"{label}: mean error": row["error"], f"{label}: nothing asked": row["unconditional"]}
            measures |= {f"{label}: {share}": row[share] for share in ("valid", "unique")}
    (arguments.work / "measures.json").write_text(json.dumps(measures, indent=1))


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, with what it reached."""
    ship(
        arguments.work, NAME, run=last_run(arguments), title="drug-like molecules of an asked logP and weight",
        text=CARD_TEXT, trained_on=TRAINED_ON, network="decoder-only transformer, begun as a part of `moses`",
        facts={
            "conditions": "logp (Crippen's), weight (g/mol); either or both",
            "trained on": TRAINED_ON,
            "made by": "`tools/train/moses_properties.py` of the repository",
        },
    )  # fmt: skip


TRAINED_ON = "the first 80,000 molecules of MOSES's training set (package molsets 0.3.1, MIT; from ZINC Clean Leads)"

CARD_TEXT = """Writes drug-like molecules of 250 to 350 g/mol as SMILES, of an asked logP, an asked weight, or both.

    gdl molecules sample --model moses-properties --condition logp=2 --count 1000 --out molecules.csv

The mean error is the mean distance of the valid molecules' property from the asked value, computed by RDKit (Crippen's
logP) on raw draws; guidance is `--option guidance=2`. Beside it stands the error of what the same model writes when
nothing is asked. Of the molecules behind the validation loss the first cycle of training saw about half. Values outside
those of the training set are far from anything that the model has seen. A molecule that it writes is a
suggestion: whether it can be made, and what it does, nobody has tested."""


if __name__ == "__main__":
    main()
