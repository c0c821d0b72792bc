from xml.etree import ElementTree

import pytest

from gdl_core.errors import UsageError
from gdl_molecules.chemistry import parse
from gdl_molecules.draw import grid

DRUGS = ["CC(=O)Oc1ccccc1C(=O)O", "CN1CCC[C@H]1c1cccnc1", "Cn1cnc2c1c(=O)n(C)c(=O)n2C", "[Na+].[Cl-]", "*c1ccccc1"]


def size(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_a_grid_has_a_cell_for_each_molecule():
    picture = ElementTree.fromstring(grid(DRUGS, columns=2))
    assert picture.get("viewBox") == "0 0 480 600"  # two columns of 240, three rows of 200
    assert size(grid(DRUGS, columns=2, format="png")) == (480, 600)
    assert size(grid(DRUGS[:1], format="png")) == (240, 200)


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_molecules_give_the_same_picture(form):
    assert grid(DRUGS, format=form) == grid(DRUGS, format=form)
    assert grid(map(parse, DRUGS), format=form) == grid(map(parse, DRUGS), format=form)
    assert grid(DRUGS, format=form) != grid(DRUGS[::-1], format=form)


def test_what_is_no_molecule_is_drawn_as_a_word_and_not_left_out():
    empty, invalid, nothing = grid([], columns=1), grid(["C1CC"], columns=1), grid([None], columns=1)
    assert invalid == nothing != empty
    assert size(grid(["C", "C1CC", "C"], format="png")) == (720, 200)


def test_legends_and_highlights_are_seen():
    plain = grid(DRUGS[:1])
    assert len({plain, grid(DRUGS[:1], legends=["aspirin"]), grid(DRUGS[:1], highlights=[[0, 1]])}) == 3


def test_a_legend_cannot_smuggle_markup_into_the_page():
    assert "script" not in grid(["C"], legends=["<script>alert(1)</script>"])


def test_a_drawn_molecule_is_left_as_it_was():
    mol = parse("c1ccccc1")
    before = mol.ToBinary()
    grid([mol])
    assert mol.ToBinary() == before


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"format": "pgn"}, "did you mean 'png'"),
        ({"legends": ["one", "two"]}, "2 legends for 1 molecules"),
        ({"highlights": []}, "0 highlights for 1 molecules"),
        ({"columns": 0}, "at least one column"),
    ],
)
def test_what_does_not_fit_is_refused(options, hint):
    with pytest.raises(UsageError, match=hint):
        grid(["C"], **options)
