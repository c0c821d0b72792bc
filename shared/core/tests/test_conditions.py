import json

import pytest
import torch

from gdl_core.conditions import (
    ClassCondition,
    VectorCondition,
    conditions_from_config,
    conditions_to_config,
    encode_conditions,
    fit_condition,
)
from gdl_core.errors import InputError, UsageError

STYLE = ClassCondition("style", ("baroque", "modern"))
PLACE = VectorCondition("place", (1.0, 2.0), (2.0, 4.0), (0.0, 0.0), (5.0, 9.0))


def test_conditions_survive_json():
    config = json.loads(json.dumps(conditions_to_config([STYLE, PLACE])))
    assert conditions_from_config(config) == (STYLE, PLACE)


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
    rows = encode_conditions([STYLE, PLACE], [{"style": "modern"}, {"place": (3, 2)}])
    assert rows["style"].tolist() == [1, -1]
    assert rows["place"].isnan().all(1).tolist() == [True, False]
    assert rows["place"][1].tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"stile": "modern"}, "did you mean 'style'"),
        ({"style": "modem"}, "did you mean 'modern'"),
        ({"place": 3}, "takes 2 numbers"),
        ({"place": "here"}, "is no number"),
    ],
)
def test_what_a_model_does_not_know_is_refused_with_the_nearest(asked, message):
    with pytest.raises(UsageError, match=message):
        encode_conditions([STYLE, PLACE], [asked])


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
