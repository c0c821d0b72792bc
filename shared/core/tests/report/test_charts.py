"""Charts show every series, survive odd numbers, and stay small."""

import math
import re
from xml.etree import ElementTree

import pytest

from gdl_core.report.charts import SHADES, Axis, curves, histogram, label, scatter, shaded


def drawn(figure: str) -> ElementTree.Element:
    return ElementTree.fromstring(figure)


def test_a_chart_is_well_formed_and_says_in_words_what_it_shows():
    root = drawn(curves({"a < b": ([1, 2], [3.0, 4.0])}, across="step", up="loss & co"))
    svg = root.find("svg")
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "loss & co by step: a < b ends at 4"
    assert root.find("figcaption/span").text == "a < b"


def test_the_upward_axis_is_logarithmic_only_where_values_span_a_decade():
    near = curves({"loss": ([1, 2, 3], [2.0, 1.5, 1.0])}, across="step", up="loss", decades=True)
    far = curves({"loss": ([1, 2, 3], [100.0, 10.0, 1.0])}, across="step", up="loss", decades=True)
    heights = [
        [float(point.split(",")[1]) for point in drawn(figure).find("svg/polyline").get("points").split()]
        for figure in (near, far)
    ]
    for first, second, third in heights:  # evenly falling, once by differences and once by ratios
        assert second - first == pytest.approx(third - second, abs=0.2)


def test_a_curve_skips_what_is_not_finite_and_draws_a_lone_point():
    root = drawn(curves({"loss": ([1, 2, 3], [math.nan, 1.0, math.inf])}, across="step", up="loss"))
    assert root.find("svg/circle") is not None
    assert "no numbers" in curves({"loss": ([1], [math.nan])}, across="step", up="loss")


def test_a_long_log_becomes_a_small_picture():
    steps = list(range(200_000))
    figure = curves({"loss": (steps, [1 / (1 + step) for step in steps])}, across="step", up="loss")
    assert len(figure) < 30_000


def test_a_histogram_has_one_shape_for_each_group_and_both_enclose_the_same_area():
    root = drawn(histogram({"samples": [1.5, 2.5, 2.6], "reference": [1.0] * 50 + [3.0] * 50}, across="weight"))
    areas = []
    for polygon in root.iter("polygon"):
        points = [tuple(map(float, point.split(","))) for point in polygon.get("points").split()]
        turns = zip(points, [*points[1:], points[0]], strict=True)
        areas.append(abs(sum(x * b - a * y for (x, y), (a, b) in turns)) / 2)
    assert areas[0] == pytest.approx(areas[1], rel=0.01)


def test_whole_numbers_get_a_bin_each():
    root = drawn(histogram({"rings": [1, 2, 2, 4]}, across="rings"))
    tops = {point.split(",")[1] for point in root.find("svg/polygon").get("points").split()}
    assert len(tops) == 3  # no molecule, one of four, two of four


@pytest.mark.parametrize("values", [[], [math.nan], [5.0], [5.0, 5.0]])
def test_a_histogram_takes_any_numbers(values):
    assert re.match("<figure|<p", histogram({"x": values}, across="x"))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-3.0, 17.0), (1e-7, 4e-7), (0, 123_456)])
def test_ticks_are_round_and_few(low, high):
    ticks = Axis(low, high, 0, 100).ticks()
    assert 3 <= len(ticks) <= 7
    assert all(low <= tick <= high for tick in ticks)


def test_labels_keep_four_digits():
    assert [label(x) for x in (0.0, 12.3456, 99_999, 1e7, -2e6)] == ["0", "12.35", "100k", "10M", "-2M"]


def test_a_scatter_shows_every_point_of_every_series():
    root = drawn(scatter({"a": [(0, 0), (1, 1)], "b": [(2, -1)]}, across="x", up="y"))
    assert [dot.get("class") for dot in root.iter("circle")] == ["series0", "series0", "series1"]
    assert root.find("svg").get("aria-label") == "y by x; a: 2 points; b: 1 points"
    assert "There are no numbers" in scatter({"a": []}, across="x", up="y")


def test_shades_follow_the_values_and_an_outlier_takes_none_of_them():
    values = [*range(100), 1e6]
    root = drawn(shaded([(value, 0) for value in range(101)], values, across="x", up="y", name="weight"))
    shades = [int(dot.get("class").removeprefix("shade")) for dot in root.iter("circle")]
    assert shades == sorted(shades) and set(shades) == set(range(SHADES))
    assert [key.text for key in root.findall("figcaption/span")] == ["weight 5 or less", "weight 95 or more"]
    assert "shade0" in shaded([(0, 0), (0, 0)], [1.0, 1.0], across="x", up="y", name="n")
