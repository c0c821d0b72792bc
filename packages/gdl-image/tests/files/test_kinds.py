"""What a file is by its name, and which column holds pictures."""

from pathlib import Path

import pytest

from gdl_core.errors import UsageError
from gdl_core.sources import missing
from gdl_image.files.kinds import column_of, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.PNG", "picture"), ("a.tiff", "picture"), ("t10k-images.idx3-ubyte", "idx"), ("a.idx3", "idx"),
        ("train-images-idx3-ubyte.gz", "idx"), ("a.NPZ", "npz"), ("a.tsv", "table"), ("a.zip", "zip"),
    ],
)  # fmt: skip
def test_a_name_tells_the_kind(name, kind):
    assert kind_of(Path(name)) == kind


@pytest.mark.parametrize(("name", "hint"), [("a.pngg", "'.png'"), ("a.json", ".parquet"), ("pictures", "rename")])
def test_another_name_is_refused_with_the_nearest(name, hint):
    with pytest.raises(UsageError, match="pictures are read from") as raised:
        kind_of(Path(name))
    assert hint in str(raised.value)


def test_the_column_is_the_one_asked_for_else_the_first_usual_name_else_the_only_one():
    assert column_of(["image", "Path"], None, "t") == "Path"
    assert column_of(["image", "Path"], "image", "t") == "image"
    assert column_of(["mine"], None, "t") == "mine"
    with pytest.raises(UsageError, match="which column holds the pictures.*a, b"):
        column_of(["a", "b"], None, "t")
    with pytest.raises(UsageError, match="did you mean 'image'"):
        column_of(["image", ""], "imags", "t")


def test_what_is_missing_is_named_with_what_is_there(tmp_path):
    (tmp_path / "cats.zip").touch()
    assert "did you mean 'cats.zip'" in str(missing(tmp_path / "cat.zip"))
    assert "there is no folder" in str(missing(tmp_path / "none" / "a.png"))
