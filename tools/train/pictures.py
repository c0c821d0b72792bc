"""What the scripts that make shipped models of pictures have in common."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

MEASURES = ("samples", "unique", "copies", "frechet", "kid", "precision", "recall", "density", "coverage")
LABELS = ("label_accuracy", "label_ceiling")

SCORED = 1000
"""So many pictures of the test set are scored."""

BOUNDS = {"exact": "exact", "lower_bound": "upper bound", "estimate": "estimate"}
"""What a kind of likelihood makes of the bits that it takes."""


def draw_classes(pipeline: Any, classes: Sequence[str], count: int, path: Path, options: Mapping[str, Any]) -> None:
    """Draw so many pictures of each class, as they come, and keep them in a file with what was asked for."""
    from gdl_core.folders import new_file

    drawn = {
        name: pipeline.sample(count, seed=place, raw=True, conditions={"class": name}, **options).arrays
        for place, name in enumerate(classes)
    }
    images = [picture for of_one in drawn.values() for picture in of_one]
    labels = [name for name, of_one in drawn.items() for _ in of_one]
    with new_file(path) as draft, draft.open("wb") as file:
        np.savez_compressed(file, images=np.stack(images), labels=np.array(labels))


def compared(samples: Iterable[Any], reference: Any, train: Iterable[Any]) -> dict[str, Any]:
    """Return how samples compare with others, and how many are copies of what was trained on."""
    from gdl_image.metrics import evaluate

    found = evaluate(samples, reference, train=train)
    return {name: found[name] for name in (*MEASURES, *LABELS) if found[name] is not None}


def bits(pipeline: Any, pictures: Iterable[Any]) -> dict[str, float]:
    """Return how many bits a value of a picture takes, under a name that says whether they are a bound."""
    from gdl_core.families import HasLikelihood

    if not isinstance(pipeline.model, HasLikelihood):
        return {}
    found = pipeline.score([record.object for record in islice(pictures, SCORED)], batch_size=50)
    values = math.prod(pipeline.design.space.full_shape) * math.log(2)
    return {f"bits per dimension ({BOUNDS[found.kind]})": -float(found.values.mean()) / values}
