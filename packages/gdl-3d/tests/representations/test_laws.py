"""Every representation of shapes keeps the laws; what it loses is what it says."""

import numpy as np
import pytest
import torch
import trimesh

from gdl_3d.representations.distance import Distance
from gdl_3d.representations.mesh import MeshTokens
from gdl_3d.representations.occupancy import Occupancy
from gdl_3d.representations.points import SurfacePoints
from gdl_3d.shape import Shape
from gdl_core.errors import RepresentationError
from gdl_core.testing import REPRESENTATION_LAWS

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 1)))
BALL = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=2))
SHEET = Shape([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])


def proportions(shape):
    """Return the extents as shares of the longest, to a quarter: walls grow by a cell."""
    return tuple(np.rint(shape.extents / shape.extents.max() * 4).astype(int).tolist())


REPRESENTATIONS = {
    "occupancy": (Occupancy(16), [BOX, BALL], proportions),
    "distance": (Distance(32), [BALL], proportions),
    "points": (SurfacePoints(256), [BOX, BALL], proportions),
    "points with normals": (SurfacePoints(256, normals=True), [BALL], proportions),
    "mesh": (MeshTokens(), [BOX, BALL, SHEET], lambda shape: (len(shape.vertices), len(shape.faces))),
}


@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_every_law_of_representations_holds(law, name):
    representation, shapes, same = REPRESENTATIONS[name]
    law(representation, shapes, same)


@pytest.mark.parametrize("representation", [Occupancy(16), Distance(16)], ids=["occupancy", "distance"])
@pytest.mark.parametrize("filled", [0.02, 0.2, 0.5, 0.9])
def test_noise_becomes_a_watertight_solid_of_positive_volume(representation, filled):
    cells = torch.rand(1, 16, 16, 16, generator=torch.Generator().manual_seed(0))
    sample = (
        (cells < filled).long() if representation.name == "occupancy" else (cells / filled * 255).clamp(0, 255).long()
    )
    mesh = representation.decode(sample).to_trimesh()
    assert mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0


@pytest.mark.parametrize("representation", [Occupancy(16), Distance(16)], ids=["occupancy", "distance"])
def test_an_open_sheet_becomes_a_solid(representation):
    mesh = representation.decode(representation.encode(SHEET)).to_trimesh()
    assert mesh.is_watertight and mesh.volume > 0


def test_a_shape_turned_inside_out_fills_the_same_cells():
    inverted = Shape(BALL.vertices, BALL.faces[:, ::-1])
    assert torch.equal(Occupancy(16).encode(inverted), Occupancy(16).encode(BALL))


def test_cells_filled_by_a_ball_have_its_volume():
    share = Occupancy(32).encode(BALL).float().mean().item()
    assert share == pytest.approx(np.pi / 6, rel=0.15)


def test_distances_are_those_to_the_surface_within_a_fifth_of_a_cell():
    sphere = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=4))
    found = Distance(32, reach=3.0).encode(sphere)[0].numpy() / 255 * 3.0
    centres = np.stack(np.meshgrid(*[np.arange(32) + 0.5 - 16] * 3, indexing="ij"), -1)
    true = np.minimum(np.abs(np.linalg.norm(centres, axis=-1) - 15), 3.0)
    assert np.abs(found - true).max() < 0.2


def test_parts_below_a_twentieth_of_the_largest_are_left_out():
    cells = torch.zeros(1, 16, 16, 16, dtype=torch.long)
    cells[0, 2:10, 2:10, 2:10] = 1
    cells[0, 14, 14, 14] = 1
    assert Occupancy(16).decode(cells).to_trimesh().body_count == 1


def test_an_empty_grid_is_refused():
    with pytest.raises(RepresentationError, match="nothing is there"):
        Occupancy(8).decode(torch.zeros(1, 8, 8, 8, dtype=torch.long))


def test_points_lie_on_the_surface_and_are_even():
    points = SurfacePoints(256).encode(BOX).numpy()
    assert np.abs(np.abs(points / [0.5, 1, 0.5]).max(1) - 1).max() < 1e-6
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1) + 9 * np.eye(256)
    assert apart.min(1).min() > 0.4 * np.median(apart.min(1))


def test_normals_of_a_ball_point_away_from_its_middle():
    sample = SurfacePoints(128, normals=True).encode(BALL)
    assert ((sample[:, :3] * sample[:, 3:]).sum(1) > 0.9 * sample[:, :3].norm(dim=1)).all()


def test_a_cloud_with_too_few_points_is_refused():
    with pytest.raises(RepresentationError, match="the cloud has 4 points, and 512"):
        SurfacePoints().encode(Shape(SHEET.vertices))


def test_a_mesh_on_the_lattice_comes_back_the_same_but_for_the_order():
    tokens = MeshTokens(levels=33)
    once = tokens.decode(tokens.encode(BALL))
    assert tokens.decode(tokens.encode(once)) == once
    assert once.to_trimesh().is_watertight and once.to_trimesh().volume > 0


def test_a_mesh_of_too_many_faces_is_coarsened():
    fine = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=4))
    coarse = MeshTokens(faces=100).decode(MeshTokens(faces=100).encode(fine))
    assert 20 < len(coarse.faces) <= 100


@pytest.mark.parametrize(
    "tokens, message",
    [
        ([0, 1, 2], "stands 0 times"),
        ([64, 64], "stands 2 times"),
        ([0, 1, 64], "three for each"),
        ([0, 0, 0, 64, 65, 66, 67], "names vertex 2 of 1"),
        ([0, 0, 0, 64, 65, 65, 65], "no face"),
        ([64], "no face"),
    ],
)
def test_tokens_that_are_no_mesh_are_refused(tokens, message):
    with pytest.raises(RepresentationError, match=message):
        MeshTokens().decode(torch.tensor(tokens))


def test_a_sliver_a_thousand_units_long_is_covered_in_bounded_memory():
    sliver = Shape([[0, 0, 0], [1000, 0, 0], [500, 1e-6, 0]], [[0, 1, 2]])
    assert Occupancy(32).encode(sliver).sum() > 0
