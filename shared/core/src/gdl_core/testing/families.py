"""Laws of families, with any network on any space."""

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import torch

from gdl_core.checkpoint import load, save
from gdl_core.data import Dataset
from gdl_core.families import Family, HasLikelihood
from gdl_core.families.given import Given
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph, Points, Sample, Space, Tokens
from gdl_core.testing.spaces import close, equal, with_other_padding
from gdl_core.training import TrainingOptions, train


class _Killed(Exception):
    """Stands for a process that ends in the middle of a run."""


def every_parameter_gets_a_finite_gradient(design: Design, samples: Sequence[Sample]) -> None:
    """A loss per sample, and a gradient for each parameter of each phase and for no other."""
    model = build(design)
    batch = design.space.collate(samples)
    for phase in model.phases():
        model.zero_grad()
        loss = phase.loss(batch)
        assert loss.shape == (len(samples),)
        loss.sum().backward(inputs=list(phase.parameters))
        for parameter in phase.parameters:
            assert parameter.grad is not None and parameter.grad.isfinite().all()


def the_same_streams_give_the_same_samples(design: Design, samples: Sequence[Sample]) -> None:
    """A sample depends on its own stream alone: not on its neighbours, and not on the global random state."""
    model = build(design).eval()
    state = torch.get_rng_state()
    many = model.sample(Streams(3, range(6))).samples
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(1)
    some = model.sample(Streams(3, [4, 1])).samples
    assert close(some[0], many[4])
    assert close(some[1], many[1])
    other = model.sample(Streams(4, range(6))).samples
    assert not all(equal(a, b) for a, b in zip(many, other, strict=True))


def a_sample_lies_in_the_space(design: Design, samples: Sequence[Sample]) -> None:
    """What a family draws can be stored, which checks its shape and its symbols."""
    for sample in build(design).sample(Streams(0, range(5))).samples:
        design.space.pack(sample)


def eight_examples_are_learned(design: Design, samples: Sequence[Sample]) -> None:
    """On eight samples the loss falls by half in a hundred steps, or what is drawn comes a fifth nearer in 300.

    The latter is for losses that say nothing, and for those with a floor, such as noise that nobody can guess. Where
    phases play against each other, the eight are one: so few steps are too few for them to agree on eight.
    """
    model = build(design)
    adversarial = len(model.phases()) > 1 and not model.comparable
    batch = design.space.collate(list(samples[2:3]) * 8 if adversarial else samples[:8])

    def loss() -> float:
        with torch.no_grad(), same_randomness():
            return float(torch.stack([model.loss(batch).mean() for _ in range(8)]).mean())

    def distance() -> float:
        return _distance_to(batch, design.space, model.sample(Streams(0, range(32))).samples)

    first_loss, first_distance = loss(), distance()

    def learned() -> bool:
        halved = model.comparable and loss() < first_loss - abs(first_loss) / 2
        return halved or distance() < 0.8 * first_distance

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        learn(model, batch, steps=100)
        if not learned():
            learn(model, batch, steps=200)
    assert learned()


def learn(model: Family, batch: Batch, *, steps: int, rate: float = 3e-3) -> None:
    """Take steps of all phases of a model on one batch, as the trainer would."""
    phases = model.phases()
    optimizers = [
        torch.optim.Adam(phase.parameters, lr=rate * phase.rate, betas=phase.betas or (0.9, 0.95)) for phase in phases
    ]
    for step in range(steps):
        for phase, optimizer in zip(phases, optimizers, strict=True):
            if step % phase.every == 0:
                model.zero_grad()
                phase.loss(batch).mean().backward(inputs=list(phase.parameters))
                optimizer.step()


def _distance_to(batch: Batch, space: Space, samples: Sequence[Sample]) -> float:
    """Return the mean distance of samples to the nearest of a batch, by the real form or, without order, its sums."""

    def traits(one: Batch) -> torch.Tensor:
        parts = space.relax(space.fill(one)).parts
        if isinstance(space, Points | Graph):
            parts = tuple(torch.cat([part, part**2], -1).flatten(1, -2).sum(1) for part in parts)
        return torch.cat([part.flatten(1) for part in parts], 1)

    return float(torch.cdist(traits(space.collate(samples)), traits(batch)).amin(1).mean())


def padding_changes_nothing(design: Design, samples: Sequence[Sample]) -> None:
    """A sample has the same loss whatever stands in its padding and, where the loss has no noise, whoever is beside."""
    model = build(design).eval()
    together = design.space.collate(samples)
    if together.mask is None:
        return
    losses = []
    for batch in (together, with_other_padding(together)):
        with torch.no_grad(), same_randomness():
            losses.append(model.loss(batch))
    assert torch.equal(*losses)
    if isinstance(model, HasLikelihood) and model.log_prob(together).kind == "exact":
        with torch.no_grad():
            alone = torch.cat([model.loss(design.space.collate([sample])) for sample in samples])
        assert torch.allclose(alone, losses[0], atol=1e-4)


def what_is_given_is_kept(design: Design, samples: Sequence[Sample]) -> None:
    """Where a sampler takes a known part, every sample holds it exactly, and samples differ elsewhere."""
    model, space = build(design).eval(), design.space
    options = signature(model.sample).parameters
    if "given" not in options:
        return
    whole = space.fill(
        space.collate([max(samples, key=lambda sample: len(space.pack(sample)[next(iter(space.fields))]))])
    )
    axes = 1 if isinstance(space, Points) else 3  # of a point all features are known, among them that it is there
    few: dict[str, Any] = {"rounds": 2} if "rounds" in options else {}
    given = Given(whole, tuple(_beginning(part, axes) for part in whole.parts))
    filled = space.fill(space.collate(model.sample(Streams(0, range(4)), given=given, **few).samples))
    assert all(map(torch.equal, given.over(filled.parts), filled.parts))
    assert any(len(part.unique(dim=0)) > 1 for part in filled.parts)


def _beginning(part: torch.Tensor, axes: int) -> torch.Tensor:
    """Say that the first two places along so many axes of a part are known."""
    known = torch.zeros_like(part, dtype=torch.bool)
    known[(slice(None), *[slice(2)] * min(axes, part.ndim - 1))] = True
    return known


def a_saved_model_draws_the_same(design: Design, samples: Sequence[Sample]) -> None:
    """Saving and loading changes no sample."""
    model = build(design, seed=1).eval()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "model"
        save(place, model=model, design=design, representation={"name": "none", "config": {}}, domain="none")
        loaded = load(place)
    assert loaded.design == design
    before, after = (one.sample(Streams(0, range(3))).samples for one in (model, loaded.model))
    assert all(equal(a, b) for a, b in zip(before, after, strict=True))


def a_killed_run_resumes_bit_for_bit(design: Design, samples: Sequence[Sample]) -> None:
    """A run that dies in the middle and is resumed ends with the weights of one that was never stopped."""
    data = Dataset.from_samples(design.space, samples, domain="none", representation={"name": "none", "config": {}})
    options = TrainingOptions(steps=6, batch_size=3, evaluate_every=4, checkpoint_every=0.0, precision="float32")
    with tempfile.TemporaryDirectory() as folder:
        whole, broken = Path(folder) / "whole", Path(folder) / "broken"
        train(build(design), data, whole, options=options, design=design)

        def die(event: dict[str, Any]) -> None:
            if event["step"] == 3:
                raise _Killed

        with pytest.raises(_Killed):
            train(build(design), data, broken, options=options, design=design, progress=die)
        train(build(design), data, broken, options=options, design=design, resume=True)
        expected, found = (load(run).model.state_dict() for run in (whole, broken))
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


def a_likelihood_says_what_it_is(design: Design, samples: Sequence[Sample]) -> None:
    """Where there is a likelihood, it is one number per sample, of a stated kind, and its elements add up to it."""
    model = build(design).eval()
    if not isinstance(model, HasLikelihood):
        return
    with torch.no_grad():
        likelihood = model.log_prob(design.space.collate(samples))
    assert likelihood.values.shape == (len(samples),)
    assert likelihood.kind in ("exact", "lower_bound", "estimate")
    if likelihood.elements is not None:
        assert torch.allclose(likelihood.elements.flatten(1).sum(1), likelihood.values, atol=1e-4)


def every_sequence(space: Space) -> list[torch.Tensor]:
    """List all sequences of a small space of tokens."""
    assert isinstance(space, Tokens)
    lengths = range(space.max_length + 1) if space.variable else [space.max_length]
    return [
        torch.tensor(sequence, dtype=torch.int64)
        for length in lengths
        for sequence in itertools.product(range(space.vocabulary_size), repeat=length)
    ]


def probabilities_of_all_sequences_sum_to_one(design: Design) -> None:
    """An exact likelihood over a small space of tokens is a distribution."""
    model = _shaken(design)
    with torch.no_grad():
        total = model.log_prob(design.space.collate(every_sequence(design.space))).values.double().exp().sum()
    assert float(total) == pytest.approx(1, abs=1e-5)


def frequencies_follow_the_likelihood(design: Design) -> None:
    """Samples come as often as the likelihood says: chi-square over all sequences of a small space (p > 0.001)."""
    model = _shaken(design)
    sequences = every_sequence(design.space)
    with torch.no_grad():
        expected = model.log_prob(design.space.collate(sequences)).values.double().exp()
    count = 20_000
    names = [tuple(sample.tolist()) for sample in model.sample(Streams(11, range(count))).samples]
    found = torch.tensor([names.count(tuple(sequence.tolist())) for sequence in sequences], dtype=torch.float64)
    order = expected.argsort(descending=True)
    expected, found = expected[order] * count, found[order]
    common = int((expected >= 10).sum()) - 1  # all that is rarer counts as one cell
    expected, found = (torch.cat([row[:common], row[common:].sum(0, keepdim=True)]) for row in (expected, found))
    statistic = float(((found - expected) ** 2 / expected).sum())
    freedom = len(found) - 1
    assert statistic < freedom + 3.1 * (2 * freedom) ** 0.5 + 10  # somewhat above the 0.999 quantile


def a_drawn_sample_has_the_probability_it_is_said_to_have(design: Design) -> None:
    """The log-probability of a draw, found with the cache, is the one that the likelihood gives without."""
    model = _shaken(design)
    draws = model.sample(Streams(5, range(64)))
    with torch.no_grad():
        again = model.log_prob(design.space.collate(draws.samples)).values
    assert draws.log_prob is not None
    assert torch.allclose(draws.log_prob, again, atol=1e-4)


def a_prediction_sees_only_the_past(design: Design) -> None:
    """The probability of an element depends on the elements before it and on itself, strictly (by perturbation)."""
    model = _shaken(design)
    space = design.space
    assert isinstance(space, Tokens)
    base = torch.zeros(space.max_length, dtype=torch.int64)
    changed = base.expand(space.max_length, -1).clone()
    changed[range(space.max_length), range(space.max_length)] = 1  # row t differs at position t
    with torch.no_grad():
        before = model.log_prob(Batch(base[None])).elements
        after = model.log_prob(Batch(changed)).elements
    assert before is not None and after is not None
    for place in range(space.max_length):
        assert torch.allclose(after[place, :place], before[0, :place], atol=1e-6)
        assert not torch.allclose(after[place, place], before[0, place], atol=1e-6)


def _shaken(design: Design) -> Any:
    """Build a model whose predictions are far from uniform: a family that has a likelihood."""
    model = build(design, seed=2).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4 if parameter.ndim > 1 else 1)
    return model


@contextmanager
def same_randomness() -> Iterator[None]:
    """Draw the same global random numbers inside each such block, and leave no trace."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        yield


FAMILY_LAWS = (
    every_parameter_gets_a_finite_gradient,
    the_same_streams_give_the_same_samples,
    a_sample_lies_in_the_space,
    eight_examples_are_learned,
    padding_changes_nothing,
    what_is_given_is_kept,
    a_saved_model_draws_the_same,
    a_killed_run_resumes_bit_for_bit,
    a_likelihood_says_what_it_is,
)

TOKEN_LIKELIHOOD_LAWS = (
    probabilities_of_all_sequences_sum_to_one,
    frequencies_follow_the_likelihood,
    a_drawn_sample_has_the_probability_it_is_said_to_have,
    a_prediction_sees_only_the_past,
)
"""For families with an exact likelihood over tokens. The space must be small: every sequence of it is listed."""
