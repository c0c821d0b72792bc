"""A collection shows and saves itself, and what it wrote is read back."""

import numpy as np
import pytest
from PIL import Image

from gdl_core.errors import RepresentationError, UsageError
from gdl_image import Pictures, read

NOISE = np.random.default_rng(0).integers(0, 256, (12, 8, 10, 3), dtype=np.uint8)
SOME = Pictures(NOISE)


def test_a_slice_keeps_the_probability_of_each():
    pictures = Pictures([*NOISE[:2], None], log_prob=[-1, -2, -3])
    assert pictures[1:].log_prob == (-2.0, -3.0) and pictures[2] is None
    assert np.array_equal(pictures[1:][0], NOISE[1])
    with pytest.raises(UsageError, match="2 log-probabilities for 12 pictures"):
        Pictures(NOISE, log_prob=[0, 0])


def test_what_is_no_picture_is_refused():
    with pytest.raises(RepresentationError, match="bytes"):
        Pictures([np.zeros((2, 2, 1))])


def test_its_name_says_how_many_and_which():
    assert repr(SOME) == "Pictures(12 of 8 x 10 x 3)"
    assert repr(Pictures([NOISE[0], NOISE[0, :4]])) == "Pictures(2 of 2 shapes)"


@pytest.mark.parametrize("name", ["new", "new.npz"])
def test_what_is_saved_is_read_back_in_its_order(tmp_path, name):
    assert SOME.save(tmp_path / name) == tmp_path / name
    assert np.array_equal(np.stack([record.object for record in read(tmp_path / name)]), NOISE)


def test_a_sheet_holds_every_picture_and_an_animation_a_frame_of_each(tmp_path):
    sheet, walk = (Image.open(SOME.save(tmp_path / name, columns=6)) for name in ("all.png", "all.gif"))
    assert np.array_equal(np.array(sheet), SOME.grid(columns=6))
    assert walk.n_frames == 12 and walk.size == (60, 48)


def test_none_is_left_out_of_a_folder_with_a_warning(tmp_path):
    with pytest.warns(UserWarning, match="picture 2: it is none"):
        Pictures([NOISE[0], None, NOISE[2]]).save(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").glob("*.png")) == ["1.png", "3.png"]


def test_what_exists_is_replaced_only_if_asked_and_written_here(tmp_path):
    place, foreign = SOME.save(tmp_path / "new"), tmp_path / "mine"
    foreign.mkdir()
    with pytest.raises(UsageError, match="exists already"):
        SOME.save(place)
    assert len(list(SOME[:2].save(place, force=True).glob("*.png"))) == 2
    with pytest.raises(UsageError, match="not written here"):
        SOME.save(foreign, force=True)


@pytest.mark.parametrize(
    ("pictures", "name", "words"),
    [
        (SOME, "new.jpg", "a .gif"),
        (Pictures([NOISE[0], NOISE[0, :4]]), "new.npz", "one size and colour"),
        (Pictures([]), "new.gif", "no picture to write"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path, pictures, name, words):
    with pytest.raises(UsageError, match=words):
        pictures.save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_it_draws_itself_as_text_or_as_a_file(tmp_path):
    assert str(SOME.draw(count=5)).count("<image") == 5
    assert SOME.draw(tmp_path / "a.svg").read_text() == SOME.draw()
    assert Image.open(SOME.draw(tmp_path / "a.png", count=3)).format == "PNG"
    with pytest.raises(UsageError, match="exists already"):
        SOME.draw(tmp_path / "a.png")
    with pytest.raises(UsageError, match=r"an \.svg or a \.png"):
        SOME.draw(tmp_path / "a.gif")


def test_a_notebook_shows_the_first_and_says_so():
    assert "<p>12 pictures</p>" in SOME._repr_html_()
    many = Pictures(list(NOISE) * 3)._repr_html_()
    assert "36 pictures, the first 24:" in many and many.count("<image") == 24


def test_its_properties_are_those_of_its_pictures():
    found = Pictures([NOISE[0], None, NOISE[1]]).properties()
    assert set(found) == {"brightness", "contrast", "colourfulness", "sharpness"}
    assert found["brightness"] == pytest.approx([0.5, 0.5], abs=0.1)
