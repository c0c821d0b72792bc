"""What samples look like and how they compare with data, as sections of a page."""

from collections.abc import Mapping, Sequence
from typing import Any

from gdl_core.domains import Domain
from gdl_core.errors import RepresentationError
from gdl_core.metrics import novelty, uniqueness, wasserstein_distance
from gdl_core.pipeline import Pipeline
from gdl_core.report.charts import histogram
from gdl_core.report.page import Section, facts, picture, table

PICTURED = 24
"""How many samples are drawn."""

VIEWED = 12
"""How many samples can be explored, where a domain has a view."""

SHADED = 3
"""Of how many samples, and objects of the data, it is shown how likely their parts are."""

PAIRS = 8
"""How many samples are drawn beside their nearest neighbour."""

COMPARED = 1000
"""How many of the reference's objects are measured for the histograms."""


def sample_sections(
    domain: Domain,
    samples: Sequence[Any],
    reference: Sequence[Any] = (),
    measures: Mapping[str, Any] | None = None,
) -> list[Section]:
    """Draw samples, count how many are valid, distinct and new, and compare their properties with the reference's."""
    valid, names = valid_objects(domain, samples)
    known, known_names = valid_objects(domain, reference)
    counts = facts(_counts(samples, names, known_names))
    sections = [Section("Samples", counts + _picture(domain, valid, names))]
    if domain.has("view") and valid:
        sections.append(Section("Samples to explore", *domain.load("view")(distinct(valid, names)[:VIEWED])))
    if domain.has("neighbours") and valid and known:
        sections.append(Section("Nearest in the data", _neighbours(domain, distinct(valid, names), known)))
    if domain.has("histograms") and valid:
        sections.append(Section("Properties", _properties(domain, valid, thinned(known))))
    if measures:
        rows = [[name, value] for name, value in measures.items() if isinstance(value, int | float | str)]
        sections.append(Section("Measures", table(["measure", "value"], rows)))
    return sections


def shaded_sections(pipeline: Pipeline, drawn: Sequence[Any], known: Sequence[Any]) -> list[Section]:
    """Show which parts of objects a model finds likely, of what it drew and of the data, where its domain can."""
    if not pipeline.domain.has("shade"):
        return []
    shade = pipeline.domain.load("shade")
    kinds = {"Samples": valid_objects(pipeline.domain, drawn)[0], "Data": thinned(known, SHADED)}
    shown = {kind: html for kind, objects in kinds.items() if objects and (html := shade(pipeline, objects[:SHADED]))}
    body = "".join(f"<h3>{kind}</h3>{html}" for kind, html in shown.items())
    return [Section("Likelihood of each part", body)] if body else []


def valid_objects(domain: Domain, objects: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return the valid objects and what identifies each of them."""
    if not domain.has("identity"):
        return [thing for thing in objects if thing is not None], []
    identity = domain.load("identity")
    valid, names = [], []
    for thing in objects:
        if thing is None:
            continue
        try:
            names.append(identity(thing))
        except RepresentationError:
            continue
        valid.append(thing)
    return valid, names


def _counts(samples: Sequence[Any], names: Sequence[Any], known: Sequence[Any]) -> dict[str, Any]:
    if not names:
        return {"samples": len(samples), "valid": "none" if samples else None}
    return {
        "samples": len(samples),
        "valid": f"{len(names) / len(samples):.1%}",
        "distinct among the valid": f"{uniqueness(names):.1%}",
        "not in the reference, among the distinct": f"{novelty(names, set(known)):.1%}" if known else None,
    }


def _picture(domain: Domain, valid: Sequence[Any], names: Sequence[Any]) -> str:
    shown = distinct(valid, names)[:PICTURED]
    if not shown or not domain.has("draw"):
        return '<p class="note">There is nothing to draw.</p>'
    plural = domain.object_name if len(shown) == 1 else f"{domain.object_name}s"
    return picture(domain.load("draw")(shown), f"The first {len(shown)} distinct {plural}.")


def _neighbours(domain: Domain, samples: Sequence[Any], known: Sequence[Any]) -> str:
    """Draw samples beside what is most like them in the data, and how alike the two are for all samples."""
    found = domain.load("neighbours")(samples, known)
    similarity = [alike for _, alike in found]
    summary = {
        "distinct samples": len(samples),
        f"{domain.object_name}s of the data looked at": len(known),
        "mean similarity to the nearest": f"{_mean(similarity):.3f}",
        "at least 0.8 similar to one of them": f"{sum(alike >= 0.8 for alike in similarity) / len(samples):.1%}",
    }
    chart = histogram({"samples": similarity}, across="similarity to the nearest in the data")
    body = f'{facts(summary)}<div class="charts">{chart}</div>'
    if not domain.has("draw"):
        return body
    rows = list(zip(samples, found, strict=True))[:PAIRS]
    pairs = [thing for sample, (place, _) in rows for thing in (sample, known[place])]
    legends = [text for _, (_, alike) in rows for text in ("sample", f"in the data, {alike:.2f} similar")]
    return body + picture(
        domain.load("draw")(pairs, columns=4, legends=legends),
        f"The first {len(rows)} distinct samples, each with the {domain.object_name} of the data that is most like it.",
    )


def _properties(domain: Domain, valid: Sequence[Any], known: Sequence[Any]) -> str:
    measure = domain.load("histograms")
    found, expected = measure(valid), measure(known) if known else {}
    charts, rows = [], []
    for name, values in found.items():
        groups = {"samples": values, **({"reference": expected[name]} if name in expected else {})}
        charts.append(histogram(groups, across=name))
        if name in expected:
            rows.append([name, _mean(values), _mean(expected[name]), wasserstein_distance(expected[name], values)])
    head = ["property", "mean of the samples", "mean of the reference", "Wasserstein distance"]
    return f'<div class="charts">{"".join(charts)}</div>{table(head, rows) if rows else ""}'


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def distinct(valid: Sequence[Any], names: Sequence[Any]) -> list[Any]:
    """Return each object once, in the order of their first appearance."""
    return list(dict(zip(names, valid, strict=True)).values()) if names else list(valid)


def thinned(objects: Sequence[Any], count: int = COMPARED) -> Sequence[Any]:
    """Return at most so many of the objects, evenly spaced."""
    return objects[:: -(-len(objects) // count)] if len(objects) > count else objects
