"""Numbers of shapes: known bodies."""

import numpy as np
import pytest
import trimesh

from gdl_3d.measures import histograms
from gdl_3d.shape import Shape

BALL = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=4, radius=7))


def test_a_ball_of_any_size_has_the_area_and_the_volume_of_one_that_is_one_wide():
    [area], [volume] = (histograms([BALL])[name] for name in ("area", "volume"))
    assert area == pytest.approx(np.pi, rel=0.01) and volume == pytest.approx(np.pi / 6, rel=0.01)


def test_turned_inside_out_it_has_the_same():
    turned = histograms([Shape(BALL.vertices, BALL.faces[:, ::-1])])
    assert {name: values[0] for name, values in turned.items()} == pytest.approx(
        {name: values[0] for name, values in histograms([BALL]).items()}
    )


def test_a_cloud_has_sizes_only_and_nothing_has_no_numbers():
    cloud = Shape([[0, 0, 0], [1, 2, 4]])
    assert histograms([cloud]) == {"width": [0.25], "height": [0.5], "depth": [1.0]}
    assert histograms([cloud, BALL])["faces"] == [len(BALL.faces)]
    assert histograms([]) == {}


def test_one_point_has_no_size_and_no_error():
    assert histograms([Shape([[3, 3, 3]])])["width"] == [0.0]
