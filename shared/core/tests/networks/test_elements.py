"""What a network can tell apart, and what it starts from."""

import torch

from gdl_core.networks.elements import TransformerDenoiser
from gdl_core.networks.graphs import GraphDenoiser
from gdl_core.networks.patches import PatchTransformer
from gdl_core.networks.unet import UNet
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph, Grid, Points, Tokens


def test_a_denoiser_starts_at_zero():
    for network, space in (
        (UNet, Grid(2, (5, 4))),
        (PatchTransformer, Grid(2, (5, 4))),
        (TransformerDenoiser, Points(4, 2)),
        (GraphDenoiser, Graph(4, 2, 2)),
    ):
        parts = space.normal(Streams(0, range(2)))
        batch = Batch(parts[0], None, parts[1] if len(parts) > 1 else None)
        found = network(space, outputs=(1,) * len(parts), width=16, layers=1)(batch, torch.zeros(2))
        assert all(not tensor.any() for tensor in found)


def test_equal_tokens_are_told_apart_by_their_places():
    model = TransformerDenoiser(Tokens(3, 4, variable=False), outputs=(3,), width=16, layers=1, heads=2)
    with torch.no_grad():
        model.stack.answers.weight.normal_(generator=torch.Generator().manual_seed(0))
    (found,) = model(Batch(torch.ones(1, 4, 3)), torch.zeros(1))
    assert torch.cdist(found[0], found[0]).add(torch.eye(4)).min() > 1e-4
