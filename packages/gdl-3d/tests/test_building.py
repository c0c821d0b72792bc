"""Shapes that are built on the spot."""

from collections import Counter
from itertools import islice

import pytest

from gdl_3d.building import KINDS, procedural
from gdl_3d.shape import identity
from gdl_3d.soundness import soundness

RECORDS = list(procedural(50, seed=1))


def test_every_one_is_a_solid_of_one_part_that_stands_upright_on_the_ground():
    for record in RECORDS:
        found = soundness(record.object)
        assert found.solid and found.parts == 1, record
        assert record.object.vertices[:, 1].min() == pytest.approx(0, abs=0.02), record


def test_classes_come_in_turn_and_a_fifth_of_each_is_held_out():
    told = Counter((record.properties["class"], record.properties["split"]) for record in RECORDS)
    assert told == {(kind, split): {"train": 8, "test": 2}[split] for kind in KINDS for split in ("train", "test")}


def test_no_two_are_alike():
    assert len({identity(record.object) for record in RECORDS}) == 50


def test_a_shape_follows_from_the_seed_and_its_number_alone():
    assert [record.object for record in procedural(3, seed=1)] == [record.object for record in islice(RECORDS, 3)]
    assert next(procedural(1, seed=2)).object != RECORDS[0].object
