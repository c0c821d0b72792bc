import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.errors import UsageError
from gdl_core.families.vae.emissions import joined
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Tokens
from gdl_core.testing.families import every_sequence

SMALL = {"width": 16, "layers": 1, "heads": 2}
SPACES = [Tokens(2, 5), Tokens(2, 4), Tokens(2, 5, variable=False)]
VARIANTS = {"gaussian": {}, "sequence": {}, "hierarchical": {"segment": 2}}


def model_of(variant: str, space: Tokens, **options):
    design = Design("vae", space, variant=variant, family_options=VARIANTS[variant], network_options=SMALL, **options)
    model = build(design, seed=2).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3 if parameter.ndim > 1 else 1)
    return model


@pytest.mark.parametrize("space", SPACES, ids=str)
@pytest.mark.parametrize("variant", VARIANTS)
def test_given_a_code_the_probabilities_of_all_sequences_sum_to_one(variant, space):
    model, every = model_of(variant, space), space.collate(every_sequence(space))
    code = torch.randn(1, 32, generator=torch.Generator().manual_seed(0)).expand(len(every), -1)
    with torch.no_grad():
        assert model.emission.log_prob(code, every).exp().sum().item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("space", [SPACES[0], SPACES[2]], ids=str)
@pytest.mark.parametrize("variant", VARIANTS)
def test_given_a_code_sequences_are_drawn_as_often_as_they_are_probable(variant, space):
    model, every, count = model_of(variant, space), every_sequence(space), 4000
    code = torch.randn(1, 32, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = model.emission.log_prob(code.expand(len(every), -1), space.collate(every)).exp()
        drawn = model.emission.draw(code.expand(count, -1), Streams(0, range(count)), {}, temperature=1.0)
    names = [tuple(sample.tolist()) for sample in drawn]
    found = torch.tensor([names.count(tuple(sequence.tolist())) / count for sequence in every])
    assert ((found - expected).abs() <= 5 * (expected * (1 - expected) / count).sqrt() + 1e-3).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_code_matters_and_decodes_the_same_for_everyone(variant):
    model = model_of(variant, Tokens(5, 9))
    codes = 3 * torch.randn(20, 32, generator=torch.Generator().manual_seed(0))
    one, other = (model.decode(codes, Streams(seed, range(20))).samples for seed in (0, 1))
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert len({tuple(sample.tolist()) for sample in one}) > 1


def test_segments_are_written_apart_and_joined_up_to_the_first_that_is_not_full():
    full, short = torch.tensor([0, 1]), torch.tensor([1])
    assert joined([full, short, full], segment=2, limit=5).tolist() == [0, 1, 1]
    assert joined([full, full, full], segment=2, limit=5).tolist() == [0, 1, 0, 1, 0]


def test_a_prefix_begins_every_sequence():
    draws = model_of("sequence", Tokens(5, 9)).sample(Streams(0, range(8)), prefixes=[[4, 1]])
    assert all(sample[:2].tolist() == [4, 1] for sample in draws.samples)


def test_no_condition_can_have_the_name_of_the_code():
    with pytest.raises(UsageError, match="'code'"):
        build(Design("vae", Tokens(5, 9), conditions=(ClassCondition("code", ("a", "b")),)))
