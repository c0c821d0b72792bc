"""What the scripts that make shipped models have in common."""

import argparse
import json
import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

Step = tuple[str, Path, Callable[[argparse.Namespace], None]]


def models_of(domain: str) -> Path:
    """Return the folder of the models that a domain ships."""
    return Path(__file__).parents[2] / f"packages/gdl-{domain}/src/gdl_{domain}/models"


MODELS = models_of("molecules")


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
