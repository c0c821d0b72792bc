"""What trivial ways to make pictures reach on the measures of `gdl image evaluate`: the bars for models.

    python tools/benchmarks/image_measures.py --data fashion

`--data` is the folder with the four idx files of Fashion-MNIST. The last 5,000 pictures of its test set are the
reference; each way makes 5,000 pictures, or paints the hidden part of the first 5,000.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from gdl_image.features import find
from gdl_image.files import read
from gdl_image.inpainting import rectangle
from gdl_image.metrics import Reference, evaluate
from gdl_image.neighbours import neighbours

COUNT, SIZE = 5000, (28, 28)
COLUMNS = ("frechet", "kid", "precision", "recall", "density", "coverage", "copies", "unique")
HIDDEN = "7,7,14,14"

Pictures = NDArray[np.uint8]


def main() -> None:
    """Measure each way and print two tables and one number."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data(parser)
    arguments = parser.parse_args()
    train, _ = load(arguments.data, "train")
    test, classes = load(arguments.data, "t10k")
    began = time.process_time()
    drawing(train, test)
    painting(train, test, classes)
    print(f"\nbits per dimension of the test set under a histogram of each pixel: {histogram_bits(train, test):.3f}")
    print(f"{time.process_time() - began:.0f} s of one core's time")


def add_data(parser: argparse.ArgumentParser) -> None:
    """Let the command line say where the pictures are."""
    parser.add_argument("--data", type=Path, required=True, help="folder with the four idx files of Fashion-MNIST")


def load(data: Path, part: str) -> tuple[Pictures, NDArray[np.str_]]:
    """Read pictures and their classes."""
    records = list(read(data / f"{part}-images-idx3-ubyte.gz"))
    return np.stack([record.object for record in records]), np.array([record.properties["class"] for record in records])


def drawing(train: Pictures, test: Pictures) -> None:
    """Hold pictures that were drawn without learning much against real ones."""
    reference = Reference.measure(test[COUNT:])
    ways = {
        "other real pictures": test[:COUNT],
        "training pictures": train[:COUNT],
        "real pictures, blurred (1 pixel)": blurred(test[:COUNT]),
        "Gaussian of the pixels": gaussian(train),
        "each pixel by itself": pixels(train),
    }
    print(row("pictures", *COLUMNS), row(*["---"] * (1 + len(COLUMNS))), sep="\n")
    for name, pictures in ways.items():
        found = evaluate(pictures, reference, train=train)
        print(row(name, *(f"{found[column]:.4g}" for column in COLUMNS)), flush=True)
    print(f"a copy is nearer to a training picture than {found['copy_distance']:.4f}; features {found['features']}")


def blurred(pictures: Pictures) -> Pictures:
    """Blur pictures by a Gaussian whose standard deviation is one pixel."""
    return gaussian_filter(pictures.astype(float), (0, 1, 1, 0)).round().astype(np.uint8)


def gaussian(train: Pictures, *, count: int = COUNT) -> Pictures:
    """Draw from a Gaussian with the mean and the full covariance of the training pixels."""
    rows = train.reshape(len(train), -1).astype(float)
    drawn = np.random.default_rng(0).multivariate_normal(rows.mean(0), np.cov(rows, rowvar=False), count, method="eigh")
    return drawn.round().clip(0, 255).astype(np.uint8).reshape(-1, *train.shape[1:])


def pixels(train: Pictures) -> Pictures:
    """Draw every pixel by itself, from those that training pictures have at its place."""
    random = np.random.default_rng(0)
    rows = train.reshape(len(train), -1)
    drawn = [rows[random.integers(len(rows), size=COUNT), place] for place in range(rows.shape[1])]
    return np.stack(drawn, 1).reshape(-1, *train.shape[1:])


def painting(train: Pictures, test: Pictures, classes: NDArray[np.str_]) -> None:
    """Fill the middle of pictures without a model, and hold the result against real pictures."""
    known = rectangle(HIDDEN, SIZE)
    reference, given = Reference.measure(test[COUNT:]), test[:COUNT]
    columns = ("frechet", "kid", "coverage", "class kept", "error of the hidden part")
    print("", row(f"hidden: {HIDDEN}", *columns), row(*["---"] * (1 + len(columns))), sep="\n")
    ways: dict[str, Callable[[Pictures, NDArray[np.bool_], Pictures], Pictures]] = {
        "mean of the training pictures": mean_fill,
        "the training picture that agrees best": nearest_fill,
        "the truth": lambda pictures, known, train: pictures,
    }
    for name, way in ways.items():
        filled = way(given, known, train)
        found = evaluate(filled, reference)
        values = (*(found[column] for column in columns[:3]), *kept_and_error(filled, given, known, classes[:COUNT]))
        print(row(name, *(f"{value:.4g}" for value in values)), flush=True)


def kept_and_error(
    filled: Pictures, given: Pictures, known: NDArray[np.bool_], classes: NDArray[np.str_]
) -> tuple[float, float]:
    """Return in which share the class is still seen, and the root mean square error of what was hidden."""
    fashion = find("fashion")
    seen = np.array(fashion.classes)[fashion.see(filled).classes]
    error = ((filled - given.astype(float)) / 255)[:, ~known]
    return float(np.mean(seen == classes)), float(np.sqrt((error**2).mean()))


def mean_fill(pictures: Pictures, known: NDArray[np.bool_], train: Pictures) -> Pictures:
    """Fill what is hidden with the mean of the training pictures there."""
    filled = pictures.copy()
    filled[:, ~known] = train.mean(0).round().astype(np.uint8)[~known]
    return filled


def nearest_fill(pictures: Pictures, known: NDArray[np.bool_], train: Pictures) -> Pictures:
    """Fill what is hidden from the training picture that agrees best with what is known."""
    seen, there = pictures * known[..., None].astype(np.uint8), train * known[..., None].astype(np.uint8)
    filled = pictures.copy()
    filled[:, ~known] = train[[place for place, _ in neighbours(seen, there)]][:, ~known]
    return filled


def histogram_bits(train: Pictures, test: Pictures) -> float:
    """Return the bits per dimension of the test set under a histogram of each training pixel, with one added to all."""
    rows, others = train.reshape(len(train), -1), test.reshape(len(test), -1)
    bits = 0.0
    for place in range(rows.shape[1]):
        counts = np.bincount(rows[:, place], minlength=256) + 1
        bits -= np.log2(counts[others[:, place]] / counts.sum()).mean()
    return bits / rows.shape[1]


def row(*cells: str) -> str:
    """Write a row of a table."""
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
