import json

import pytest
import torch

from gdl_core.conditions import (
    ClassCondition,
    SequenceCondition,
    VectorCondition,
    conditions_from_config,
    conditions_to_config,
    encode_conditions,
    fit_condition,
    unseen,
)
from gdl_core.errors import InputError, UsageError

STYLE = ClassCondition("style", ("baroque", "modern"))
PLACE = VectorCondition("place", (1.0, 2.0), (2.0, 4.0), (0.0, 0.0), (5.0, 9.0))
TEXT = SequenceCondition("text", size=2, length=3)


def test_conditions_survive_json():
    config = json.loads(json.dumps(conditions_to_config([STYLE, PLACE, TEXT])))
    assert conditions_from_config(config) == (STYLE, PLACE, TEXT)


def test_a_column_of_numbers_becomes_a_standardised_vector():
    condition = fit_condition("weight", ["1", 2.0, None, 3])
    assert isinstance(condition, VectorCondition)
    assert condition.row(2).item() == 0
    assert condition.row(3).item() == pytest.approx(1.2247, abs=1e-4)  # (3 - 2) / sqrt(2 / 3)
    assert (condition.lowest, condition.highest) == ((1.0,), (3.0,))
    assert condition.seen(1.5)
    assert not condition.seen(3.5)


def test_a_constant_column_does_not_divide_by_zero():
    assert fit_condition("weight", [5, 5]).row(6).isfinite().all()


def test_what_is_not_given_means_anything():
    rows = encode_conditions([STYLE, PLACE, TEXT], [{"style": "modern"}, {"place": (3, 2), "text": torch.ones(2, 2)}])
    assert rows["style"].tolist() == [1, -1]
    assert rows["place"].isnan().all(1).tolist() == [True, False]
    assert rows["place"][1].tolist() == [1.0, 0.0]
    assert rows["text"].isnan().all(2).tolist() == [[True, True, True], [False, False, True]]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"stile": "modern"}, "did you mean 'style'"),
        ({"style": "modem"}, "did you mean 'modern'"),
        ({"place": 3}, "takes 2 numbers"),
        ({"place": "here"}, "is no number"),
        ({"text": "here"}, "rows of 2 numbers"),
        ({"text": [[1, 2], [3]]}, "rows of 2 numbers"),
        ({"text": [[1, 2, 3]]}, r"\(1, 3\) was given"),
        ({"text": torch.zeros(4, 2)}, r"\(4, 2\) was given"),
    ],
)
def test_what_a_model_does_not_know_is_refused_with_the_nearest(asked, message):
    with pytest.raises(UsageError, match=message):
        encode_conditions([STYLE, PLACE, TEXT], [asked])


def test_the_case_of_a_name_is_free():
    rows = encode_conditions([STYLE, PLACE], [{"Style": "modern", "PLACE": (3, 2)}])
    assert rows["style"].tolist() == [1] and rows["place"].tolist() == [[1.0, 0.0]]
    with pytest.raises(UsageError, match="style is asked for twice"):
        encode_conditions([STYLE], [{"style": "modern", "STYLE": "baroque"}])


def test_what_lies_outside_all_that_was_seen_is_named_with_the_range():
    assert unseen([STYLE, PLACE], {"style": "modern", "place": (5, 9)}) == []
    assert unseen([PLACE], {"Place": (5, 9.5)}) == [
        "place=(5, 9.5) lies outside what the model has seen, 0 to 5, 0 to 9"
    ]
    assert unseen([PLACE], {"place": None}) == []


@pytest.mark.parametrize("value", ["high", float("nan"), float("inf")])
def test_what_is_no_finite_number_cannot_be_asked_for(value):
    weight = VectorCondition("weight", (1.0,), (2.0,), (0.0,), (5.0,))
    for ask in (weight.row, weight.seen):
        with pytest.raises(UsageError, match="weight=.* is no"):
            ask(value)


def test_an_empty_column_makes_no_condition():
    with pytest.raises(InputError, match="holds no value"):
        fit_condition("weight", [None, ""])


def test_a_condition_moves_what_the_network_predicts():
    from gdl_core.pairing import Design, build
    from gdl_core.spaces import Batch, Tokens

    model = build(
        Design("autoregressive", Tokens(5, 4), "recurrent", network_options={"width": 8}, conditions=(STYLE, PLACE))
    )
    values = torch.ones(3, 4, dtype=torch.int64)
    asked = encode_conditions([STYLE, PLACE], [{}, {"style": "modern"}, {"place": (3, 2)}])
    scores = model.log_prob(Batch(values, conditions=asked)).values
    assert len(set(scores.tolist())) == 3
    assert torch.allclose(scores[:1], model.log_prob(Batch(values[:1])).values)


def test_a_sequence_that_is_asked_for_is_read_with_the_cache_as_without():
    from gdl_core.pairing import Design, build
    from gdl_core.randomness import Streams
    from gdl_core.spaces import Tokens

    options = {"width": 16, "heads": 2, "layers": 2}
    model = build(Design("autoregressive", Tokens(5, 6), network_options=options, conditions=(TEXT,)), seed=1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(5)
    texts = [None, [[1.0, 2.0]], [[1.0, 2.0], [0.0, -1.0]], [[0.0, -1.0], [1.0, 2.0]]]
    asked = encode_conditions([TEXT], [{"text": text} for text in texts])
    draws = model.sample(Streams(0, range(4)), conditions=asked)
    again = model.log_prob(model.space.collate(draws.samples, asked)).values
    assert torch.allclose(draws.log_prob, again, atol=1e-4)
    scores = model.log_prob(model.space.collate([torch.arange(5)] * 4, asked)).values
    assert len(set(scores.tolist())) == 4  # order counts
