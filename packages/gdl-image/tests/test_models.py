"""The shipped models do what their cards say, in small."""

import numpy as np
import pytest

from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.latent import reconstruct
from gdl_core.representation import Record
from gdl_image.domain import DOMAIN
from gdl_image.features import find

MODELS = DOMAIN.shipped_models()
LARGEST, ALL = 5_000_000, 25_000_000


@pytest.fixture(scope="module")
def clothes():
    """Pictures that are near enough to data, as a shipped model draws them."""
    return list(Pipeline.from_pretrained("r3gan", DOMAIN).sample(6, seed=0).arrays)


def seen_as(name, asked, count, **options):
    """Return in which share of a model's draws of a class a classifier sees it, and the draws."""
    drawn = Pipeline.from_pretrained(name, DOMAIN).sample(count, seed=0, conditions={"class": asked}, **options).arrays
    fashion = find("fashion")
    return np.mean(fashion.see(drawn).classes == fashion.classes.index(asked)), drawn


def test_no_model_is_larger_than_five_megabytes_nor_all_than_twenty_five():
    sizes = [sum(file.stat().st_size for file in folder.iterdir()) for folder in MODELS.values()]
    assert max(sizes) <= LARGEST and sum(sizes) <= ALL


def test_there_is_a_model_of_each_family():
    families = {Pipeline.from_pretrained(name, DOMAIN).design.family for name in MODELS}
    assert families == {"autoregressive", "diffusion", "energy", "flow", "gan", "vae"}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("r3gan", {}),
        ("vq-transformer", {"temperature": 0.5, "guidance": 3.0}),
        pytest.param("latent-diffusion", {"guidance": 1.7, "steps": 8}, marks=pytest.mark.slow),
    ],
)
def test_what_is_asked_for_is_drawn_and_no_two_are_alike(name, options):
    share, drawn = seen_as(name, "Trouser", 12, **options)
    assert share >= 0.75
    assert len({picture.tobytes() for picture in drawn}) == 12


def test_smileys_are_yellow_on_white_and_tiles_are_not_all():
    pipeline = Pipeline.from_pretrained("emoji", DOMAIN)
    smileys, tiles = (
        np.stack(pipeline.sample(4, seed=0, conditions={"class": name}, steps=8).arrays).astype(int)
        for name in ("smiley", "symbol")
    )
    assert smileys.shape == (4, 32, 32, 3) and (smileys[:, [0, -1]][:, :, [0, -1]] > 230).all()
    yellow = [(pictures[..., 0] - pictures[..., 2]).mean() for pictures in (smileys, tiles)]
    assert yellow[0] > 60 > yellow[1]


@pytest.mark.parametrize("name", ["pixelcnn++", "glow", "vq-transformer"])
def test_clothes_are_likelier_than_their_shuffled_pixels(name, clothes):
    pipeline, shuffle = Pipeline.from_pretrained(name, DOMAIN), np.random.default_rng(0).permutation(28 * 28)
    shuffled = [picture.reshape(-1, 1)[shuffle].reshape(28, 28, 1) for picture in clothes]
    right, wrong = (pipeline.score(each).values for each in (clothes, shuffled))
    assert (right > wrong).all()


def test_glow_gives_every_picture_back(clothes):
    records = [Record(picture, str(place)) for place, picture in enumerate(clothes)]
    back = reconstruct(Pipeline.from_pretrained("glow", DOMAIN), records).found
    assert np.abs(np.stack(back).astype(int) - np.stack(clothes)).max() <= 1


@pytest.mark.slow
def test_ebm_walks_to_pictures_that_are_dark_at_their_rims_and_not_the_same():
    drawn = Pipeline.from_pretrained("ebm", DOMAIN).sample(4, seed=0, conditions={"class": "Bag"}, steps=30).arrays
    assert len({picture.tobytes() for picture in drawn}) == 4
    assert np.mean([picture[:, [0, -1]].mean() for picture in drawn]) < np.mean([p.mean() for p in drawn])
