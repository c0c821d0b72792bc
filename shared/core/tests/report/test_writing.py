"""A report holds the curves, samples, properties, measures and card of what it is about, in one file."""

import json
import re
from dataclasses import replace

import pytest
from words import DOMAIN

from gdl_core.errors import ResourceError, UsageError
from gdl_core.report import write_report
from gdl_core.report.samples import sample_sections


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    from gdl_core.pipeline import train_from_files

    home = tmp_path_factory.mktemp("home")
    (home / "words.txt").write_text("banana\nlemon\nmelon\nanna\n" * 20)
    train_from_files(DOMAIN, [home / "words.txt"], home / "run", options={"steps": 5, "device": "cpu"})
    return home / "run"


def headings(page: str) -> list[str]:
    return re.findall("<h2>(.*?)</h2>", page)


def test_a_run_s_page_shows_training_samples_properties_settings_and_card(run, tmp_path):
    page = write_report(DOMAIN, run, tmp_path / "page.html", count=50).read_text()
    assert headings(page) == ["Training", "Samples", "Nearest in the data", "Properties", "Settings", "Model card"]
    assert "loss, nats per token by step" in page and "validation (averaged weights)" in page
    assert page.count("Wasserstein distance") == 1  # against the run's own data
    assert not re.search(r"https?:|<script|<link|@import|url\(|src=", page)


def test_a_page_about_a_file_compares_it_with_the_reference(run, tmp_path):
    (tmp_path / "drawn.txt").write_text("banana\nbanana\nxyz\nkkk\nkiwi\n")
    data = run.parent / "words.txt"
    page = write_report(DOMAIN, tmp_path / "drawn.txt", tmp_path / "page.html", reference=data).read_text()
    assert headings(page) == ["Samples", "Nearest in the data", "Properties", "Measures"]
    assert "80.0%" in page  # four of five words have a vowel
    assert "75.0%" in page  # three different ones among them
    assert "66.7%" in page  # two of which are new


def test_samples_stand_beside_what_is_most_like_them(run, tmp_path):
    (tmp_path / "drawn.txt").write_text("lemon\nanna\nmelons\n")
    data = run.parent / "words.txt"
    page = write_report(DOMAIN, tmp_path / "drawn.txt", tmp_path / "page.html", reference=data).read_text()
    assert "lemon in the data, 0.83 similar" in page and "anna in the data, 1.00 similar" in page
    assert "0.944" in page  # the mean of 1, 1 and 5/6


def test_a_model_with_codes_gets_a_map_of_them(run, tmp_path):
    from gdl_core.pairing import Design, build
    from gdl_core.pipeline import Pipeline

    old = Pipeline.from_pretrained(run, DOMAIN)
    design = Design("vae", old.design.space, variant="sequence", network_options={"width": 16, "layers": 1, "heads": 2})
    Pipeline(DOMAIN, old.representation, build(design), design).save(tmp_path / "model")
    out, data = tmp_path / "page.html", run.parent / "words.txt"
    page = write_report(DOMAIN, tmp_path / "model", out, reference=data, count=60).read_text()
    assert "Latent map" in headings(page) and "data: 80 points; samples: " in page
    shades = re.findall(r'class="shade(\d)" cx', page)
    assert len(shades) > 80 and {"0", "7"} <= set(shades)
    assert "Latent walks" in headings(page) and "Each row goes evenly from the code" in page


def test_a_page_about_a_saved_model_needs_no_run(run, tmp_path):
    page = write_report(DOMAIN, run / "model", tmp_path / "page.html", count=20).read_text()
    assert headings(page) == ["Samples", "Properties", "Model card"]


def test_a_log_that_was_cut_off_is_read_as_far_as_it_goes(run, tmp_path):
    log = run / "log.jsonl"
    whole = log.read_text()
    try:
        log.write_text(whole + json.dumps({"event": "step", "step": 6})[:-7])
        assert "Training" in headings(write_report(DOMAIN, run, tmp_path / "page.html", count=5).read_text())
    finally:
        log.write_text(whole)


def test_nothing_is_left_behind_when_a_page_cannot_be_written(run, tmp_path):
    (tmp_path / "words.txt").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        write_report(DOMAIN, run / "model", tmp_path / "words.txt" / "page.html", count=5)
    assert [path.name for path in tmp_path.iterdir()] == ["words.txt"]
    with pytest.raises(UsageError, match="offers no 'read'"):
        write_report(type(DOMAIN)("x", "", ""), tmp_path / "words.txt", tmp_path / "page.html")


def test_samples_can_be_explored_where_a_domain_has_a_view():
    sections = sample_sections(replace(DOMAIN, view="words:view"), ["banana", "banana", "plum"])
    [section] = [one for one in sections if one.title == "Samples to explore"]
    assert (section.body, section.script) == ("<ul><li>banana</li><li>plum</li></ul>", "wake()")
    assert all(one.title != "Samples to explore" for one in sample_sections(DOMAIN, ["banana"]))
