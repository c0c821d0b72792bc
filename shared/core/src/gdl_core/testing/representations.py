"""Laws of representations."""

import json
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import pytest

from gdl_core.errors import RepresentationError
from gdl_core.randomness import Streams
from gdl_core.representation import Representation
from gdl_core.testing.spaces import equal

Same = Callable[[Any], Hashable]
"""What of an object must survive: the identity where nothing is lost."""


def an_object_survives_the_round_trip(representation: Representation, objects: Sequence[Any], same: Same) -> None:
    """``decode(encode(x))`` is x, up to what the representation says it loses."""
    for object in objects:
        assert same(representation.decode(representation.encode(object))) == same(object)


def a_sample_lies_in_the_space(representation: Representation, objects: Sequence[Any], same: Same) -> None:
    """What `encode` returns can be stored, which checks its shape and its symbols."""
    for object in objects:
        sample = representation.encode(object)
        assert equal(representation.space.unpack(representation.space.pack(sample)), sample)


def a_representation_survives_json(representation: Representation, objects: Sequence[Any], same: Same) -> None:
    """`from_config` undoes `to_config`, through text."""
    config = json.loads(json.dumps(representation.to_config()))
    again = type(representation).from_config(config)
    assert again.to_config() == representation.to_config()
    assert again.space == representation.space
    assert all(equal(again.encode(object), representation.encode(object)) for object in objects)


def widening_keeps_what_was_there(representation: Representation, objects: Sequence[Any], same: Same) -> None:
    """An object has the same sample before and after `extend`."""
    wider = type(representation).from_config(representation.to_config())
    wider.extend(objects)
    assert all(equal(wider.encode(object), representation.encode(object)) for object in objects)


def noise_is_an_object_or_is_refused(representation: Representation, objects: Sequence[Any], same: Same) -> None:
    """Any sample of the space decodes, or is a `RepresentationError`; it never fails in another way."""
    for sample in representation.space.separate(representation.space.noise(Streams(0, range(20)))):
        try:
            representation.decode(sample)
        except RepresentationError as refusal:
            assert str(refusal)


def a_foreign_object_is_refused(representation: Representation, objects: Sequence[Any], same: Same) -> None:
    """What is no object of the domain is a `RepresentationError`, not a crash."""
    with pytest.raises(RepresentationError):
        representation.encode("\0 no object of any domain \0")


REPRESENTATION_LAWS = (
    an_object_survives_the_round_trip,
    a_sample_lies_in_the_space,
    a_representation_survives_json,
    widening_keeps_what_was_there,
    noise_is_an_object_or_is_refused,
    a_foreign_object_is_refused,
)
