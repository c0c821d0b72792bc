"""The measures of pictures keep their laws, on pictures that take no data to make."""

import json

import numpy as np
import pytest
from PIL import Image

from gdl_core.errors import InputError
from gdl_core.representation import Record
from gdl_image.features import find
from gdl_image.metrics import Reference, evaluate


def stripes(count: int, *, seed: int, spread: int = 255) -> np.ndarray:
    """Pictures of random stripes. Shapes: (count, 28, 28, 1)."""
    levels = np.random.default_rng(seed).integers(0, spread + 1, (count, 7, 1, 1), dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(np.repeat(levels, 4, 1), (count, 28, 28, 1)))


REAL, OTHERS, DIM = stripes(300, seed=0), stripes(300, seed=1), stripes(300, seed=2, spread=60)
REFERENCE = Reference.measure(REAL)


def test_the_reference_itself_is_perfect():
    found = evaluate(REAL, REFERENCE)
    assert found["frechet"] == pytest.approx(0, abs=1e-6)
    assert found["coverage"] == found["recall"] == found["precision"] == found["unique"] == found["valid"] == 1
    assert found["features"].startswith("fashion: a classifier of clothes")


def test_others_of_the_same_kind_are_nearer_than_another_kind():
    same, other = evaluate(OTHERS, REFERENCE), evaluate(DIM, REFERENCE)
    assert same["frechet"] < other["frechet"] / 5
    assert abs(same["kid"]) < other["kid"] / 5
    assert same["coverage"] > 0.9 > other["coverage"] and same["recall"] > other["recall"]


def test_copies_are_found_and_others_are_none():
    train = OTHERS[:150]
    found = evaluate(np.concatenate([DIM[:150], train]), REFERENCE, train=train)
    assert found["copies"] == pytest.approx(0.5, abs=0.02) and found["copy_distance"] > 0
    assert evaluate(DIM, REFERENCE)["copies"] is None


def test_a_reference_that_was_trained_on_is_noted():
    assert any("copies are exact ones" in note for note in evaluate(DIM, REFERENCE, train=REAL)["notes"])


def test_repetitions_and_what_is_no_picture_lower_their_shares():
    found = evaluate([*OTHERS[:8], OTHERS[0], None], REFERENCE)
    assert found["samples"] == 10 and found["valid"] == 0.9
    assert found["unique"] == pytest.approx(8 / 9)


def test_classes_are_held_against_what_the_network_sees():
    seen = REFERENCE.seen[0]
    names = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
    records = [Record(REAL[0], "a", {"class": names[seen]}), Record(REAL[0], "b", {"class": names[seen - 1]})]
    found = evaluate([*records, Record(REAL[0], "c", {"class": "planet"})], REFERENCE)
    assert found["label_accuracy"] == 0.5 and found["label_ceiling"] is None


def test_who_is_asked_for_what_the_network_sees_is_always_right_and_so_is_its_ceiling():
    names = np.array(find("fashion").classes)[REFERENCE.seen]
    records = [Record(picture, "a", {"class": name}) for picture, name in zip(REAL[:20], names, strict=False)]
    found = evaluate(records, Reference.measure(records))
    assert found["label_accuracy"] == found["label_ceiling"] == 1


@pytest.mark.parametrize("times", [1, 2, 5])
def test_of_pictures_that_all_stand_there_so_many_times_one_in_so_many_is_unique(times):
    pictures = np.random.default_rng(0).permutation(np.concatenate([OTHERS[:10]] * times))
    assert evaluate(pictures, REFERENCE)["unique"] == 1 / times


def test_too_few_pictures_are_compared_with_nothing_and_none_at_all_is_an_error():
    found = evaluate(OTHERS[:3], REFERENCE)
    assert found["frechet"] is None and found["unique"] == 1
    assert found["notes"][0].startswith("nothing was compared")
    assert evaluate([None], REFERENCE)["valid"] == 0
    with pytest.raises(InputError, match="no samples to measure"):
        evaluate([], REFERENCE)


def test_a_reference_seen_by_others_is_refused():
    with pytest.raises(InputError, match="measured with the features 'fashion', not 'lite0'"):
        evaluate(OTHERS, REFERENCE, features="lite0")


def test_the_command_measures_folders_and_keeps_the_reference(tmp_path, gdl):
    for folder, pictures in (("real", REAL[:12]), ("drawn", OTHERS[:12])):
        (tmp_path / folder / "Bag").mkdir(parents=True)
        for number, picture in enumerate(pictures):
            Image.fromarray(picture[..., 0]).save(tmp_path / folder / "Bag" / f"{number}.png")
    drawn, real, kept = tmp_path / "drawn", tmp_path / "real", tmp_path / "reference.npz"
    first = gdl("evaluate", drawn, "--reference", real, "--train", real, "--save-reference", kept, "--json")
    again = gdl("evaluate", drawn, "--reference", kept, "--train", real, "--json")
    assert first.code == again.code == 0
    assert first.out == again.out
    assert json.loads(first.out)["label_accuracy"] is not None
    shown = gdl("evaluate", drawn, "--reference", kept)
    assert shown.out.startswith("features") and "note: frechet is not to be trusted: 12 pictures" in shown.err
