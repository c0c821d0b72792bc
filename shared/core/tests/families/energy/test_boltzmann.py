"""Boltzmann machines against enumeration."""

import itertools

import pytest
import torch
from torch import Tensor

from gdl_core.families.energy import Boltzmann, ContrastiveBoltzmann
from gdl_core.families.energy.machine import Machine
from gdl_core.families.given import Given
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid

SPACE = Grid(1, (2, 3), levels=2)


def every(units: int) -> Tensor:
    """All patterns of so many bits. Shapes: (2 ** units, units)."""
    return torch.tensor(list(itertools.product([0.0, 1.0], repeat=units)))


def shaken(variant: str, space: Grid = SPACE, scale: float = 1.0, **options: int) -> Boltzmann:
    """A machine whose units depend on each other."""
    model = build(Design("energy", space, variant=variant, family_options=options))
    numbers = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(scale * torch.randn(parameter.shape, generator=numbers))
    assert isinstance(model, ContrastiveBoltzmann)
    return model.eval()


def log_partition(machine: Machine) -> Tensor:
    """The logarithm of Z: the left layer is enumerated, the right one summed out in closed form."""
    return machine.marginal(every(len(machine.left))).logsumexp(0)


def log_likelihoods(model: ContrastiveBoltzmann) -> Tensor:
    """The exact log-likelihood of every pattern of cells, all units summed out by enumeration."""
    machine, cells = model.machine, every(model.visible.numel())
    right = len(machine.right) - cells.shape[1]
    both = torch.cat([cells.repeat_interleave(2**right, 0), every(right).repeat(len(cells), 1)], 1)
    sums = machine.flipped().marginal(both).unflatten(0, (len(cells), -1)).logsumexp(1)
    return sums - sums.logsumexp(0)


@pytest.mark.parametrize("seed", range(3))
def test_annealed_importance_sampling_finds_the_partition_function_of_ten_hidden_units(seed):
    model = shaken("boltzmann", Grid(1, (4, 5), levels=2), hidden=10)
    estimate = model.log_partition(Streams(seed, range(128)))
    assert float(estimate) == pytest.approx(float(log_partition(model.machine).detach()), abs=0.1)


def test_a_machine_has_the_same_partition_function_from_both_sides():
    machine = shaken("boltzmann", hidden=5).machine
    assert float(log_partition(machine)) == pytest.approx(float(log_partition(machine.flipped())), abs=1e-4)


def test_the_free_energy_is_the_energy_with_the_hidden_units_summed_out():
    machine = shaken("boltzmann", hidden=4).machine.flipped()
    for x in every(6)[::7]:
        sums = machine.negative_energy(x.expand(16, -1), every(4)).logsumexp(0)
        assert float(machine.marginal(x[None])) == pytest.approx(float(sums), abs=1e-4)


@pytest.mark.parametrize("variant", ["boltzmann", "deep-boltzmann"])
def test_the_likelihood_is_near_the_exact_one_and_a_deep_machine_is_not_above_it(variant):
    model = shaken(variant, hidden=4, scale=0.7, **({"causes": 3} if variant == "deep-boltzmann" else {}))
    cells = every(6).unflatten(1, (1, 2, 3)).long()
    found = model.log_prob(Batch(cells)).values
    exact = log_likelihoods(model)
    assert float(exact.exp().sum()) == pytest.approx(1, abs=1e-4)
    if variant == "boltzmann":
        assert torch.allclose(found, exact, atol=0.1)
    bound = model.unnormalized(every(6)) - log_partition(model.machine)
    assert bool((bound <= exact + 1e-4).all())
    assert float((exact - bound).mean()) < (0.5 if variant == "deep-boltzmann" else 1e-4)


def test_rounds_of_mean_field_never_lower_the_bound():
    bounds = []
    for rounds in (1, 2, 4, 8, 32):
        model = shaken("deep-boltzmann", hidden=4, causes=3, rounds=rounds)
        bounds.append(model.unnormalized(every(6)))
    assert all(bool((after >= before - 1e-4).all()) for before, after in itertools.pairwise(bounds))


def test_with_chains_at_rest_the_gradient_is_that_of_the_exact_likelihood():
    """Chains at rest: every pattern of the hidden layer, weighed by how often the model shows it."""
    model = shaken("boltzmann", hidden=4)
    data, marginals = model.unnormalized(every(6)[[3, 17, 17, 40, 63]]).mean(), model.machine.marginal(every(4))
    parameters = list(model.parameters())
    contrast = (marginals.detach().softmax(0) * marginals).sum() - data
    found = torch.autograd.grad(contrast, parameters, retain_graph=True)
    expected = torch.autograd.grad(log_partition(model.machine) - data, parameters)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(found, expected, strict=True))


def test_the_loss_has_the_exact_gradient_on_average_when_chains_are_long():
    model = shaken("contrastive-boltzmann", hidden=4, scale=0.5, sweeps=30)
    cells = every(6)[[3, 17, 40, 63]].repeat(3000, 1)
    loss = model.loss(Batch(cells.unflatten(1, (1, 2, 3)).long())).mean()
    found = torch.autograd.grad(loss, list(model.parameters()))
    exact = log_partition(model.machine) - model.unnormalized(cells).mean()
    expected = torch.autograd.grad(exact, list(model.parameters()))
    assert all(torch.allclose(a, b, atol=0.03) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("variant", ["boltzmann", "deep-boltzmann"])
def test_sampled_patterns_come_as_often_as_the_exact_likelihood_says(variant):
    model = shaken(variant, hidden=4, scale=0.7, **({"causes": 3} if variant == "deep-boltzmann" else {}))
    drawn = torch.stack(model.sample(Streams(0, range(8_000)), steps=30).samples).flatten(1)
    codes = (drawn * 2 ** torch.arange(5, -1, -1)).sum(1)
    found = codes.bincount(minlength=64) / len(drawn)
    expected = log_likelihoods(model).exp()
    spread = (expected * (1 - expected) / len(drawn)).sqrt()
    assert bool(((found - expected).abs() < 4.5 * spread + 1e-4).all())


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["boltzmann", "contrastive-boltzmann", "deep-boltzmann"])
def test_learning_finds_how_cells_depend_on_each_other(variant):
    """Four patterns of six cells: no model is below ln 4 = 1.39 nats, and none with independent cells below 3.89."""
    options = {"hidden": 8, "sweeps": 2, **({"causes": 4} if variant == "deep-boltzmann" else {})}
    model = build(Design("energy", SPACE, variant=variant, family_options=options))
    codes = torch.tensor([3, 17, 40, 63])
    batch = Batch(every(6)[codes].repeat(64, 1).unflatten(1, (1, 2, 3)).long())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, 600)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        for _ in range(600):
            optimizer.zero_grad()
            model.loss(batch).mean().backward()
            optimizer.step()
            schedule.step()
    with torch.no_grad():
        assert float(-log_likelihoods(model)[codes].mean()) < 2.9


def test_given_cells_stay_and_the_others_follow_their_conditional_distribution():
    model = shaken("boltzmann", hidden=4)
    known = torch.zeros(1, 1, 2, 3, dtype=torch.bool)
    known[..., 0, :] = True
    values = torch.tensor([[[[1, 0, 1], [0, 0, 0]]]])
    drawn = torch.stack(model.sample(Streams(0, range(8000)), given=Given(Batch(values), (known,)), steps=30).samples)
    assert bool((drawn[:, 0, 0] == values[0, 0, 0]).all())
    codes = (drawn[:, 0, 1] * torch.tensor([4, 2, 1])).sum(1)
    expected = log_likelihoods(model)[0b101000:0b110000].softmax(0)
    assert torch.allclose(codes.bincount(minlength=8) / 8000, expected, atol=0.035)
