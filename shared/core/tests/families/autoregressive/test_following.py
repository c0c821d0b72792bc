"""Sequences are followed while they are drawn: what may come next is narrowed, and sequences are ended."""

import pytest
import torch

from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Tokens

SPACE = Tokens(6, 12)
MODEL = build(Design("autoregressive", SPACE, network_options={"width": 16, "layers": 1, "heads": 2})).eval()
PREFIXES = [[0], [0, 1, 2], []] * 4


class Recorder:
    """Notes what it hears; allows even tokens alone, and ends a sequence with the token 4."""

    def __init__(self, count):
        self.heard = [[] for _ in range(count)]

    def allowed(self, rows):
        return torch.tensor([False, True, False, True, False, True, False]).expand(len(rows), -1)

    def hear(self, rows, tokens):
        for row, token in zip(rows.tolist(), tokens.tolist(), strict=True):
            self.heard[row].append(token)
        return tokens == 4


def test_a_follower_hears_what_is_drawn_and_nothing_of_what_was_given():
    made = []
    draws = MODEL.sample(
        Streams(0, range(12)), prefixes=PREFIXES, follow=lambda count: made.append(Recorder(count)) or made[0]
    )
    for heard, sample, prefix in zip(made[0].heard, draws.samples, PREFIXES, strict=True):
        assert sample.tolist() == prefix + heard
        assert set(heard) <= {0, 2, 4} and 4 not in heard[:-1]
        assert heard[-1] == 4 or len(sample) == SPACE.max_length


def test_being_followed_by_one_who_allows_everything_changes_nothing():
    class Quiet(Recorder):
        def allowed(self, rows):
            return None

        def hear(self, rows, tokens):
            return None

    plain, followed = MODEL.sample(Streams(0, range(8))), MODEL.sample(Streams(0, range(8)), follow=Quiet)
    assert [one.tolist() for one in plain.samples] == [one.tolist() for one in followed.samples]
    assert torch.equal(plain.log_prob, followed.log_prob)


def test_a_repetition_penalty_makes_repetitions_rarer_and_one_of_zero_is_refused():
    def repeated(penalty):
        samples = MODEL.sample(Streams(0, range(200)), repetition_penalty=penalty).samples
        return sum(len(one) - len(set(one.tolist())) for one in samples) / sum(map(len, samples))

    assert repeated(2.0) < repeated(1.0) - 0.1
    with pytest.raises(UsageError, match="repetition_penalty=0"):
        repeated(0)
