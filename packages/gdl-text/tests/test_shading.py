"""A report shades each token by its own bits, and those add up to the text's."""

import html
import math
import re

import pytest

from gdl_text import load
from gdl_text.representations import BytePairs, Characters
from gdl_text.shading import END, shade

SPAN = re.compile(r'<span style="[^"]*" title="([-\d.]+) bits">(.*?)</span>', re.DOTALL)
TEXT = "To be <or> not\nto be é"


def spans(page):
    return [(html.unescape(text), float(bits)) for bits, text in SPAN.findall(page.split("</p>", 1)[1])]


def test_each_token_has_its_bits_and_all_of_them_are_those_of_the_text(save):
    pipeline = load(save(BytePairs(vocabulary=270, max_length=64).fit([TEXT] * 3), "autoregressive"))
    found = spans(shade(pipeline, [TEXT]))
    assert "".join(text for text, _ in found) == TEXT + END
    whole = -float(pipeline.score([TEXT]).values[0]) / math.log(2)
    assert sum(bits for _, bits in found) == pytest.approx(whole, abs=0.05 * len(found))  # each is rounded


def test_a_long_text_is_cut_and_has_no_end_and_a_refused_one_is_passed_over(letters):
    found = spans(shade(load(letters), ["\ud800", "x" * 60]))
    assert "".join(text for text, _ in found).startswith("x" * 16) and END not in found[15][0]


def test_a_family_that_does_not_tell_tokens_apart_shades_nothing(save):
    kinds = Characters(max_length=8).fit(["to be"])
    adversarial = save(kinds, "gan", network_options={"generator": {"width": 16}, "discriminator": {"width": 16}})
    assert shade(load(adversarial), ["to be"]) == ""


def test_the_report_of_a_model_has_the_section(gdl, letters, tmp_path):
    ended = gdl("report", letters, "--out", tmp_path / "page.html", "--count", 6)
    assert (
        ended.code == 0 and "<h2>Likelihood of each part</h2><h3>Samples</h3>" in (tmp_path / "page.html").read_text()
    )
