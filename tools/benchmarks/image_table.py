"""Make the table of gdl-image's shipped models: what each draws, rates and paints, against bars that need no model.

    PYTHONPATH=tools/train python tools/benchmarks/image_table.py --data fashion

`--data` is the folder with the four idx files of Fashion-MNIST; `nox -s image_table -- --data FOLDER` calls this with
the wheels installed. Every model of gray pictures draws equally many of each class, as `tools/train/fashion.py` does,
which are held against the test set; those that know a likelihood rate test pictures, and those that can keep what is
known paint the middle of some. The script prints three tables, then each bar and whether it is met, and ends with 1 if
one is not. It takes both cores of a machine with two.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from fashion import SHIPPED
from image_measures import (
    COLUMNS,
    COUNT,
    HIDDEN,
    SIZE,
    Pictures,
    add_data,
    blurred,
    gaussian,
    histogram_bits,
    kept_and_error,
    load,
    mean_fill,
    nearest_fill,
    row,
)
from numpy.typing import NDArray

from gdl_core.families.family import HasLikelihood
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.completion import keeps
from gdl_core.representation import Record
from gdl_image.domain import DOMAIN
from gdl_image.features import find
from gdl_image.inpainting import inpaint, rectangle
from gdl_image.metrics import Reference, evaluate

GRAY = (*SIZE, 1)
CLASSES = find("fashion").classes
FAMILIES = ("autoregressive", "flow", "vae")
"""The order in which bits per dimension are expected to rise."""

Found = Mapping[str, Any]


def main() -> None:
    """Measure models and what needs none, print the tables, and say which bars are met."""
    arguments = read_arguments()
    began = time.monotonic()
    train, _ = load(arguments.data, "train")
    test, classes = load(arguments.data, "t10k")
    models = {name: Pipeline.from_pretrained(name, DOMAIN) for name in arguments.models or DOMAIN.shipped_models()}
    models = {name: model for name, model in models.items() if model.representation.layout.apply(test[0]).shape == GRAY}
    drawn = drawing(models, train, test, classes, arguments.samples)
    bits = rating(models, train, test, arguments.rated)
    painted = painting(models, train, test[: arguments.painted], classes[: arguments.painted])
    print(f"\n{(time.monotonic() - began) / 60:.1f} minutes in all\n")
    bars = {**drawing_bars(drawn, models), **rating_bars(bits, models), **painting_bars(painted, models)}
    for bar, met in bars.items():
        print(f"{'met' if met else 'NOT MET'}: {bar}")
    sys.exit(0 if all(bars.values()) else 1)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    parser.add_argument("--models", nargs="+", help="names or folders (default: all that are shipped)")
    parser.add_argument("--samples", type=int, default=COUNT, help="of each model (default: %(default)s)")
    parser.add_argument("--rated", type=int, default=1000, help="test pictures for bits (default: %(default)s)")
    parser.add_argument("--painted", type=int, default=200, help="test pictures to paint (default: %(default)s)")
    return parser.parse_args()


def drawing(
    models: Mapping[str, Pipeline], train: Pictures, test: Pictures, classes: NDArray[np.str_], count: int
) -> dict[str, Found]:
    """Hold what models draw against the test set, beside a Gaussian of the pixels and blurred real pictures."""
    records = [Record(*pair) for pair in zip(test, classes, [{"class": name} for name in classes], strict=True)]
    reference = Reference.measure(records)
    columns = (*COLUMNS, "asked class seen", "seconds")
    print(row(f"{count:,} pictures", *columns), row(*["---"] * (1 + len(columns))), sep="\n")
    ways: dict[str, Callable[[], list[Any]]] = {
        "blurred": lambda: list(blurred(test[:count])),
        "Gaussian": lambda: list(gaussian(train)[:count]),
        **{name: lambda name=name, model=model: draw(name, model, count) for name, model in models.items()},
    }
    found: dict[str, Found] = {}
    for name, way in ways.items():
        began = time.monotonic()
        pictures = way()
        seconds = time.monotonic() - began
        found[name] = evaluate(pictures, reference, train=train)
        seen = found[name]["label_accuracy"]
        numbers = [f"{found[name][column]:.4g}" for column in COLUMNS]
        print(row(name, *numbers, "" if seen is None else f"{seen:.3f}", f"{seconds:.0f}"), flush=True)
    print(f"the classifier sees the right class in {found[name]['label_ceiling']:.3f} of the test set")
    return found


def draw(name: str, model: Pipeline, count: int) -> list[Record]:
    """Draw equally many pictures of each class, as they come."""
    options = SHIPPED[name].drawing if name in SHIPPED else {}
    return [
        Record(picture, f"{clothes} {number}", {"class": clothes})
        for place, clothes in enumerate(CLASSES)
        for number, picture in enumerate(
            model.sample(count // len(CLASSES), seed=place, raw=True, conditions={"class": clothes}, **options).arrays
        )
    ]


def rating(models: Mapping[str, Pipeline], train: Pictures, test: Pictures, count: int) -> dict[str, float]:
    """Find the bits per dimension of test pictures under each model that knows a likelihood."""
    bits = {"a histogram of each pixel": histogram_bits(train, test[:count])}
    print("", row("bits per dimension", "", "kind"), row(*["---"] * 3), sep="\n")
    print(row("a histogram of each pixel", f"{bits['a histogram of each pixel']:.3f}", "exact"))
    for name, model in models.items():
        if isinstance(model.model, HasLikelihood):
            likelihood = model.score(list(test[:count]))
            bits[name] = -float(likelihood.values.mean()) / (math.prod(SIZE) * math.log(2))
            print(row(name, f"{bits[name]:.3f}", likelihood.kind.replace("_", " ")), flush=True)
    return bits


def painting(
    models: Mapping[str, Pipeline], train: Pictures, test: Pictures, classes: NDArray[np.str_]
) -> dict[str, tuple[float, float]]:
    """Paint the middle of test pictures, and see whether their class is still seen and how far the truth is."""
    known = rectangle(HIDDEN, SIZE)
    columns = ("class still seen", "error of the hidden part")
    print("", row(f"hidden: {HIDDEN}", *columns), row(*["---"] * 3), sep="\n")
    ways: dict[str, Callable[[], Any]] = {
        "mean": lambda: mean_fill(test, known, train),
        "nearest": lambda: nearest_fill(test, known, train),
        **{
            name: lambda model=model: np.stack(inpaint(model, list(test), known))
            for name, model in models.items()
            if keeps(model.model)
        },
    }
    found = {}
    for name, way in ways.items():
        filled = way()
        assert np.array_equal(filled[:, known], test[:, known]), f"{name} changed what is known"
        found[name] = kept_and_error(filled, test, known, classes)
        print(row(name, *(f"{value:.3f}" for value in found[name])), flush=True)
    return found


def drawing_bars(found: Mapping[str, Found], models: Mapping[str, Pipeline]) -> dict[str, bool]:
    """Say which bars the drawn pictures meet."""
    own, worst = {name: found[name] for name in models}, found["Gaussian"]
    bars = {
        f"{name}: nearer and wider than the Gaussian, copies at most 0.02, unique at least 0.99": (
            one["frechet"] < worst["frechet"]
            and one["coverage"] > worst["coverage"]
            and one["copies"] <= 0.02
            and one["unique"] >= 0.99
        )
        for name, one in own.items()
    }
    best = min(own.values(), key=lambda one: one["frechet"])
    bars["the best: coverage at least 0.80, recall at least 0.60, KID below a quarter of that of blurred pictures"] = (
        best["coverage"] >= 0.8 and best["recall"] >= 0.6 and best["kid"] < found["blurred"]["kid"] / 4
    )
    for name, one in own.items():
        bars[f"{name}: the asked class is seen in at least 0.85"] = (one["label_accuracy"] or 0) >= 0.85
    return bars


def rating_bars(bits: Mapping[str, float], models: Mapping[str, Pipeline]) -> dict[str, bool]:
    """Say whether bits per dimension are below those of a histogram, and rise from family to family."""
    own = {name: value for name, value in bits.items() if name in models}
    histogram = bits["a histogram of each pixel"]
    least = [min((own[name] for name in own if models[name].design.family == family), default=math.inf)
             for family in FAMILIES]  # fmt: skip
    return {
        **{f"{name}: fewer bits than a histogram of each pixel": value < histogram for name, value in own.items()},
        f"bits per dimension rise along {', '.join(FAMILIES)}": least == sorted(least) and least[-1] < math.inf,
    }


def painting_bars(found: Mapping[str, tuple[float, float]], models: Mapping[str, Pipeline]) -> dict[str, bool]:
    """Say which models paint what is hidden better than what needs no model."""
    return {
        f"{name}: painted better than by the {way} ({what})": better
        for name in found.keys() & models.keys()
        for way in ("mean", "nearest")
        for what, better in (
            ("class still seen", found[name][0] > found[way][0]),
            ("error", found[name][1] < found[way][1]),
        )
    }


if __name__ == "__main__":
    main()
