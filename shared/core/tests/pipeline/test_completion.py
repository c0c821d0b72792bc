"""What is known of an object is kept, where the family can keep it."""

import pytest
import torch

from gdl_core.domains import Domain
from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline, complete
from gdl_core.representation import Representation
from gdl_core.spaces import Grid, Tokens

DOMAIN = Domain("squares", "Squares of levels", "square")


class Levels(Representation):
    """A tensor of levels as itself."""

    name = "levels"

    def __init__(self, space):
        self.space = space

    def encode(self, object):
        return object

    def decode(self, sample):
        return sample

    def to_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        raise NotImplementedError


def pipeline(space):
    design = Design("autoregressive", space, network_options={"width": 16})
    return Pipeline(DOMAIN, Levels(space), build(design), design)


def test_what_is_known_is_kept_and_the_rest_does_not_depend_on_the_batch_size():
    squares = list(torch.randint(0, 5, (3, 1, 4, 4), generator=torch.Generator().manual_seed(0)))
    known = torch.eye(4, dtype=torch.bool)
    model = pipeline(Grid(1, (4, 4), levels=5))
    found = torch.stack(complete(model, squares, known, seed=1))
    assert torch.equal(found[..., known], torch.stack(squares)[..., known])
    assert not torch.equal(found, torch.stack(squares))
    assert torch.equal(found, torch.stack(complete(model, squares, known, seed=1, batch_size=2)))


def test_a_family_that_cannot_keep_what_is_known_is_refused_and_others_are_named():
    with pytest.raises(UsageError, match=r"cannot draw around what is known; these can: .*diffusion \(masked\)"):
        complete(pipeline(Tokens(5, 6)), [torch.tensor([1, 2])], torch.ones(6, dtype=torch.bool))
