"""Put the page together from a run's folder, a saved model or a file of samples."""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from gdl_core.data import Dataset
from gdl_core.domains import Domain
from gdl_core.errors import InputError, Skipped
from gdl_core.folders import new_file
from gdl_core.pipeline import Pipeline
from gdl_core.report.latent import latent_sections
from gdl_core.report.markdown import to_html
from gdl_core.report.page import Section, page
from gdl_core.report.samples import sample_sections, shaded_sections
from gdl_core.report.training import DESCRIPTION, settings_sections, training_sections

MOST = 10_000
"""How many objects of a file are looked at; more would change no picture."""


def write_report(
    domain: Domain,
    source: str | Path,
    out: str | Path,
    *,
    reference: str | Path | None = None,
    count: int = 1000,
    seed: int = 0,
    column: str | None = None,
    skipped: Callable[[Skipped], None] = lambda record: None,
) -> Path:
    """Write one HTML page about a run or model (`count` samples are drawn from it), or a file or folder of samples.

    `reference` is a file to compare with; a run is compared with its own data where they are still in its folder.
    The page loads nothing from anywhere.
    """
    path = Path(source)
    expected = _read(domain, reference, column, skipped) if reference is not None else ()
    if path.is_dir() and (domain.textual or _holds_model(path)):
        sections = _of_model(domain, path, expected, count=count, seed=seed)
        lead = f"A model of {domain.name}: its training, its samples and its card."
    else:
        sections = _of_samples(domain, _read(domain, source, column, skipped), expected, measured=reference is not None)
        lead = f"A file of {domain.name}, drawn, counted and compared."
    text = page(path.resolve().name, lead, sections)
    return _write(text, Path(out))


def _holds_model(folder: Path) -> bool:
    return any((folder / name).is_file() for name in ("config.json", DESCRIPTION))


def _of_model(domain: Domain, folder: Path, expected: Sequence[Any], *, count: int, seed: int) -> list[Section]:
    pipeline = Pipeline.from_pretrained(folder, domain)
    drawn = [draw.object for draw in pipeline.draw(count, seed=seed)]
    known = expected or _own_data(pipeline, folder / "data", MOST)
    sections = training_sections(folder)
    sections += sample_sections(domain, drawn, known)
    sections += shaded_sections(pipeline, drawn, known)
    sections += latent_sections(pipeline, drawn, known)
    sections += settings_sections(folder)
    if pipeline.card:
        sections.append(Section("Model card", to_html(pipeline.card)))
    return sections


def _of_samples(domain: Domain, samples: Sequence[Any], expected: Sequence[Any], *, measured: bool) -> list[Section]:
    measures = None
    if measured and domain.has("evaluate"):
        measures = domain.load("evaluate")(samples, expected)
    return sample_sections(domain, samples, expected, measures)


def _own_data(pipeline: Pipeline, folder: Path, count: int) -> list[Any]:
    """Decode evenly spaced samples of the data set in a run's folder, if it is there."""
    if not (folder / "dataset.json").is_file():
        return []
    dataset = Dataset.open(folder)
    rows = np.unique(np.linspace(0, len(dataset) - 1, count).astype(int))
    return [pipeline.representation.decode(sample) for sample in dataset.space.separate(dataset.batch(rows))]


def _read(domain: Domain, source: str | Path, column: str | None, skipped: Callable[[Skipped], None]) -> list[Any]:
    records = domain.load("read")(source, column=column, skipped=skipped)
    objects = [record.object for record in islice(records, MOST)]
    if not objects:
        raise InputError(f"{source} holds no records; a report needs some")
    return objects


def _write(text: str, out: Path) -> Path:
    with new_file(out) as draft:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
    return out
