"""A sequence of texts shows itself, whatever stands in it."""

import xml.etree.ElementTree as ElementTree

import pytest

from gdl_core.errors import RepresentationError, UsageError
from gdl_text import Texts
from gdl_text.draw import LINES, grid
from gdl_text.spelling import identity

ODD = "<b>&\x00\x1b\udcff" + "word " * 400


def test_texts_are_a_sequence_with_their_probabilities():
    texts = Texts(["one", None, "two"], log_prob=[-1, -2, -3])
    assert list(texts) == ["one", None, "two"] and texts[1:].log_prob == (-2.0, -3.0)
    assert repr(texts) == "Texts(3: 'one', '', 'two')"
    with pytest.raises(UsageError, match="1 log-probabilities for 2 texts"):
        Texts(["a", "b"], log_prob=[0.0])
    with pytest.raises(RepresentationError, match="no text but a int"):
        Texts([7])


def test_any_text_is_drawn_as_sound_svg_and_nothing_of_it_is_markup(tmp_path):
    drawing = ElementTree.fromstring(grid([ODD, "", "a\tb"], legends=["<1>", "2", "3"]))
    shown = ["".join(text.itertext()) for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert shown[:2] == ["<1>", "<b>&\ufffd\ufffd\ufffdword word word word word word word word word word"]
    assert "…" in shown and len(shown) == 3 + LINES + 2
    assert Texts([ODD]).draw(tmp_path / "a.svg").exists()
    with pytest.raises(UsageError, match=r"drawn as \.svg"):
        Texts([ODD]).draw(tmp_path / "a.png")
    assert "<b>" not in Texts([ODD])._repr_html_()


@pytest.mark.parametrize(
    ("text", "name"), [("caf\udcc3", "caf"), ("日本\udce6\udc97", "日本"), ("\udcff", "\udcff"), ("a\n", "a\n")]
)
def test_half_a_character_at_the_end_tells_no_texts_apart(text, name):
    assert identity(text) == name


def test_an_empty_text_is_none():
    with pytest.raises(RepresentationError, match="empty"):
        identity("\udcc3")
