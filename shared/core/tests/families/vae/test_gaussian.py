import math

import pytest
import torch
from torch import nn

from gdl_core.conditions import ClassCondition
from gdl_core.families import Encodes, HasLikelihood
from gdl_core.families.vae import GaussianVAE
from gdl_core.families.vae.gaussian import FIRST, divergence_from_prior
from gdl_core.pairing import Design, build
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Graph, GraphSample, Points, Vector
from gdl_core.testing.families import same_randomness


class LinearEncoder(nn.Module):
    """A linear mean and a deviation that is the same for every sample."""

    def __init__(self, size: int, outputs: int) -> None:
        super().__init__()
        self.mean = nn.Linear(size, outputs // 2)
        self.log_deviation = nn.Parameter(torch.zeros(outputs // 2))

    def forward(self, batch: Batch) -> torch.Tensor:
        return torch.cat([self.mean(batch.values), self.log_deviation.expand(len(batch), -1)], 1)


class LinearDecoder(nn.Module):
    """A linear mean and one deviation."""

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__()
        self.mean = nn.Linear(inputs, size)
        self.log_deviation = nn.Parameter(torch.zeros(()))

    def forward(self, codes, conditions):
        mean = self.mean(codes)
        return (torch.stack([mean, self.log_deviation.expand_as(mean)], -1),)


def linear_model(size: int, **options) -> GaussianVAE:
    def networks(role, *, space=None, inputs=0, outputs=()):
        return LinearEncoder(size, outputs[0]) if role == "encoder" else LinearDecoder(inputs, size)

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return GaussianVAE(Vector(size), networks, **options)


def gaussian_of(model: GaussianVAE) -> torch.distributions.MultivariateNormal:
    """Return the exact distribution of a linear model's samples."""
    weight, bias = model.emission.decoder.mean.weight.double(), model.emission.decoder.mean.bias.double()
    noise = (2 * model.emission.decoder.log_deviation.double()).exp()
    return torch.distributions.MultivariateNormal(bias, weight @ weight.T + noise * torch.eye(len(bias)))


def probabilistic_pca(train: torch.Tensor, latent: int) -> torch.distributions.MultivariateNormal:
    """Return the most probable linear-Gaussian model, in closed form (Tipping and Bishop 1999)."""
    values, vectors = torch.linalg.eigh(torch.cov(train.T, correction=0))
    noise, values, vectors = values[:-latent].mean(), values[-latent:], vectors[:, -latent:]
    covariance = (vectors * (values - noise)) @ vectors.T + noise * torch.eye(len(vectors))
    return torch.distributions.MultivariateNormal(train.mean(0), covariance)


@pytest.mark.slow
def test_a_linear_model_of_digits_reaches_probabilistic_pca_within_one_percent():
    digits = pytest.importorskip("sklearn.datasets").load_digits().data
    noise = torch.rand(digits.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    data = (torch.from_numpy(digits) + noise) / 17
    train, test = data[:1500], data[1500:]
    optimum = probabilistic_pca(train, 8)
    model = linear_model(64, latent=8)
    steps = 1500
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-2)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: (1 - step / steps) ** 2)
    with same_randomness():
        for _ in range(steps):
            model.loss(Batch(train[torch.randint(1500, (400,))].float())).mean().backward()
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
        with torch.no_grad():
            reached = [
                -sum(float(model.loss(Batch(part.float())).mean()) for _ in range(20)) / 20 for part in (train, test)
            ]
    best = [float(optimum.log_prob(part).mean()) for part in (train, test)]
    assert best[0] == pytest.approx(17.9, abs=0.2)  # nats
    assert best[0] - reached[0] < 0.01 * best[0]
    assert abs(best[1] - reached[1]) < 0.01 * best[1]


def test_the_bounds_of_a_linear_model_rise_to_its_exact_likelihood():
    model = linear_model(5, latent=3)
    with torch.no_grad():
        model.encoder.log_deviation.sub_(FIRST)
    x = torch.randn(1, 5, generator=torch.Generator().manual_seed(0)).expand(5000, -1)
    exact = gaussian_of(model).log_prob(x[0].double())
    with torch.no_grad(), same_randomness():
        found = [model.bound(Batch(x), Ambient(5000), samples=samples) for samples in (1, 4, 32)]
        losses = model.loss(Batch(x))
    means, errors = [x.mean() for x in found], [x.std() / math.sqrt(5000) for x in found]
    assert means[0] + 4 * errors[0] < means[1] < means[1] + 4 * errors[1] < means[2] < exact + 4 * errors[2]
    assert exact - means[2] < 0.2 * (exact - means[0])
    assert abs(means[0] + losses.mean()) < 4 * errors[0]  # the loss is the first of them, its divergence exact


def test_with_the_exact_posterior_every_bound_is_the_exact_likelihood():
    model = linear_model(4, latent=2)
    decoder, encoder = model.emission.decoder, model.encoder
    with torch.no_grad():
        columns = torch.linalg.qr(torch.randn(4, 2, generator=torch.Generator().manual_seed(0))).Q
        decoder.mean.weight.copy_(columns * torch.tensor([2.0, 1.0]))  # orthogonal: the posterior is diagonal
        variance = (2 * decoder.log_deviation).exp()
        precision = decoder.mean.weight.square().sum(0) / variance + 1
        encoder.mean.weight.copy_(decoder.mean.weight.T / variance / precision[:, None])
        encoder.mean.bias.copy_(-encoder.mean.weight @ decoder.mean.bias)
        encoder.log_deviation.copy_(-0.5 * precision.log() - FIRST)
        x = torch.randn(30, 4, generator=torch.Generator().manual_seed(1))
        found, exact = model.log_prob(Batch(x)).values, gaussian_of(model).log_prob(x.double()).float()
    assert torch.allclose(found, exact, atol=0.02)  # the smooth bound of deviations moves them by a thousandth


def test_a_divergence_is_that_of_two_gaussians():
    mean, log_deviation = torch.randn(2, 50, generator=torch.Generator().manual_seed(0))
    one = torch.distributions.Normal(mean, log_deviation.exp())
    expected = torch.distributions.kl_divergence(one, torch.distributions.Normal(0.0, 1.0))
    assert torch.allclose(divergence_from_prior(mean, log_deviation), expected, atol=1e-5)


def losses(batch: Batch, **options) -> torch.Tensor:
    with torch.no_grad(), same_randomness():
        return linear_model(4, latent=3, **options).loss(batch)


def test_beta_weighs_the_divergence_and_free_bits_are_its_least_value_per_unit():
    batch = Batch(2 * torch.randn(12, 4, generator=torch.Generator().manual_seed(0)))
    divergence = divergence_from_prior(*linear_model(4, latent=3).posterior(batch)).detach()
    plain = losses(batch)
    assert torch.allclose(losses(batch, beta=4.0) - plain, 3 * divergence.sum(1), atol=1e-4)
    free = divergence.median().item()
    assert torch.allclose(losses(batch, free_bits=free) - plain, (free - divergence).relu().sum(1), atol=1e-4)
    assert torch.equal(losses(batch, free_bits=0.0), plain)


def test_a_unit_below_its_free_bits_feels_no_pull_to_the_prior():
    model = linear_model(4, latent=3, free_bits=1e6)
    model.emission.log_prob = lambda codes, batch: torch.zeros(len(batch))
    loss = model.loss(Batch(torch.ones(2, 4))).sum()
    assert torch.autograd.grad(loss, model.encoder.mean.weight)[0].abs().sum() == 0


def test_a_unit_is_in_use_that_tells_samples_apart_and_a_code_tells_what_it_diverges():
    model = linear_model(4, latent=4)
    model.encoder.mean.weight.data[1:] = 0.0
    batch = Batch(torch.randn(64, 4, generator=torch.Generator().manual_seed(0)))
    nats, share = model.use_of_codes(batch)
    assert share == 0.25
    assert nats == pytest.approx(divergence_from_prior(*model.posterior(batch)).sum(1).mean().item())


def small(space, **options) -> GaussianVAE:
    design = Design("vae", space, variant="gaussian", network_options={"width": 16, "layers": 1}, **options)
    return build(design).eval()


def test_it_has_a_likelihood_and_codes():
    model = small(Vector(2))
    assert isinstance(model, HasLikelihood) and isinstance(model, Encodes)


def test_a_score_is_the_same_each_time_and_in_any_batch():
    model = small(Vector(2))
    batch = Batch(torch.randn(6, 2, generator=torch.Generator().manual_seed(0)))
    with torch.no_grad():
        first, again, alone = model.log_prob(batch), model.log_prob(batch), model.log_prob(batch.rows(slice(4, 5)))
    assert torch.equal(first.values, again.values)
    assert torch.allclose(first.values[4:5], alone.values, atol=1e-5)


def test_the_same_code_decodes_the_same_and_temperature_nought_draws_it():
    model = small(Vector(2))
    codes = model.prior(Streams(4, range(5)))
    one, other = (model.decode(codes, Streams(seed, range(5))).samples for seed in (0, 1))
    drawn = model.sample(Streams(4, range(5)), temperature=0).samples
    assert torch.equal(torch.stack(one), torch.stack(other))
    assert torch.equal(torch.stack(one), torch.stack(drawn))


def test_guidance_nought_forgets_the_conditions_and_one_is_the_model_itself():
    model = small(Vector(2), conditions=(ClassCondition("side", ("left", "right")),))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0)))

    def drawn(label, **options) -> torch.Tensor:
        asked = {"side": torch.full((4,), label)}
        return torch.stack(model.sample(Streams(0, range(4)), conditions=asked, temperature=0, **options).samples)

    without = torch.stack(model.sample(Streams(0, range(4)), temperature=0).samples)
    assert torch.allclose(drawn(1, guidance=0.0), without)
    assert torch.allclose(drawn(1, guidance=1.0), drawn(1))
    assert not torch.allclose(drawn(1), drawn(0))
    assert torch.allclose(drawn(1, guidance=2.0) - drawn(1), drawn(1) - without, atol=1e-4)


def test_points_in_another_order_have_the_same_code_and_the_same_bound():
    model = small(Points(5, 2))
    points = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    batches = [model.space.collate([points[order]]) for order in ([0, 1, 2, 3], [2, 0, 3, 1])]
    with torch.no_grad():
        codes = [model.encode(batch) for batch in batches]
        bounds = [model.log_prob(batch).values for batch in batches]
    assert torch.allclose(*codes, atol=1e-5)
    assert torch.allclose(*bounds, atol=1e-3)


def test_nodes_in_another_order_have_the_same_code():
    model = small(Graph(4, 3, 3))
    nodes, edges = torch.tensor([0, 1, 2]), torch.tensor([[0, 1, 0], [1, 0, 2], [0, 2, 0]])
    order = torch.tensor([2, 0, 1])
    batches = [model.space.collate([GraphSample(nodes[o], edges[o][:, o])]) for o in (torch.arange(3), order)]
    with torch.no_grad():
        assert torch.allclose(*(model.encode(batch) for batch in batches), atol=1e-5)


def test_the_prior_is_standard_normal():
    codes = small(Vector(2)).prior(Streams(0, range(2000)))
    assert codes.shape == (2000, 32)
    assert codes.mean().abs() < 4 / math.sqrt(codes.numel())
    assert codes.std().item() == pytest.approx(1, abs=0.02)
