"""What is asked of samples becomes options of their family."""

from words import Letters

from gdl_core.pairing import Design, build
from gdl_core.pipeline.asking import request
from gdl_core.randomness import Streams
from gdl_core.spaces import Tokens


def test_a_beginning_can_be_given_where_all_samples_have_one_length():
    options = {"width": 16, "layers": 1, "heads": 2}
    model = build(Design("diffusion", Tokens(5, 6, variable=False), variant="masked", network_options=options))
    asked = request(Letters("abcde", max_length=6), model, (), prefix="bad")
    draws = model.sample(Streams(0, range(4)), **asked).samples
    assert [draw[:3].tolist() for draw in draws] == [[1, 0, 3]] * 4 and {len(draw) for draw in draws} == {6}
