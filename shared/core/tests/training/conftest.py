"""A small data set of real words, and a model that trains on it in a second."""

import builtins
import keyword
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from gdl_core.data import Dataset
from gdl_core.pairing import Design, build
from gdl_core.spaces import Tokens
from gdl_core.training import Trained, TrainingOptions, train

SPACE = Tokens(vocabulary_size=26, max_length=30)
DESIGN = Design(
    "autoregressive", SPACE, "transformer", network_options={"width": 16, "layers": 1, "heads": 2, "dropout": 0.1}
)
WORDS = sorted({name.lower() for name in [*dir(builtins), *keyword.kwlist, *sys.stdlib_module_names] if name.isalpha()})


def small(**changes: Any) -> TrainingOptions:
    """Return options for a run of a moment."""
    options = {
        "steps": 12, "batch_size": 16, "warmup_steps": 3, "evaluate_every": 5, "precision": "float32", "device": "cpu",
        "learning_rate": 0.01, "validation_share": 0.1,
    }  # fmt: skip
    if "time" in changes:
        options["steps"] = None
    return TrainingOptions(**(options | changes))


@pytest.fixture(scope="session")
def words() -> Dataset:
    """The names of Python's builtins, keywords and modules, letter by letter."""
    samples = [torch.tensor([ord(letter) - ord("a") for letter in word]) for word in WORDS]
    return Dataset.from_samples(SPACE, samples, domain="words", representation={"name": "letters", "config": {}})


@pytest.fixture
def run(tmp_path: Path, words: Dataset) -> Callable[..., Trained]:
    """Train a small model in a folder of this name; further arguments are training options or train's own."""

    def start(
        name: str = "run", *, model: Any = None, design: Design = DESIGN, data: Any = None, **changes: Any
    ) -> Trained:
        own = {key: changes.pop(key) for key in ("resume", "replace", "progress", "domain", "card") if key in changes}
        torch.set_num_threads(1)
        model = model or build(design, seed=1)
        return train(model, data or words, tmp_path / name, options=small(**changes), design=design, **own)

    return start
