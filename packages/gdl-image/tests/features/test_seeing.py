"""Networks are found by name and see pictures of any size."""

from importlib.util import find_spec

import numpy as np
import pytest
import torch

from gdl_core.errors import RepresentationError, UsageError
from gdl_image.features import NAMES, find, fitting, lite
from gdl_image.features.fashion import WEIGHTS, FashionClassifier


def trousers() -> np.ndarray:
    """Two legs, as a child would draw them."""
    picture = np.zeros((28, 28, 1), np.uint8)
    picture[2:8, 8:20] = picture[8:27, 8:13] = picture[8:27, 15:20] = 200
    return picture


def test_the_classifier_knows_trousers():
    clothes = find("fashion")
    seen = clothes.see([trousers()])
    assert clothes.classes[seen.classes[0]] == "Trouser"
    assert seen.vectors.shape == (1, 64) and seen.vectors.min() >= 0


def test_the_weights_are_small():
    assert WEIGHTS.stat().st_size < 400_000
    assert sum(parameter.numel() for parameter in FashionClassifier().parameters()) < 200_000


def test_what_is_seen_does_not_depend_on_how_many_are_looked_at():
    pictures = np.random.default_rng(0).integers(0, 256, (130, 28, 28, 1), dtype=np.uint8)
    together, singly = find("fashion").see(pictures), find("fashion").see(pictures[129:])
    assert np.allclose(together.vectors[129], singly.vectors[0], atol=1e-4)


def test_pictures_of_any_size_and_colour_are_seen_and_what_is_none_is_refused():
    large = np.repeat(np.repeat(np.repeat(trousers(), 3, 0), 3, 1), 3, 2)
    assert find("fashion").see([large, trousers()]).classes.tolist() == [1, 1]
    assert find("fashion").see([]).vectors.shape == (0, 64)
    with pytest.raises(RepresentationError, match="no picture|is none"):
        find("fashion").see([None])


def test_another_name_is_refused():
    with pytest.raises(UsageError, match="did you mean 'fashion'"):
        find("fasion")
    assert NAMES == ("fashion", "lite0")


def test_gray_pictures_fit_the_classifier_and_colours_say_what_to_install(monkeypatch):
    assert fitting(1) == "fashion"
    monkeypatch.setattr("gdl_image.features.seeing.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r'pip install "gdl-image\[features\]"'):
        fitting(3)
    monkeypatch.setattr("gdl_image.features.lite.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="not installed"):
        lite.load()


def test_the_padding_of_a_stride_is_that_of_tensorflow():
    step = lite._Step(1, 1, 3, stride=2, cut=False).eval()
    with torch.no_grad():
        step[0].weight.fill_(1)
        found = step(torch.ones(1, 1, 4, 4))
    assert found.shape == (1, 1, 2, 2)
    assert torch.allclose(found[0, 0], torch.tensor([[9.0, 6.0], [6.0, 4.0]]), atol=0.01)  # zeros behind, none before


@pytest.mark.slow
@pytest.mark.skipif(not find_spec(lite.PACKAGE), reason="the weights of EfficientNet-Lite0 are not installed")
@pytest.mark.parametrize(("name", "place"), [("coffee", 967), ("chelsea", 285)])
def test_lite0_sees_an_espresso_and_an_egyptian_cat(name, place):
    data = pytest.importorskip("skimage.data")
    assert find("lite0").see([getattr(data, name)()]).classes.tolist() == [place]
