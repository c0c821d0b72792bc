"""Samples against a reference: what a network sees of both, what was trained on, and what was asked for."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import InputError, Skipped
from gdl_core.metrics import frechet_distance, kernel_distance, overlap, uniqueness
from gdl_image.arrays import Picture
from gdl_image.features import NAMES, Features, Seen, find
from gdl_image.files.kinds import Skip
from gdl_image.metrics.copies import RARELY, Copies
from gdl_image.metrics.gathered import Gathered, Object
from gdl_image.metrics.reference import Reference

NEIGHBOURS = 5
"""The balls of precision, recall, density and coverage reach to the neighbour of this number."""

MOST = 5000
"""Precision, recall, density and coverage compare at most so many pictures of each set."""

COMPARED = ("frechet", "kid", "kid_deviation", "precision", "recall", "density", "coverage")


def evaluate(
    samples: Iterable[Object | None],
    reference: Reference | Iterable[Object],
    *,
    train: Iterable[Object] | None = None,
    features: str | None = None,
    device: str = "cpu",
    skipped: Skip | None = None,
) -> dict[str, Any]:
    """Measure pictures alone, against a reference and, for copies, against what was trained on.

    `features` says which network sees the pictures (see `gdl_image.features.find`; without it, what fits the
    reference).
    `frechet` and `kid` are 0 for equal sets (see `gdl_core.metrics`); precision, recall, density and coverage are
    taken over equal numbers of both, at most `MOST`. `copies` is the share of samples as near to a training picture
    as `copy_distance`, which one in a hundred pictures of the reference is. Where samples have a class that the
    network tells apart, `label_accuracy` is the share in which it sees that class, and `label_ceiling` the same of the
    reference. A measure that cannot be taken is None, and `notes` says why. What is no picture counts as invalid.

    Example:
        >>> rows = np.random.default_rng(0).integers(0, 256, (12, 28, 28, 1), dtype=np.uint8)
        >>> result = evaluate(rows, rows, train=rows)
        >>> result["unique"], result["copies"], result["coverage"], round(result["frechet"], 6)
        (1.0, 1.0, 1.0, 0.0)
    """
    invalid = list[Skipped]()
    drawn = Gathered.of(samples, skipped=invalid.append)
    valid = len(drawn.pictures)
    attempts = valid + len(invalid)
    if not attempts:
        raise InputError("there are no samples to measure")
    if not isinstance(reference, Reference):
        reference = Reference.measure(reference, features=features, device=device, skipped=skipped)
    network = _network(reference, features)
    seen = network.see(drawn.pictures, device=device)
    notes = list[str]()
    return {
        "features": f"{network.name}: {network.summary}",
        "samples": attempts,
        "reference": len(reference),
        "valid": valid / attempts,
        "unique": uniqueness(drawn.identities) if valid else None,
        **_compared(seen.vectors, reference.vectors, notes),
        **_copied(drawn.pictures, reference, train, notes, skipped),
        **_labelled(network, seen, drawn.classes, reference),
        "notes": notes,
    }


def _network(reference: Reference, features: str | None) -> Features:
    """Find the network that saw the reference; another is refused, where that is possible before it is loaded."""
    given = features or reference.features
    name = given if given in NAMES else find(given).name
    if name != reference.features:
        raise InputError(f"the reference was measured with the features {reference.features!r}, not {name!r}")
    return find(given)


def _compared(drawn: NDArray[np.float32], real: NDArray[np.float32], notes: list[str]) -> dict[str, float | None]:
    fewest = min(len(drawn), len(real))
    if fewest <= NEIGHBOURS:
        notes.append(f"nothing was compared: that needs more than {NEIGHBOURS} pictures of each, and here are {fewest}")
        return dict.fromkeys(COMPARED)
    size = min(fewest, MOST)
    random = np.random.default_rng(0)
    shares = overlap(*(random.permutation(rows)[:size] for rows in (real, drawn)), neighbours=NEIGHBOURS)
    kernel = kernel_distance(real, drawn)
    notes.extend(_cautions(fewest, size, real.shape[1], blocks=kernel.blocks))
    return {
        "frechet": frechet_distance(real, drawn),
        "kid": kernel.mean,
        "kid_deviation": kernel.deviation,
        **vars(shares),
    }


def _cautions(fewest: int, size: int, features: int, *, blocks: int) -> Iterator[str]:
    if fewest <= features:
        yield f"frechet is not to be trusted: {fewest:,} pictures cannot show how {features:,} features vary together"
    yield "frechet falls as pictures are added: compare at equal numbers only"
    yield f"precision, recall, density and coverage are taken over {size:,} pictures of each"
    if blocks > 1:
        yield f"kid is the mean over {blocks} blocks, and kid_deviation how it varies from one to the next"


def _copied(
    drawn: Sequence[Picture],
    reference: Reference,
    train: Iterable[Object] | None,
    notes: list[str],
    skipped: Skip | None,
) -> dict[str, float | None]:
    known = [] if train is None else Gathered.of(train, skipped=skipped).pictures
    if not known or not drawn:
        return {"copies": None, "copy_distance": None}
    copies = Copies.calibrated(known, list(reference.probes))
    count = len(reference.probes)
    if copies.threshold == 0:
        notes.append("copies are exact ones: pictures of the reference were trained on too, or repeat what was")
    elif count * RARELY < 5:
        notes.append(f"copies are rough: what is rarely as near was found from {count:,} pictures of the reference")
    return {"copies": copies.among(drawn), "copy_distance": copies.threshold}


def _labelled(network: Features, seen: Seen, asked: Sequence[str], reference: Reference) -> dict[str, float | None]:
    return {
        "label_accuracy": _accuracy(network, seen.classes, asked),
        "label_ceiling": _accuracy(network, reference.seen, reference.classes.tolist()),
    }


def _accuracy(network: Features, seen: NDArray[np.int64], asked: Sequence[str]) -> float | None:
    """Return in which share of those that have a class the network sees it; None where it knows no such class."""
    hits = [network.classes[place] == name for place, name in zip(seen, asked, strict=True) if name in network.classes]
    return float(np.mean(hits)) if hits else None
