"""What the scripts that make shipped models have in common."""

import argparse
import json
import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from gdl_core.cli.options import seconds

Step = tuple[str, Path, Callable[[argparse.Namespace], None]]


def models_of(domain: str) -> Path:
    """Return the folder of the models that a domain ships."""
    return Path(__file__).parents[2] / f"packages/gdl-{domain}/src/gdl_{domain}/models"


MODELS = models_of("molecules")


def arguments_of(text: str | None, *, work: str, steps: str) -> argparse.ArgumentParser:
    """Return a parser with what all scripts take: the working folder, the device, the seed, the `steps` to take."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path(work), help="default: %(default)s")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=steps.split(), metavar="STEP", help=f"take only these of: {steps}")
    return parser


def add_training(parser: argparse.ArgumentParser, *, time: str, start: bool = True) -> None:
    """Add how long and with how many threads to train, and the run to `start` from."""
    parser.add_argument("--time", type=seconds, default=seconds(time), help=f"of training (default: {time})")
    parser.add_argument("--threads", type=int, default=1, help="default: %(default)s")
    if start:
        parser.add_argument("--start", type=Path, help="go on from the model of this run (default: begin anew)")


def take(steps: list[Step], arguments: argparse.Namespace) -> None:
    """Take the steps asked for whose results are not there; the last one is taken in any case."""
    for name, result, step in steps:
        if name in (arguments.only or [name for name, _, _ in steps]) and (name == steps[-1][0] or not result.exists()):
            print(f"-- {name}", flush=True)
            step(arguments)


def say(event: Mapping[str, Any]) -> None:
    """Print a line for a validation, a checkpoint, and now and then for the steps between."""
    if event["event"] != "step" or event["step"] % 100 < 2:
        print(json.dumps(dict(event)), flush=True)


def hardware(device: str) -> str:
    """Say what the training ran on."""
    if device != "cpu" and torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"{torch.get_num_threads()} of {os.cpu_count()} CPU cores ({platform.machine()})"
