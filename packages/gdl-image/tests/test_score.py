"""Pictures are scored in nats and in bits per dimension, exactly or by a bound."""

import json
import math

import numpy as np
import pytest

from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline
from gdl_image.domain import DOMAIN
from gdl_image.representations import Pixels

PICTURES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("family", "kind", "words"),
    [("autoregressive", "exact", "; "), ("vae", "lower_bound", "; at most ")],
)
def test_a_score_says_bits_per_dimension_and_whether_they_are_a_bound(tmp_path, gdl, family, kind, words):
    representation = Pixels(size=8, colour="rgb")
    design = Design(family, representation.space, network_options={"width": 16})
    model = Pipeline(DOMAIN, representation, build(design), design).save(tmp_path / "model")
    np.savez(tmp_path / "pictures.npz", images=PICTURES)
    ended = gdl("score", tmp_path / "pictures.npz", "--model", model, "--json")
    found = json.loads(ended.out)
    assert found["kind"] == kind and len(found["items"]) == 4
    assert found["bits_per_dimension"] == pytest.approx(-found["mean"] / (8 * 8 * 3 * math.log(2)))
    assert 7 < found["bits_per_dimension"] < 12  # noise takes 8 bits from whoever knows that it is noise
    assert f"over 4{words}{found['bits_per_dimension']:.4f} bits per dimension" in ended.err
