"""Pictures are taken in small, with their classes, and what tells them apart is that of the whole."""

import numpy as np

from gdl_core.representation import Record
from gdl_image.metrics.gathered import Gathered

LARGE = np.random.default_rng(0).integers(0, 256, (300, 200, 3), dtype=np.uint8)


def test_a_picture_is_known_by_all_of_its_pixels_and_kept_small():
    other = LARGE.copy()
    other[7, 7] ^= 1
    found = Gathered.of([LARGE, other, LARGE])
    assert found.identities[0] == found.identities[2] != found.identities[1]
    assert [picture.shape for picture in found.pictures] == [(128, 128, 3)] * 3


def test_classes_stand_in_the_order_of_the_pictures():
    skipped = []
    records = [
        Record(LARGE, "a", {"class": "x"}),
        Record("text", "b", {"class": "y"}),
        LARGE,
        Record(LARGE, "c", {"class": 3}),
    ]
    found = Gathered.of([*records, None], skipped=skipped.append)
    assert found.classes == ["x", "", "3"] and len(found.pictures) == 3
    assert [skip.where for skip in skipped] == ["b", "picture 5"]
