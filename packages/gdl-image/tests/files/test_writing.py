"""What is written is what the name says; it is there whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gdl_core.errors import UsageError
from gdl_image.files import save
from gdl_image.files.writing import kind_of_output

NOISE = np.random.default_rng(0).integers(0, 256, (12, 8, 10, 4), dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_folder_holds_every_picture_byte_for_byte(tmp_path, everything, channels):
    pictures = NOISE[..., :channels]
    place = save(pictures, tmp_path / "far" / "new")
    records, skipped = everything(place)
    assert np.array_equal([record.object for record in records], pictures) and not skipped
    assert [path.name for path in sorted(place.glob("*.png"))][:2] == ["01.png", "02.png"]
    assert json.loads((place / "samples.json").read_text()) == {"count": 12}


def test_an_animation_shows_each_picture_on_white_for_ever(tmp_path):
    clear = np.zeros((3, 8, 10, 4), np.uint8)
    clear[1:, ..., 3] = 255
    clear[2, ..., 0] = 255
    walk = Image.open(save(clear, tmp_path / "walk.gif"))
    assert walk.n_frames == 3 and walk.info["loop"] == 0 and walk.info["duration"] == 150
    colours = [walk.seek(frame) or walk.convert("RGB").getpixel((5, 5)) for frame in range(3)]
    assert colours == [(255, 255, 255), (0, 0, 0), (255, 0, 0)]


def test_frames_of_different_sizes_are_refused_by_an_archive_only(tmp_path):
    mixed = [NOISE[0], NOISE[0, :4]]
    assert len(list(save(mixed, tmp_path / "new").glob("*.png"))) == 2
    with pytest.raises(UsageError, match="one size and colour, and here are 2"):
        save(mixed, tmp_path / "new.npz")


def test_what_is_none_is_skipped_by_its_number_and_keeps_its_place_in_a_sheet(tmp_path):
    skipped = []
    save([None, NOISE[0]], tmp_path / "new.npz", skipped=skipped.append)
    assert [skip.where for skip in skipped] == ["picture 1"]
    assert np.load(tmp_path / "new.npz", allow_pickle=False)["images"].shape == (1, 8, 10, 4)
    sheet = np.array(Image.open(save([None, NOISE[0]], tmp_path / "new.png")))
    assert (sheet[:, :60] == 255).all() and sheet.shape == (48, 122, 3)


@pytest.mark.parametrize("name", ["new.png", "new.gif", "new.npz"])
def test_a_file_that_exists_is_replaced_only_if_that_is_asked_for(tmp_path, name):
    place = tmp_path / name
    place.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        save(NOISE, place)
    assert place.read_text() == "mine"
    save(NOISE, place, force=True)
    assert place.stat().st_size > 100 and list(tmp_path.iterdir()) == [place]


def test_a_folder_of_others_is_never_replaced(tmp_path):
    (tmp_path / "mine.png").mkdir()
    for name in ("", "mine.png"):
        with pytest.raises(UsageError, match="not written here"):
            save(NOISE, tmp_path / name, force=True)


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("gdl_image.files.writing._png", lambda picture: 1 / 0)
    for name in ("new", "new.png"):
        with pytest.raises(ZeroDivisionError, match="division"):
            save(NOISE, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_another_name_is_refused():
    with pytest.raises(UsageError, match="did you mean '.gif'"):
        kind_of_output(Path("new.giff"))
