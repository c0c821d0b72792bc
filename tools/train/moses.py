"""Make the shipped model `moses`: prepare, train, draw, measure, write the model with its card.

    pip download --no-deps molsets==0.3.1 && unzip molsets-0.3.1-*.whl 'moses/dataset/data/*' -d moses-data
    python tools/train/moses.py --data moses-data/moses/dataset/data --work runs/moses --time 80m

Each step leaves its result in the working folder and is passed over when that is there, so that the same command goes
on after an interruption. `--only train` needs torch and the core alone: carry the prepared `WORK/data` to a machine
with an accelerator, train there, carry `WORK/run` back and give the command again.
"""

import argparse
import csv
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from shipping import load, ship, train_and_tell
from steps import MODELS, Step, arguments_of, say, take

from gdl_core.cli.options import seconds
from gdl_core.data import Dataset
from gdl_core.pairing import Design, build
from gdl_core.training import TrainingOptions, train

SIZES: dict[str, dict[str, Any]] = {
    "small": {"width": 256, "layers": 4, "heads": 8, "key_value_heads": 2},  # 2.8 million parameters
    "large": {"width": 320, "layers": 5, "heads": 10, "key_value_heads": 2},  # 5.5 million
}
OPTIONS: dict[str, dict[str, Any]] = {
    "small": {
        "batch_size": 128,
        "learning_rate": 2e-3,
        "warmup_steps": 500,
        "ema_decay": 0.999,
        "evaluate_every": 1000,
    },
    "large": {
        "batch_size": 512,
        "learning_rate": 2e-3,
        "warmup_steps": 1000,
        "ema_decay": 0.9995,
        "evaluate_every": 2000,
    },
}
SAMPLES = 30_000


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    work: Path = arguments.work
    steps: list[Step] = [
        ("prepare", work / "data", prepare),
        ("train", work / "trained.json", train_model),
        ("draw", work / "samples.csv", draw),
        ("measure", work / "measures.json", measure),
        ("write", MODELS / "moses", write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/moses", steps="prepare train draw measure write")
    parser.add_argument("--data", type=Path, help="folder with train.csv.gz, test.csv.gz, test_scaffolds.csv.gz")
    parser.add_argument("--time", type=seconds, default=seconds("80m"), help="of training (default: 80m)")
    parser.add_argument("--size", choices=SIZES, default="small", help="default: %(default)s")
    return parser.parse_args()


def source(arguments: argparse.Namespace, name: str) -> Path:
    """Return a file of MOSES."""
    if arguments.data is None or not (arguments.data / f"{name}.csv.gz").is_file():
        raise SystemExit(f"{name}.csv.gz is missing: name its folder with --data (see --help for how to get it)")
    return arguments.data / f"{name}.csv.gz"


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the training set."""
    from gdl_core.pipeline import prepare_files
    from gdl_molecules.domain import DOMAIN

    files = [source(arguments, "train")]
    prepare_files(DOMAIN, files, arguments.work / "data", representation="smiles", column="SMILES", skipped=print)


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    data = Dataset.open(arguments.work / "data")
    network = SIZES[arguments.size]
    design = Design("autoregressive", data.space, "transformer", network_options=network)
    options = TrainingOptions(
        time=arguments.time, weight_decay=0.01, validation_share=0.002, validation_most=2048, checkpoint_every=60.0,
        seed=arguments.seed, device=arguments.device, **OPTIONS[arguments.size],
    )  # fmt: skip
    run = arguments.work / "run"
    resume = (run / "run.json").exists()
    model = build(design, seed=arguments.seed)
    go = partial(train, model, data, run, options=options, design=design, resume=resume, progress=say)
    train_and_tell(arguments.work, arguments.device, go)


def draw(arguments: argparse.Namespace) -> None:
    """Write 30,000 draws as they come."""
    pipeline = load(arguments.work / "run")
    pipeline.sample(SAMPLES, seed=1, raw=True).save(arguments.work / "samples.csv", columns=["smiles"])


def measure(arguments: argparse.Namespace) -> None:
    """Compare the draws with both test sets and with the training set. The references are measured once."""
    from gdl_molecules.files import read
    from gdl_molecules.metrics import Known, Reference, Samples, evaluate

    def molecules(path: Path) -> Any:
        return (record.object for record in read(path))

    def kept(kind: Any, name: str, make: Callable[[Any], Any]) -> Any:
        path = arguments.work / f"{name}.npz"
        if not path.exists():
            make(molecules(source(arguments, name))).save(path)
        return kind.load(path)

    with (arguments.work / "samples.csv").open(newline="") as file:
        drawn = Samples.measure([row["smiles"] for row in csv.DictReader(file)])  # an empty draw counts, as invalid
    train_set = kept(Known, "train", Known.of)
    measures = {
        name: evaluate(drawn, kept(Reference, name, Reference.measure), train=train_set)
        for name in ("test", "test_scaffolds")
    }
    (arguments.work / "measures.json").write_text(json.dumps(headline(measures), indent=1))


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, in half precision, with what it reached."""
    ship(
        arguments.work,
        "moses",
        run=arguments.work / "run",
        title="drug-like molecules",
        text=CARD_TEXT,
        trained_on=TRAINED_ON,
        network="decoder-only transformer",
        facts={
            "representation": "SMILES tokens, as spelled in MOSES",
            "trained on": TRAINED_ON,
            "made by": "`tools/train/moses.py` of the repository",
        },
    )


def headline(measures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Choose the figures that the literature prints, under names that say what they were compared with."""
    test, scaffolds = measures["test"], measures["test_scaffolds"]
    alone = ("valid", "unique@1000", "unique@10000", "filters", "intdiv1", "intdiv2", "novelty")
    compared = ("fcd", "snn", "fragments", "scaffolds")
    return {
        "samples": test["samples"],
        **{name: test[name] for name in alone},
        **{f"{name}/test": test[name] for name in compared},
        **{f"{name}/scaffold_test": scaffolds[name] for name in compared},
        "found in test": test["in_reference"],
        "found in scaffold test": scaffolds["in_reference"],
        **{f"{name} distance/test": test[name] for name in ("logP", "SA", "QED", "weight")},
    }


TRAINED_ON = "MOSES training set, 1,584,663 molecules (package molsets 0.3.1, MIT; from ZINC Clean Leads)"

CARD_TEXT = """Writes drug-like molecules of 250 to 350 g/mol as SMILES, without stereochemistry, charges or phosphorus,
which its training set does not hold. `gdl molecules train mine.smi --model moses` goes on with your own molecules.

    gdl molecules sample --model moses --count 1000 --out molecules.csv

The measures are those of MOSES (Polykovskiy et al. 2020, arXiv:1811.12823) on raw draws, nothing repaired or
left out, by `gdl_molecules.metrics`, which gives the same numbers as the benchmark's own code. A molecule that a
model writes is a suggestion: whether it can be made, and what it does, nobody has tested."""


if __name__ == "__main__":
    main()
