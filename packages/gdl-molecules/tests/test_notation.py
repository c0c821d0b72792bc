import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from gdl_core.errors import RepresentationError
from gdl_molecules.notation import atom_positions, fault, shown, tokenize

DATA = Path(__file__).parent / "data"
MOLECULES = [
    line.split()[0]
    for name in ("molecules.smi", "smiles_only.smi")
    for line in (DATA / name).read_text(encoding="utf-8").splitlines()[1:]
]


@given(st.one_of(st.text(), st.text("CcNnOo[]()=#123%+-@H.lBr/\\*$>", max_size=20)))
def test_tokens_joined_are_the_same_text_or_the_stray_character_is_named(text):
    try:
        assert "".join(tokenize(text)) == text
    except RepresentationError as refusal:
        assert "position" in str(refusal)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_every_atom_is_one_token(smiles):
    rules = Chem.SmilesParserParams()
    rules.removeHs = False
    rules.sanitize = False
    atoms = [token for token in tokenize(smiles) if token[0] in "[*" or token.strip("%0123456789").isalpha()]
    assert len(atoms) == Chem.MolFromSmiles(smiles, rules).GetNumAtoms() == len(atom_positions(smiles))


@pytest.mark.parametrize(
    ("smiles", "tokens"),
    [
        ("ClCBr", ["Cl", "C", "Br"]),
        ("CSc", ["C", "S", "c"]),
        ("[nH]%10%(123)1", ["[nH]", "%10", "%(123)", "1"]),
        ("N->[Pt]<-N", ["N", "->", "[Pt]", "<-", "N"]),
        ("C$C~C:C/C\\C", ["C", "$", "C", "~", "C", ":", "C", "/", "C", "\\", "C"]),
        ("[*:1].*", ["[*:1]", ".", "*"]),
    ],
)
def test_tokens_are_as_long_as_they_must_be(smiles, tokens):
    assert tokenize(smiles) == tokens


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("", "it is empty"),
        ("C1CC", "ring 1, opened at position 2, is never closed"),
        ("CC%10C", "ring 10, opened at position 3, is never closed"),
        ("C11", "ring 1, closed at position 3, binds an atom to itself"),
        ("C1C1", "ring 1, closed at position 4, binds two atoms that are bound already"),
        ("CC(C", "the branch opened at position 3 is never closed"),
        ("CC)C", "the branch closed at position 3 was never opened"),
        ("C()C", "')' at position 3 follows no atom"),
        ("C=", "'=' at the end leads to no atom"),
        ("C==C", "the bond '=' before position 3 leads to no atom"),
        ("1CC1", "'1' at position 1 follows no atom"),
        ("C..C", "'.' at position 3 follows no atom"),
        ("C[C", "the bracket opened at position 2 is never closed"),
        ("C[Xx]", "'Xx' at position 2 is no element"),
        ("[R1]C", "'R' at position 1 is no element"),
        ("[C@@@H]", "[C@@@H] at position 1 is no atom"),
        ("C%1C", "'%' at position 2 needs two digits, or a number in parentheses, for its ring"),
        ("CéC", "'é' at position 2 means nothing in SMILES"),
        ("C C", "a space or line end at position 2; give the SMILES alone"),
        ("CCO>>CC=O", "it is a reaction; give each molecule by itself"),
        ("CC |$R1;$|", "it carries a CXSMILES extension; give the SMILES alone"),
    ],
)
def test_a_fault_is_named_in_plain_words(smiles, reason):
    assert fault(smiles) == reason


@pytest.mark.parametrize("smiles", MOLECULES)
def test_no_fault_is_seen_in_what_rdkit_reads(smiles):
    assert fault(smiles) == "RDKit cannot read it"


def test_a_long_smiles_is_shown_with_its_middle_left_out():
    assert len(shown("C" * 5000)) < 70


def test_the_grammar_of_faults_covers_all_of_rdkits_own_small_examples():
    table = Path(Chem.__file__).parents[1] / "Data" / "NCI" / "first_5k.tpsa.csv"
    with table.open(encoding="utf-8") as lines:
        rows = [row[0] for row in csv.reader(lines) if row and not row[0].startswith("#")]
    assert len(rows) > 4000
    assert all("".join(tokenize(smiles)) == smiles for smiles in rows)
