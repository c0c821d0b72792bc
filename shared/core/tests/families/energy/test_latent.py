"""An energy over the codes of an autoencoder."""

import torch

from gdl_core.families import Draws, HasLikelihood
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Tokens, Vector

WORDS = Tokens(5, 6, variable=False)
BATCH = Batch(torch.randint(5, (8, 6), generator=torch.Generator().manual_seed(0)))


def model_of(space=WORDS, **options):
    return build(Design("energy", space, variant="latent", family_options=options, network_options={"width": 16}))


def test_no_gradient_of_the_energy_reaches_the_codes_nor_one_of_the_autoencoder_the_energy():
    model = model_of(latent=3)
    autoencoder, prior = model.phases()
    prior.loss(BATCH).sum().backward()
    assert all(parameter.grad is None for parameter in autoencoder.parameters)
    assert all(parameter.grad is not None for parameter in prior.parameters)
    model.zero_grad()
    autoencoder.loss(BATCH).sum().backward()
    assert all(parameter.grad is None for parameter in prior.parameters)


def test_the_energy_is_one_of_codes_however_large_a_sample_is():
    assert model_of(Grid(1, (16, 16), levels=2), latent=3).prior.space == Vector(3)


def test_codes_at_the_end_of_a_walk_are_brought_back_to_where_codes_lie(monkeypatch):
    model, streams = model_of(latent=2).eval(), Streams(0, range(3))
    model.standard.learn(torch.tensor([[3.0, 7.0], [5.0, 9.0]]))
    ones = torch.ones(3, 2)
    monkeypatch.setattr(model.prior, "sample", lambda streams, **options: Draws(list(ones)))
    drawn = model.sample(streams, temperature=0).samples
    expected = model.decode(model.standard.undo(ones), streams).samples
    assert torch.equal(torch.stack(drawn), torch.stack(expected))


def test_the_walk_takes_as_many_steps_of_the_sampler_as_asked(monkeypatch):
    model, seen = model_of(latent=2).eval(), {}
    monkeypatch.setattr(
        model.prior, "sample", lambda streams, **options: seen.update(options) or Draws([torch.ones(2)])
    )
    model.sample(Streams(0, range(1)), sampler="mala", steps=7, size=0.1, guidance=2.0, jump=False)
    assert seen == {"conditions": {}, "sampler": "mala", "steps": 7, "size": 0.1, "guidance": 2.0, "jump": False}


def test_no_likelihood_is_claimed_since_the_constant_is_not_known():
    assert not isinstance(model_of(latent=2), HasLikelihood)
