import pytest
import torch

from gdl_core.families import Encodes, HasLikelihood
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Vector
from gdl_core.testing.families import learn

VARIANTS = ["vq", "fsq"]
SMALL = {"width": 16, "layers": 1, "heads": 2, "key_value_heads": 1}
OPTIONS = {"vq": {"codes": 12, "symbols": 3, "width": 4}, "fsq": {"levels": [4, 3], "symbols": 3}}


def model_of(variant: str, space=None):
    options = SMALL if space is None else {name: SMALL[name] for name in SMALL}
    design = Design(
        "vae", space or Vector(2), variant=variant, family_options=OPTIONS[variant], network_options=options
    )
    return build(design)


def data(count: int = 6) -> Batch:
    return Batch(torch.randn(count, 2, generator=torch.Generator().manual_seed(0)))


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_gradient_of_the_prior_reaches_the_codes_nor_one_of_the_autoencoder_the_prior(variant):
    model = model_of(variant)
    autoencoder, prior = model.phases()
    prior.loss(data()).sum().backward()
    assert all(parameter.grad is None for parameter in autoencoder.parameters)
    model.zero_grad()
    autoencoder.loss(data()).sum().backward()
    assert all(parameter.grad is None for parameter in prior.parameters)
    known = {id(parameter) for phase in (autoencoder, prior) for parameter in phase.parameters}
    assert known == {id(parameter) for parameter in model.parameters()}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_bound_is_what_the_code_says_plus_how_probable_the_code_is(variant):
    model = model_of(variant, Grid(1, (2, 1), levels=2)).eval()
    every = Batch(torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]])[:, None, :, None])
    assert isinstance(model, HasLikelihood) and isinstance(model, Encodes)
    with torch.no_grad():
        bound = model.log_prob(every).values
        codes = torch.cartesian_prod(*[torch.arange(12)] * 3)  # the sum over all codes is the exact likelihood
        prior = model.prior.log_prob(Batch(codes)).values
        vectors = model.quantiser.lookup(codes).flatten(1)
        exact = torch.stack(
            [
                (model.emission.log_prob(vectors, every.rows([row] * len(codes))) + prior).logsumexp(0)
                for row in range(4)
            ]
        )
    assert exact.exp().sum().item() == pytest.approx(1, abs=1e-4)
    assert (bound <= exact + 1e-5).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_code_decodes_the_same_whoever_asks_and_its_neighbourhood_too(variant):
    model = model_of(variant).eval()
    codes = model.encode(data())
    assert torch.equal(codes, model.quantiser.lookup(model.indices(data())))
    one = torch.stack(model.decode(codes, Streams(0, range(6))).samples)
    other = torch.stack(model.decode(codes + 1e-4, Streams(1, range(6))).samples)
    assert torch.equal(one, other)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_prior_learns_the_codes_that_the_encoder_makes(variant):
    model = model_of(variant)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        learn(model, data(), steps=120)
    model.eval()
    seen = {tuple(code) for code in model.indices(data()).tolist()}
    drawn = [tuple(code.tolist()) for code in model.prior.sample(Streams(0, range(100))).samples]
    assert sum(code in seen for code in drawn) > 60  # of 12^3 codes


def test_a_codebook_goes_with_the_model_and_learns_in_training_only():
    model = model_of("vq")
    assert {"quantiser.vectors", "quantiser.sums", "quantiser.counts"} <= model.state_dict().keys()
    before = model.quantiser.vectors.clone()
    model.eval().loss(data())
    assert torch.equal(model.quantiser.vectors, before)
    model.train().loss(data())
    assert not torch.equal(model.quantiser.vectors, before)
