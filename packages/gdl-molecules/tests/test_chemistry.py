from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem import AllChem

from gdl_core.errors import RepresentationError
from gdl_molecules.chemistry import canonical, parse, parse_block, readable, spelling
from gdl_molecules.notation import tokenize

DATA = Path(__file__).parent / "data"
MOLECULES = [
    line.split()[0]
    for name in ("molecules.smi", "smiles_only.smi")
    for line in (DATA / name).read_text(encoding="utf-8").splitlines()[1:]
]
PEPTIDE = "N[C@@H](C)C(=O)" * 100 + "O"


@pytest.mark.parametrize("smiles", MOLECULES)
def test_what_rdkit_reads_is_parsed_as_rdkit_does(smiles):
    assert Chem.MolToSmiles(parse(smiles)) == Chem.MolToSmiles(Chem.MolFromSmiles(smiles))


@pytest.mark.parametrize("smiles", MOLECULES)
def test_every_spelling_has_one_canonical_form(smiles):
    mol = parse(smiles)
    spellings = {Chem.MolToSmiles(mol, doRandom=True) for _ in range(5)}
    assert {canonical(spelled) for spelled in spellings} == {canonical(smiles)}


@given(st.one_of(st.text(max_size=12), st.text("CcNnOo[]()=#123%+-@H.lBr/\\*$>", max_size=12)))
@settings(deadline=None)
def test_any_text_is_a_molecule_or_refused_and_nothing_else_happens(text):
    try:
        assert parse(text).GetNumAtoms() > 0
    except RepresentationError as refusal:
        assert str(refusal).startswith(repr(text))


@pytest.mark.parametrize("text", ["Bé", "CC\0", " C", "C ", "C\n", "CC name", "C\ud800"])
def test_what_rdkit_would_read_only_in_part_is_refused_whole(text):
    with pytest.raises(RepresentationError, match="at position"):
        parse(text)
    assert readable([text]) == [False]


@given(st.text("CcNnOo[]()=#123%+-@H.lBr/\\*$>:~ é", max_size=8))
@settings(deadline=None)
def test_what_is_parsed_has_tokens(text):
    try:
        parse(text)
    except RepresentationError:
        return
    assert "".join(tokenize(text)) == text


@given(st.lists(st.text("CcNnOo[]()=#123%+-@H.lBr/\\*$>é", max_size=8)))
@settings(deadline=None)
def test_readable_agrees_with_parse(texts):
    def is_parsed(text):
        try:
            return bool(parse(text))
        except RepresentationError:
            return False

    assert readable(texts) == [is_parsed(text) for text in texts]


def test_nothing_is_printed(capfd):
    for text in ["C1CC", "[Xx]", "c1cccc1", "C(C)(C)(C)(C)C", "[H]", "[2H]", "C[C@](C)(C)C", ""]:
        readable([text])
        with suppress(RepresentationError):
            canonical(text)
    with pytest.raises(RepresentationError):
        parse_block("\n\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0    0.0    0.0 Xx  0  0\nM  END\n")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("CC(C)(C)(C)C", "C at position 2 has 5 bonds, more than it can hold"),
        ("C[N](C)(C)C", "N at position 2 has 4 bonds, more than it can hold"),
        ("[CH5]", "C at position 1 has 5 bonds, more than it can hold"),
        ("[H]C([H])([H])([H])[H]", "C at position 4 has 5 bonds, more than it can hold"),
        ("c1ccc1cC", "c at position 7 is aromatic but stands in no ring"),
        ("c1cnc(C)c1", "no double bonds fit the aromatic atoms"),
        ("c1cccc1", "a hydrogen such as [nH] may be missing"),
    ],
)
def test_impossible_chemistry_is_refused_with_its_place(smiles, reason):
    with pytest.raises(RepresentationError, match="^'") as refusal:
        parse(smiles)
    assert reason.lower() in str(refusal.value).lower()


@pytest.mark.parametrize("thing", [None, 7, b"CCO", ["CCO"]])
def test_what_is_no_molecule_at_all_is_refused_by_its_type(thing):
    with pytest.raises(RepresentationError, match=type(thing).__name__):
        parse(thing)


def test_a_peptide_of_500_atoms_is_a_molecule():
    assert len(PEPTIDE) > 1000
    assert parse(PEPTIDE).GetNumHeavyAtoms() == 501
    assert canonical(PEPTIDE) == canonical(Chem.MolToSmiles(parse(PEPTIDE), doRandom=True))


@pytest.mark.parametrize(
    ("smiles", "what"),
    [
        ("C" * 1001, "1,001 heavy atoms"),
        ("N[C@@H](C)C(=O)" * 250, "1,250 heavy atoms"),
        ("C" * 200_000, "200,000 characters"),
        ("[H]" * 6000, "6,000 atoms with its hydrogens"),
    ],
)
def test_a_molecule_above_the_cap_is_refused_before_it_is_read(smiles, what, monkeypatch):
    monkeypatch.setattr(Chem, "MolFromSmiles", None)
    for refuse in (parse, canonical):
        with pytest.raises(RepresentationError, match=what):
            refuse(smiles)
    assert readable([smiles]) == [False]


def test_a_thousand_heavy_atoms_and_their_hydrogens_are_within_the_cap():
    assert parse("C" * 1000).GetNumAtoms() == 1000
    assert parse("[H]C([H])([H])" + "C([H])([H])" * 499).GetNumAtoms() == 500


def test_a_mol_above_the_cap_is_refused_too():
    with pytest.raises(RepresentationError, match="1,200 heavy atoms"):
        canonical(Chem.MolFromSmiles("C" * 1200))
    with pytest.raises(RepresentationError, match="the structure: 30 heavy atoms"):
        parse_block(Chem.MolToV3KMolBlock(Chem.MolFromSmiles("C" * 30)), max_heavy_atoms=20)


def test_a_mol_is_checked_and_left_as_it_was():
    mol = Chem.MolFromSmiles("c1ccccc1", sanitize=False)
    assert canonical(mol) == "c1ccccc1"
    assert mol.NeedsUpdatePropertyCache()
    with pytest.raises(RepresentationError, match="C at number 1 has 5 bonds"):
        parse(Chem.MolFromSmiles("C(C)(C)(C)(C)C", sanitize=False))
    with pytest.raises(RepresentationError, match="no atoms"):
        parse(Chem.Mol())


def test_a_pattern_is_no_molecule():
    with pytest.raises(RepresentationError, match="query atom"):
        parse(Chem.MolFromSmarts("C[N,O]"))
    assert spelling(Chem.MolFromSmiles("*~C")) == "*~C"


def test_a_mol_block_keeps_stereo_charges_and_isotopes():
    for smiles in ["C[C@H](N)C(=O)O", "C/C=C/C", "C[N+](C)(C)C", "[13CH4]", "[1*]CC"]:
        mol = parse(smiles)
        AllChem.Compute2DCoords(mol)
        assert canonical(parse_block(Chem.MolToMolBlock(mol))) == canonical(smiles)


@pytest.mark.parametrize(
    ("symbol", "reason"), [("Q", "query atom"), ("Xx", "RDKit cannot read it"), ("A", "query atom")]
)
def test_a_mol_block_that_holds_no_one_molecule_is_refused(symbol, reason):
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CF")).replace(" F ", f" {symbol:<2}")
    with pytest.raises(RepresentationError, match=reason):
        parse_block(block)
