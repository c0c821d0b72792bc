"""Make the shipped model `smiles-vae`: prepare, train, reconstruct, interpolate, draw, write the model with its card.

    python tools/train/qm9.py --model digress --only split --data qm9/qm9pack/data --work runs/qm9
    python tools/train/smiles_vae.py --data runs/qm9 --work runs/smiles-vae --steps 4000

`--data` is the folder with `train.smi` and `test.smi`, molecules of QM9 without stereochemistry, which the first
command makes (its `--help` says how to get QM9). Each step leaves its result in the working folder and is passed over
when that is there, so that the same command goes on after an interruption. `--only train` needs no RDKit.
"""

import argparse
import json
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from shipping import load, ship, train_and_tell
from steps import MODELS, Step, arguments_of, say, take

HELD_OUT, SAMPLES, PATHS = 10_000, 10_000, 200
NAME = "smiles-vae"


def main() -> None:
    """Do what is still to be done."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    work: Path = arguments.work
    steps: list[Step] = [
        ("prepare", work / "data", prepare),
        ("train", work / "trained.json", train_model),
        ("measure", work / "measures.json", measure),
        ("write", MODELS / NAME, write),
    ]
    take(steps, arguments)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = arguments_of(__doc__, work="runs/smiles-vae", steps="prepare train measure write")
    parser.add_argument("--data", type=Path, required=True, help="folder with train.smi and test.smi")
    parser.add_argument("--steps", type=int, default=4000, help="of training (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="default: %(default)s")
    return parser.parse_args()


def prepare(arguments: argparse.Namespace) -> None:
    """Encode the training set."""
    from gdl_core.pipeline import prepare_files
    from gdl_molecules.domain import DOMAIN

    files = [arguments.data / "train.smi"]
    prepare_files(DOMAIN, files, arguments.work / "data", representation="smiles", skipped=print)


def train_model(arguments: argparse.Namespace) -> None:
    """Train, or go on training."""
    from gdl_core.pipeline import train_from_files
    from gdl_molecules.domain import DOMAIN

    data, run = arguments.work / "data", arguments.work / "run"
    options = {
        "steps": arguments.steps, "validation_most": 1024, "checkpoint_every": 120.0, "seed": arguments.seed,
        "device": arguments.device,
    }  # fmt: skip
    resume = (run / "run.json").exists()
    train_and_tell(
        arguments.work, arguments.device,
        lambda: train_from_files(DOMAIN, [data], run, recipe=NAME, options=options, resume=resume, progress=say),
    )  # fmt: skip


def measure(arguments: argparse.Namespace) -> None:
    """Reconstruct held-out molecules, walk between pairs of them, and draw from the prior."""
    from gdl_molecules.files import read

    pipeline = load(arguments.work / "run")
    records = list(islice(read(arguments.data / "test.smi"), HELD_OUT))
    measures = {
        "held-out molecules": len(records),
        "reconstructed exactly": exactly(pipeline, records),
        **between(pipeline, [record.object for record in records[: 2 * PATHS]]),
        **drawn(pipeline, {record.object for record in read(arguments.data / "train.smi")}),
    }
    (arguments.work / "measures.json").write_text(json.dumps(measures, indent=1))


def drawn(pipeline: Any, known: Collection[str]) -> dict[str, float]:
    """Draw from the prior; say how much is a molecule, how much of that is different, and how much of that is new."""
    from gdl_molecules.chemistry import canonical

    draws = pipeline.sample(SAMPLES, seed=1, raw=True)
    valid = [canonical(smiles) for smiles, good in zip(draws.smiles, draws.valid, strict=True) if good]
    different = set(valid)
    return {
        "raw samples of the prior": SAMPLES,
        "valid": len(valid) / SAMPLES,
        "unique among the valid": len(different) / len(valid),
        "new among the unique": len(different.difference(known)) / len(different),
    }


def exactly(pipeline: Any, records: Sequence[Any]) -> float:
    """Return the share of molecules that come back token for token; what cannot be represented counts as lost."""
    from gdl_core.pipeline.latent import reconstruct

    back = reconstruct(pipeline, records)
    return sum(one == other for one, other in zip(back.given, back.found, strict=True)) / len(records)


def between(pipeline: Any, smiles: Sequence[str]) -> dict[str, float]:
    """Walk from one molecule to the next in nine steps: how often both ends are exact, and what lies between valid."""
    from gdl_core.pipeline.latent import interpolate
    from gdl_molecules.chemistry import readable

    walks = [(a, b, interpolate(pipeline, a, b, steps=9)) for a, b in zip(smiles[::2], smiles[1::2], strict=True)]
    inner = [one for *_, walk in walks for one in walk[1:-1]]
    return {
        "both ends of a walk exact": sum((walk[0], walk[-1]) == (a, b) for a, b, walk in walks) / len(walks),
        "valid between the ends": sum(readable([one or "" for one in inner])) / len(inner),
    }


def write(arguments: argparse.Namespace) -> None:
    """Write the shipped model, with what it reached."""
    ship(
        arguments.work, NAME, run=arguments.work / "run", title="small molecules and what lies between them",
        text=CARD_TEXT, trained_on=TRAINED_ON,
        network="GRU from both ends into a Gaussian code, GRU out of it",
        facts={"recipe": NAME, "trained on": TRAINED_ON, "made by": "`tools/train/smiles_vae.py` of the repository"},
    )  # fmt: skip


TRAINED_ON = "QM9, 120,744 molecules without stereochemistry (package qm9pack 1.0.3, MIT); 10,000 others were held out"

CARD_TEXT = """Knows a code for each molecule of up to nine atoms of carbon, nitrogen, oxygen and fluorine, as they are
in QM9, and writes the molecule of a code.

    gdl molecules reconstruct molecules.smi --model smiles-vae --out back.smi
    gdl molecules interpolate CCOC1CC1 N#CC1CCO1 --model smiles-vae --out path.smi

A molecule is encoded as it is spelled, so give canonical SMILES. Reconstructed exactly means the same tokens in the
same order, by the most probable token at each step. The divergence from the prior has a small weight here, so codes are
faithful first; draws from the prior are raw, and less of them are molecules than of a model made for drawing, such as
`moses`. A molecule that a model writes is a suggestion: whether it can be made, and what it does, nobody has tested."""


if __name__ == "__main__":
    main()
