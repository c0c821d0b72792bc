"""Known pixels come back byte for byte from untrained models of every family, and the rest is drawn anew."""

import numpy as np
import pytest
import torch
from PIL import Image

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_image.domain import DOMAIN
from gdl_image.inpainting import drawn_mask, inpaint, rectangle
from gdl_image.representations import Pixels

REPRESENTATION = Pixels(size=8, colour="gray")
PICTURES = list(np.random.default_rng(0).integers(0, 256, (3, 8, 8, 1), dtype=np.uint8))
KNOWN = rectangle("2,3,4,4", (8, 8))
SMALL = {"width": 16}
QUICK = {
    "autoregressive": {},
    "diffusion": {"steps": 2},
    "energy": {"steps": 2},
    "flow": {},
    "gan": {},
    "vae": {},
}


def pipeline(family, *, representation=REPRESENTATION, variant=None):
    design = Design(family, representation.space, network_options=SMALL, variant=variant)
    return Pipeline(DOMAIN, representation, build(design), design)


@pytest.mark.parametrize("family", QUICK)
def test_what_is_known_comes_back_byte_for_byte_and_the_rest_is_new(family):
    painted = inpaint(pipeline(family), PICTURES, KNOWN, seed=1, **QUICK[family])
    for given, found in zip(PICTURES, painted, strict=True):
        assert found.dtype == np.uint8 and found.shape == given.shape
        assert np.array_equal(found[KNOWN], given[KNOWN])
        assert not np.array_equal(found[~KNOWN], given[~KNOWN])


def test_the_batch_size_changes_nothing_and_the_seed_does():
    model = pipeline("autoregressive")
    whole, singly, other = (
        inpaint(model, PICTURES, KNOWN, seed=seed, batch_size=size) for seed, size in ((1, 3), (1, 1), (2, 3))
    )
    assert np.array_equal(whole, singly) and not np.array_equal(whole, other)


def test_each_channel_of_a_colour_is_kept():
    colours = Pixels(size=8, colour="rgb")
    pictures = np.random.default_rng(1).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    painted = inpaint(pipeline("diffusion", representation=colours), list(pictures), KNOWN, steps=2)
    assert np.array_equal(np.stack(painted)[:, KNOWN], pictures[:, KNOWN])


def test_a_mask_that_hides_nothing_or_has_another_size_is_refused():
    model = pipeline("autoregressive")
    with pytest.raises(UsageError, match="nothing is hidden"):
        inpaint(model, PICTURES, np.ones((8, 8), bool))
    with pytest.raises(UsageError, match="9 x 8, and the pictures of this model are 8 x 8"):
        inpaint(model, PICTURES, np.zeros((9, 8), bool))
    with pytest.raises(RepresentationError, match="8 x 9"):
        drawn_mask(np.zeros((8, 9, 1), np.uint8), (8, 8))


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "-1,0,2,2", "0,0,0,2", "6,0,4,2", "0,7,1,2"])
def test_what_is_no_rectangle_within_the_pictures_is_refused(text):
    with pytest.raises(UsageError, match="rectangle"):
        rectangle(text, (8, 8))


def test_the_command_paints_what_a_mask_hides(tmp_path, gdl):
    model = pipeline("autoregressive").save(tmp_path / "model")
    for number, picture in enumerate(PICTURES):
        (tmp_path / "pictures").mkdir(exist_ok=True)
        Image.fromarray(picture[..., 0]).save(tmp_path / "pictures" / f"{number}.png")
    Image.fromarray(KNOWN.astype(np.uint8) * 255).save(tmp_path / "mask.png")
    common = ("image", "inpaint", tmp_path / "pictures", "--model", model, "--seed", "1")
    by_mask = gdl(*common, "--known", tmp_path / "mask.png", "--out", tmp_path / "a.npz", "--json")
    by_sides = gdl(*common, "--hide", "2,3,4,4", "--out", tmp_path / "b.npz")
    assert by_mask.code == by_sides.code == 0 and by_mask.json["hidden"] == 16
    found, again = (np.load(tmp_path / name, allow_pickle=False)["images"] for name in ("a.npz", "b.npz"))
    assert np.array_equal(found, again)
    assert np.array_equal(found[:, KNOWN], np.stack(PICTURES)[:, KNOWN])
    assert gdl(*common, "--out", tmp_path / "c.npz").code == 2


def test_a_mask_is_white_where_a_picture_is_known():
    assert torch.equal(torch.from_numpy(drawn_mask(np.uint8([[[200, 200, 200, 255], [200, 200, 200, 0]]]), (1, 2))), torch.tensor([[True, False]]))
