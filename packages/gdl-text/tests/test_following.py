"""What follows a text stops it at the right byte, and says it whole."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from gdl_text.following import Say, Stop, Together, stopped_at

PIECES = [b"a", b"b", b"ab", "é".encode()[:1], "é".encode()[1:]]
TOKENS = st.lists(st.integers(0, 4), max_size=12)
STOP = st.sampled_from(["ab", "ba", "aa", "é", "bab"])
ROW = torch.tensor([0])


def bytes_until(follower, tokens):
    """Feed tokens until the follower ends the text; return the bytes that it heard."""
    heard = b""
    for token in tokens:
        heard += PIECES[token]
        if bool(follower.hear(ROW, torch.tensor([token]))):
            break
    return heard


@given(TOKENS, st.lists(STOP, min_size=1, max_size=2))
def test_a_text_stops_with_the_token_that_completes_a_stop(tokens, stops):
    ends = [stop.encode() for stop in stops]
    heard = bytes_until(Stop(1, PIECES, ends), tokens)
    whole = b"".join(PIECES[token] for token in tokens)
    found = [place + len(end) for end in ends if (place := whole.find(end)) >= 0]
    assert len(heard) >= min(found, default=len(whole))
    assert (heard == whole) or any(end in heard for end in ends)
    assert not any(end in heard[:-2] for end in ends)


@given(TOKENS, st.lists(STOP, max_size=2))
def test_what_is_said_is_the_text_up_to_its_stop(tokens, stops):
    said = []
    follower = Say(PIECES, stops, said.append)
    heard = bytes_until(follower, tokens)
    follower.finish()
    whole = heard.decode(errors="replace")
    assert "".join(said) == stopped_at(whole, stops)


def test_together_all_must_allow_and_one_can_end():
    class One:
        def __init__(self, allowed, ends):
            self.mask, self.ends = torch.tensor([allowed]), torch.tensor([ends])

        def allowed(self, rows):
            return self.mask

        def hear(self, rows, tokens):
            return self.ends

    both = Together([One([True, True, False], False), One([True, False, False], True)])
    assert both.allowed(ROW).tolist() == [[True, False, False]]
    assert both.hear(ROW, ROW).tolist() == [True]
