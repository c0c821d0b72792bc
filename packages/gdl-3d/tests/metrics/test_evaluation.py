"""Samples against a reference, and references in files."""

import numpy as np
import pytest
import trimesh

from gdl_3d.metrics import Reference, evaluate, neighbours
from gdl_3d.shape import Shape
from gdl_core.errors import InputError


def boxes(count, seed=0):
    sizes = np.random.default_rng(seed).uniform(0.2, 1, size=(count, 3))
    return [Shape.from_trimesh(trimesh.creation.box(extents)) for extents in sizes]


def balls(count):
    return [
        Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=2, radius=number + 1)) for number in range(count)
    ]


def test_a_set_against_itself_is_at_no_distance_and_covers_all():
    shapes = boxes(6)
    result = evaluate(shapes, shapes, points=64, earth_mover=True)
    assert result["chamfer_mmd"] == result["emd_mmd"] == pytest.approx(0, abs=1e-12)
    assert result["chamfer_cov"] == result["emd_cov"] == result["solid"] == result["comparable"] == 1
    assert result["jsd"] == 0


def test_place_and_size_make_no_difference():
    shapes = boxes(4)
    moved = [Shape(shape.vertices * 7 + [1, 2, 3], shape.faces) for shape in shapes]
    assert evaluate(moved, shapes, points=64)["chamfer_mmd"] == pytest.approx(0, abs=1e-10)


def test_balls_are_told_from_boxes():
    result = evaluate(balls(6), boxes(6), points=64)
    assert result["chamfer_1nna"] > 0.9 > 0.5 > result["chamfer_cov"]


def test_half_of_the_references_are_near_what_was_trained_on_and_copies_all_are():
    train, reference = boxes(30, seed=1), boxes(20, seed=2)
    near = evaluate(reference, reference, train=train, points=64)
    assert near["near_train"] == pytest.approx(0.5, abs=0.05)
    assert evaluate(train[:5], reference, train=train, points=64)["near_train"] == 1
    assert evaluate(balls(3), reference, train=train, points=64)["near_train"] == 0


def test_what_is_no_shape_counts_as_such_and_an_open_mesh_as_unsound():
    open_box = Shape(boxes(1)[0].vertices, boxes(1)[0].faces[:-1])
    result = evaluate([None, open_box, *boxes(2)], boxes(4), points=64)
    assert result["comparable"] == 0.75
    assert result["watertight"] == result["solid"] == 0.5


def test_clouds_are_compared_and_not_asked_for_holes():
    clouds = [Shape(np.random.default_rng(seed).normal(size=(64, 3))) for seed in range(3)]
    result = evaluate(clouds, boxes(3), points=64)
    assert result["chamfer_mmd"] > 0 and result["solid"] is None


def test_nothing_comparable_is_said_and_nothing_at_all_is_refused():
    result = evaluate([None], boxes(2), points=64)
    assert result["chamfer_mmd"] is None and "nothing to compare" in result["notes"][0]
    with pytest.raises(InputError, match="no samples"):
        evaluate([], boxes(2))


def test_a_reference_survives_its_file(tmp_path):
    reference = Reference.measure(boxes(3), points=64)
    place = reference.save(tmp_path / "boxes.npz")
    assert Reference.load(place).clouds == pytest.approx(reference.clouds, abs=1e-7)
    (tmp_path / "bad.npz").write_bytes(place.read_bytes()[:100])
    with pytest.raises(InputError, match="make it again"):
        Reference.load(tmp_path / "bad.npz")


def test_what_cannot_stand_in_a_reference_is_named():
    found = []
    Reference.measure([Shape([[0, 0, 0], [1, 1, 1]]), *boxes(1)], points=64, skipped=found.append)
    assert [(skip.where, "64 are asked for" in skip.reason) for skip in found] == [("shape 1", True)]
    with pytest.raises(InputError, match="no shape to compare with"):
        Reference.measure([], points=64)


def test_the_nearest_of_a_shape_is_itself():
    shapes = boxes(5)
    found = neighbours(shapes, shapes, points=64)
    assert [place for place, _ in found] == list(range(5))
    assert [alike for _, alike in found] == pytest.approx([1] * 5, abs=1e-6)
