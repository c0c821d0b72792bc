"""Samples beside a reference, and beside what was trained on."""

from collections.abc import Iterable
from typing import Any

from gdl_core.errors import InputError, RepresentationError, Skipped
from gdl_core.metrics import novelty, uniqueness, wasserstein_distance
from gdl_core.representation import Record
from gdl_music.conversion import checked
from gdl_music.files.kinds import Skip
from gdl_music.measures import histograms, identity
from gdl_music.metrics.copies import Copies
from gdl_music.metrics.overlap import overlap_area
from gdl_music.piece import Piece


def evaluate(
    samples: Iterable[Any],
    reference: Iterable[Any],
    *,
    train: Iterable[Any] | None = None,
    skipped: Skip = lambda what: None,
) -> dict[str, Any]:
    """Measure pieces, or records of them, against real ones and, for copies, against what was trained on.

    Of each measure of `gdl_music.statistics` the result has the mean over the samples, that over the reference
    (``_reference``), and the area by which both overlap (``_overlap``, see `overlap_area`); ``overlap`` is the mean of
    these areas. ``distinct`` is the share of samples that differ from those before; ``new`` that of pieces, and
    ``copied_runs`` that of runs of eight notes, that are not, and that are, in `train` (else in the reference).

    Raises:
        InputError: There is no sample, or no reference.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> scale = [Piece([Track(tuple(Note(480 * n, 480, 60 + n + up) for n in range(9)))]) for up in (0, 1, 5)]
        >>> found = evaluate(scale[:1], scale[1:])
        >>> found["pitch"], found["pitch_reference"], found["copied_runs"]
        (64.0, 67.0, 1.0)
    """
    drawn, real = (list(_pieces(source, skipped)) for source in (samples, reference))
    if not drawn or not real:
        raise InputError(f"there is no piece {'to measure' if not drawn else 'in the reference'}")
    known = real if train is None else list(_pieces(train, skipped))
    names = [identity(piece) for piece in drawn]
    result: dict[str, Any] = {
        "samples": len(drawn),
        "reference": len(real),
        "distinct": uniqueness(names),
        "new": novelty(names, {identity(piece) for piece in known}),
        "copied_runs": Copies.of(known).share(drawn),
        "copied_runs_are_of": "the reference" if train is None else "what was trained on",
    }
    ours, theirs = histograms(drawn), histograms(real)
    both = [name for name in ours if name in theirs]
    areas = {name: overlap_area(ours[name], theirs[name]) for name in both}
    result["overlap"] = sum(areas.values()) / len(areas)
    for name in both:
        result[name], result[f"{name}_reference"] = _mean(ours[name]), _mean(theirs[name])
        result[f"{name}_overlap"] = areas[name]
        result[f"{name}_distance"] = wasserstein_distance(theirs[name], ours[name])
    return result


def _pieces(source: Iterable[Any], skipped: Skip) -> Iterable[Piece]:
    """Yield the pieces of records, or of a sequence of pieces; what is none is skipped."""
    for number, one in enumerate(source, 1):
        where, thing = (one.where, one.object) if isinstance(one, Record) else (f"piece {number}", one)
        try:
            yield checked(thing)
        except RepresentationError as error:
            skipped(Skipped(where, str(error)))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
