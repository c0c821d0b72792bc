"""Samples against a reference: the measures of MOSES, Polykovskiy et al. (2020), arXiv:1811.12823."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Self

from gdl_core.errors import InputError
from gdl_core.metrics import novelty, uniqueness, wasserstein_distance
from gdl_core.workers import spread
from gdl_molecules.descriptors import PROPERTIES
from gdl_molecules.measures import Measures
from gdl_molecules.metrics import chemnet
from gdl_molecules.metrics.known import Known
from gdl_molecules.metrics.reference import Reference
from gdl_molecules.metrics.similarity import internal_diversity, nearest_similarity
from gdl_molecules.metrics.stream import Object, Skip, spelled, valid

_FCD_IS_STEADY_FROM = 10_000


@dataclass(frozen=True)
class Samples:
    """Samples, measured once, so that they can be compared with several references.

    `canonical` holds the valid ones in order, `attempts` counts all, `passing` those that pass the filters of MOSES.
    """

    attempts: int
    canonical: list[str]
    passing: int
    measured: Reference

    @classmethod
    def measure(
        cls,
        samples: Iterable[Object | None],
        *,
        fcd: bool = True,
        workers: int | None = None,
        device: str = "cpu",
    ) -> Self:
        """Measure samples in any spelling; None or what is no molecule counts as invalid."""
        attempts, passing = 0, 0

        def passed_on() -> Iterator[Measures]:
            nonlocal attempts, passing
            for found in spread("gdl_molecules.measures:judge", map(spelled, samples), workers=workers):
                attempts += 1
                if found:
                    passing += found["passes"]
                    yield found

        measured, canonical = Reference.gather(passed_on(), fcd=fcd, device=device)
        return cls(attempts, canonical, passing, measured)


def evaluate(
    samples: Samples | Iterable[Object | None],
    reference: Reference | Iterable[Object],
    *,
    train: Known | Iterable[Object] | None = None,
    fcd: bool = True,
    workers: int | None = None,
    device: str = "cpu",
    skipped: Skip | None = None,
) -> dict[str, Any]:
    """Measure samples as MOSES does, alone and against a reference and, for novelty, against what was trained on.

    Shares are between 0 and 1; distances are 0 for equal sets; similarities are 1. `unique@1000` is the share of
    different molecules among the first 1,000 valid ones. `in_train` and `in_reference` are the shares of valid samples
    found there, and `novelty` is the share of different valid ones not found in `train`. A measure that cannot be taken
    is None, and `notes` says why. What is no molecule in the reference or in `train` is left out, and named to
    `skipped`.

    Example:
        >>> result = evaluate(["CCO", "OCC", "C1C"], ["CCO", "CCN"], train=["CCN"], fcd=False)
        >>> round(result["valid"], 3), result["unique@1000"], result["novelty"], result["in_reference"]
        (0.667, 0.5, 1.0, 1.0)
    """
    options: dict[str, Any] = {"fcd": fcd, "workers": workers, "device": device}
    drawn = samples if isinstance(samples, Samples) else Samples.measure(samples, **options)
    if not drawn.attempts:
        raise InputError("there are no samples to measure")
    target = reference if isinstance(reference, Reference) else Reference.measure(reference, skipped=skipped, **options)
    known = train if train is None or isinstance(train, Known) else Known.of(train, workers=workers, skipped=skipped)
    return {
        "samples": drawn.attempts,
        "reference": len(target),
        **_alone(drawn, device),
        **_copies(drawn, target, known),
        **_compared(drawn.measured, target, device),
        "notes": list(_notes(drawn, target, fcd)),
    }


def properties(molecules: Iterable[Object], *, workers: int | None = None) -> dict[str, list[float]]:
    """Return QED, SA, logP, weight and TPSA, each as a list over those molecules that are valid.

    Example:
        >>> properties(["CCO", "C1C"])["weight"]
        [46.069]
    """
    rows = [profile[1] for profile in valid("profile", molecules, workers=workers)]
    return {name: [row[place] for row in rows] for place, name in enumerate(PROPERTIES)}


def _alone(drawn: Samples, device: str) -> dict[str, float | None]:
    valid = len(drawn.canonical)
    first, second = internal_diversity(drawn.measured.fingerprints, device=device) if valid else (None, None)
    return {
        "valid": valid / drawn.attempts,
        "unique@1000": uniqueness(drawn.canonical[:1000]) if valid else None,
        "unique@10000": uniqueness(drawn.canonical[:10000]) if valid else None,
        "intdiv1": first,
        "intdiv2": second,
        "filters": drawn.passing / valid if valid else None,
    }


def _copies(drawn: Samples, target: Reference, train: Known | None) -> dict[str, float | None]:
    if not drawn.canonical:
        return {"novelty": None, "in_train": None, "in_reference": None}
    found = None if train is None else train.contain(drawn.canonical)
    copied = [] if found is None else [text for text, known in zip(drawn.canonical, found, strict=True) if known]
    return {
        "novelty": None if found is None else novelty(drawn.canonical, set(copied)),
        "in_train": None if found is None else float(found.mean()),
        "in_reference": float(target.known.contain(drawn.canonical).mean()),
    }


def _compared(drawn: Reference, target: Reference, device: str) -> dict[str, float | None]:
    if not len(drawn):
        names = ["fcd", "snn", "fragments", "scaffolds", *drawn.properties]
        return dict.fromkeys(names, None)
    return {
        "fcd": drawn.gaussian.distance(target.gaussian) if drawn.gaussian and target.gaussian else None,
        "snn": float(nearest_similarity(drawn.fingerprints, target.fingerprints, device=device).mean()),
        "fragments": cosine(drawn.fragments, target.fragments),
        "scaffolds": cosine(drawn.scaffolds, target.scaffolds),
        **{name: wasserstein_distance(target.properties[name], values) for name, values in drawn.properties.items()},
    }


def cosine(left: Mapping[str, int], right: Mapping[str, int]) -> float | None:
    """Return the cosine of two tables of counts: 1 for equal shares, 0 for nothing in common; None for an empty one.

    Example:
        >>> cosine({"a": 2, "b": 1}, {"a": 4, "b": 2}), cosine({"a": 1}, {"b": 1}), cosine({}, {"a": 1})
        (1.0, 0.0, None)
    """
    if not left or not right:
        return None
    product = sum(count * right.get(name, 0) for name, count in left.items())
    return product / sqrt(sum(count**2 for count in left.values()) * sum(count**2 for count in right.values()))


def _notes(drawn: Samples, target: Reference, fcd: bool) -> Iterator[str]:
    valid = len(drawn.canonical)
    if not valid:
        yield "none of the samples is a valid molecule, so there is nothing to compare"
        return
    for count in (1000, 10000):
        if valid < count:
            yield f"unique@{count} is taken over {valid:,} valid samples: there are no more"
    if not drawn.measured.scaffolds:
        yield "scaffolds were not compared: no valid sample has two rings"
    elif not target.scaffolds:
        yield "scaffolds were not compared: no molecule of the reference has two rings"
    if fcd and not chemnet.available():
        yield f"fcd was not measured: {chemnet.HINT}"
    elif fcd and valid < 2:
        yield "fcd was not measured: it needs two valid samples"
    elif fcd and target.gaussian is None:
        yield "fcd was not measured: the reference was saved without it, or holds one molecule; make it again"
    elif fcd and valid < _FCD_IS_STEADY_FROM:
        yield f"fcd is taken over {valid:,} valid samples and falls as samples are added: compare at equal numbers only"
