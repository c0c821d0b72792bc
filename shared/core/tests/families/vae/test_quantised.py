import math

import pytest
import torch

from gdl_core.errors import UsageError
from gdl_core.families import Encodes, HasLikelihood
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Tokens, Vector
from gdl_core.testing.families import learn

VARIANTS = ["vq", "fsq"]
TRANSFORMER = {"width": 16, "layers": 1, "heads": 2, "key_value_heads": 1}
OPTIONS = {"vq": {"codes": 12, "width": 4}, "fsq": {"levels": [4, 3]}}
GRIDS = {
    Grid(1, (28, 28), levels=256): (7, 7),
    Grid(3, (32,)): (8,),
    Grid(1, (8, 8, 8), levels=2): (2, 2, 2),
    Grid(2, (9, 3), levels=4): (3, 1),
}


def model_of(variant: str, space=Vector(2), **options):  # noqa: B008 - spaces are frozen
    symbols = {} if isinstance(space, Grid) else {"symbols": 3}
    design = Design(
        "vae",
        space,
        variant=variant,
        family_options=OPTIONS[variant] | symbols,
        network_options=TRANSFORMER | {"width": 16} | options,
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
@pytest.mark.parametrize("space", [Tokens(2, 6, variable=False), Grid(1, (2, 3), levels=2)], ids=["row", "map"])
def test_the_bound_is_what_the_code_says_plus_how_probable_the_code_is(variant, space):
    model = model_of(variant, space, **({"halvings": 1} if isinstance(space, Grid) else {})).eval()
    every = Batch(torch.cartesian_prod(*[torch.arange(2)] * 6).reshape(64, *space.parts[0].shape))
    assert isinstance(model, HasLikelihood) and isinstance(model, Encodes)
    with torch.no_grad():
        bound = model.log_prob(every).values
        codes = torch.cartesian_prod(*[torch.arange(12)] * model.codes.count)
        prior = model.prior.log_prob(Batch(codes)).values
        laid = model.codes.laid(model.quantiser.lookup(codes))
        given_code = [model.emission.log_prob(laid, every.rows([row] * len(codes))) for row in range(64)]
        exact = torch.stack([(each + prior).logsumexp(0) for each in given_code])  # the sum over all codes
    assert exact.exp().sum().item() == pytest.approx(1, abs=1e-4)
    assert (bound <= exact + 1e-5).all()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("space", "shape"), GRIDS.items(), ids=lambda value: str(getattr(value, "shape", value)))
def test_a_grid_has_a_symbol_for_each_region(variant, space, shape):
    model = model_of(variant, space)
    assert model.codes.shape == shape
    assert model.prior.space.max_length == math.prod(shape)
    batch = space.collate(model.sample(Streams(0, range(2))).samples)
    assert model.indices(batch).shape == (2, math.prod(shape))


def test_the_symbols_of_a_map_follow_its_axes_the_last_one_fastest():
    space = Grid(1, (16, 24), levels=2)
    codes = model_of("fsq", space).eval().codes
    real = Batch(torch.randn(2, 1, 16, 24, generator=torch.Generator().manual_seed(0)))
    with torch.no_grad():
        vectors, whole = codes.vectors(real), codes.encoder(real)
    assert torch.equal(codes.laid(vectors), whole)
    assert torch.equal(vectors[:, 2 * 6 + 5], whole[:, :, 2, 5])


def test_networks_that_disagree_about_the_map_are_refused():
    options = {"analysis": {"halvings": 1}, "synthesis": {"halvings": 2}}
    with pytest.raises(UsageError, match=r"shape \(8, 8\), but synthesis reads one of \(4, 4\)"):
        build(Design("vae", Grid(1, (16, 16), levels=2), variant="vq", network_options=options))


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
