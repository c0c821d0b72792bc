import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.errors import RepresentationError, UsageError
from gdl_core.families.autoregressive import crowd
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Tokens

SPACE = Tokens(vocabulary_size=6, max_length=12)
CLASS = ClassCondition("a", ("x", "y"))
NETWORKS = {"transformer": {"width": 32, "layers": 2, "heads": 4}, "recurrent": {"width": 32}}


@pytest.fixture(params=NETWORKS)
def model(request):
    built = build(
        Design("autoregressive", SPACE, request.param, network_options=NETWORKS[request.param]), seed=3
    ).eval()
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.mul_(3 if parameter.ndim > 1 else 1)
    return built


def test_cached_predictions_equal_uncached_ones(model):
    symbols = torch.randint(7, (5, 12), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = model.network(symbols, {})
        memory = model.network.begin(5, 12, {})
        steps = [model.network.advance(part, memory) for part in symbols.split([3, 1, 1, 4, 1, 2], 1)]
    assert torch.allclose(torch.cat(steps, 1), whole, atol=1e-5)


def test_greedy_sequences_are_the_same_alone_and_together_with_cache_and_without(model):
    together = model.sample(Streams(0, range(32)), temperature=0).samples
    alone = model.sample(Streams(9, [5]), temperature=0).samples[0]
    assert all(torch.equal(sample, alone) for sample in together)
    symbols = torch.zeros(1, 1, dtype=torch.int64)
    with torch.no_grad():
        while len(symbols[0]) <= SPACE.max_length and (last := model.network(symbols, {})[0, -1].argmax()) != 0:
            symbols = torch.cat([symbols, last.view(1, 1)], 1)
    assert torch.equal(symbols[0, 1:] - 1, alone)


def test_samples_drawn_together_are_those_drawn_alone(model):
    together = model.sample(Streams(2, range(40)))
    alone = [model.sample(Streams(2, [index])) for index in range(40)]
    assert len({len(sample) for sample in together.samples}) > 3
    assert all(torch.equal(a, b.samples[0]) for a, b in zip(together.samples, alone, strict=True))
    assert torch.allclose(together.log_prob, torch.cat([one.log_prob for one in alone]), atol=1e-5)


def test_samples_that_share_nothing_are_drawn_the_same(model, monkeypatch):
    usual = model.sample(Streams(2, range(40)))
    monkeypatch.setattr(crowd, "SHARE_BELOW", 0.0)
    apart = model.sample(Streams(2, range(40)))
    assert all(torch.equal(a, b) for a, b in zip(usual.samples, apart.samples, strict=True))
    assert torch.allclose(usual.log_prob, apart.log_prob, atol=1e-5)


def test_a_prefix_begins_every_sample_and_counts_in_its_probability(model):
    draws = model.sample(Streams(2, range(20)), prefixes=[[4, 1]])
    assert all(sample[:2].tolist() == [4, 1] for sample in draws.samples)
    again = model.log_prob(SPACE.collate(draws.samples)).values
    assert torch.allclose(draws.log_prob, again, atol=1e-4)


def test_each_sample_can_have_a_prefix_of_its_own(model):
    prefixes = [[4, 1, 3], [], [5], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
    draws = model.sample(Streams(2, range(4)), prefixes=prefixes)
    for sample, prefix in zip(draws.samples, prefixes, strict=True):
        assert sample[: len(prefix)].tolist() == prefix
    alone = model.sample(Streams(2, [2]), prefixes=[[5]])
    assert torch.equal(draws.samples[2], alone.samples[0])  # whatever the others were given


def test_what_is_given_must_fit_the_space(model):
    with pytest.raises(RepresentationError, match="0 to 5"):
        model.sample(Streams(0, range(2)), prefixes=[[6]])
    with pytest.raises(UsageError, match="at most 12"):
        model.sample(Streams(0, range(2)), prefixes=[[1] * 13])
    with pytest.raises(UsageError, match="3 prefixes for 2 samples"):
        model.sample(Streams(0, range(2)), prefixes=[[1], [2], [3]])


def test_a_shorter_limit_cuts_samples_there(model):
    long, short = (model.sample(Streams(7, range(30)), max_length=length).samples for length in (12, 4))
    assert all(torch.equal(a[:4], b) for a, b in zip(long, short, strict=True))


@pytest.mark.parametrize("options", [{"temperature": 0.5}, {"top_k": 1}, {"top_p": 0.5}, {"min_p": 0.95}])
def test_lower_temperature_and_cuts_raise_the_probability_of_first_tokens(model, options):
    def mean(**options):
        return model.sample(Streams(7, range(300)), max_length=1, **options).log_prob.mean().item()

    assert mean() < mean(**options)


def test_no_samples_is_a_fine_number_to_ask_for(model):
    draws = model.sample(Streams(0, []))
    assert draws.samples == [] and len(draws.log_prob) == 0


def test_bfloat16_changes_a_likelihood_by_little(model):
    batch = Batch(torch.randint(6, (8, 12), generator=torch.Generator().manual_seed(0)))
    with torch.no_grad():
        exact = model.log_prob(batch).values
        with torch.autocast("cpu", torch.bfloat16):
            rounded = model.log_prob(batch).values
    assert torch.allclose(exact, rounded, rtol=0.02)


def test_guidance_goes_from_the_model_without_conditions_past_the_one_with_them():
    design = Design("autoregressive", SPACE, network_options=NETWORKS["transformer"], conditions=(CLASS,))
    model, asked = build(design, seed=3).eval(), {"a": torch.ones(30, dtype=torch.int64)}
    with torch.no_grad():
        model.network.conditioner.parts["a"].embedding.weight.mul_(20)
    free, one = model.sample(Streams(0, range(30))), model.sample(Streams(0, range(30)), conditions=asked)
    none = model.sample(Streams(0, range(30)), conditions=asked, guidance=0.0)
    more = model.sample(Streams(0, range(30)), conditions=asked, guidance=3.0, prefixes=[[2, 1]])
    assert all(map(torch.equal, free.samples, none.samples))
    assert not all(map(torch.equal, free.samples, one.samples))
    with torch.no_grad():
        own = model.log_prob(SPACE.collate(more.samples, asked)).values
        nothing, conditional = (
            model.network(torch.zeros(1, 1, dtype=torch.int64), {"a": torch.tensor([a])})[0, 0].log_softmax(-1)
            for a in (-1, 1)
        )
    assert torch.allclose(more.log_prob, own, atol=1e-4)
    many = {"a": torch.ones(4000, dtype=torch.int64)}
    drawn = model.sample(Streams(1, range(4000)), conditions=many, guidance=3.0, max_length=1).samples
    expected = (nothing + 3 * (conditional - nothing)).softmax(-1)
    found = torch.tensor([int(sample[0]) + 1 if len(sample) else 0 for sample in drawn]).bincount(minlength=7) / 4000
    assert ((found - expected).abs() < 4 * (expected * (1 - expected) / 4000).sqrt() + 1e-4).all()
