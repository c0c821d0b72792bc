import itertools
import random
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.spaces import Tokens
from gdl_molecules.chemistry import parse
from gdl_molecules.notation import shown
from gdl_molecules.representations.smiles import SmilesTokens

DATA = Path(__file__).parents[1] / "data"
MOLECULES = [
    line.split()[0]
    for name in ("molecules.smi", "smiles_only.smi")
    for line in (DATA / name).read_text(encoding="utf-8").splitlines()[1:]
]
FITTED = SmilesTokens().fit(MOLECULES)
NCI = Path(Chem.__file__).parents[1] / "Data" / "NCI" / "first_5K.smi"


@pytest.mark.parametrize("smiles", MOLECULES)
def test_a_smiles_survives_the_round_trip_letter_by_letter(smiles):
    sample = FITTED.encode(smiles)
    assert sample.dtype == torch.int64
    assert sample.ndim == 1
    assert FITTED.decode(sample) == smiles


def test_real_molecules_in_any_spelling_survive_the_round_trip():
    spelled = [
        Chem.MolToSmiles(parse(line.split()[0]), doRandom=True)
        for line in itertools.islice(NCI.read_text(encoding="utf-8").splitlines(), 0, 5000, 25)
    ]
    representation = SmilesTokens().fit(spelled)
    assert [representation.decode(representation.encode(smiles)) for smiles in spelled] == spelled


@given(st.lists(st.sampled_from(range(len(FITTED.vocabulary))), min_size=1, max_size=12))
@settings(deadline=None)
def test_a_sample_decodes_to_text_that_encodes_to_the_same_molecule_or_is_refused(numbers):
    text = FITTED.decode(torch.tensor(numbers))
    try:
        assert FITTED.decode(FITTED.encode(text)) == text
    except RepresentationError as refusal:
        assert str(refusal).startswith(shown(text))


@given(st.lists(st.one_of(st.sampled_from(MOLECULES), st.text("CcN[]()1=#\n é", max_size=6)), max_size=20))
@settings(deadline=None)
def test_many_at_once_are_encoded_as_one_by_one(texts):
    for text, sample in zip(texts, FITTED.encode_many(texts), strict=True):
        try:
            assert torch.equal(FITTED.encode(text), sample)
        except RepresentationError as refusal:
            assert str(sample) == str(refusal)


def test_the_vocabulary_does_not_depend_on_the_order_of_the_molecules():
    shuffled = random.Random(0).sample(MOLECULES, len(MOLECULES))
    assert SmilesTokens().fit(shuffled).to_config() == FITTED.to_config()
    assert list(FITTED.vocabulary) == sorted(FITTED.vocabulary)


def test_what_rdkit_cannot_read_never_enters_the_vocabulary():
    representation = SmilesTokens().fit(["CCO", "[Xx]C", "C1CN", "C(F)(F)(F)(F)F", "CC |$a$|", "é", "", "C" * 2000])
    assert representation.vocabulary == ("C", "O")
    assert representation.space == Tokens(2, 8)


def test_the_longest_molecule_is_rounded_up_to_a_multiple_of_eight_unless_a_length_is_given():
    assert SmilesTokens().fit(["C" * 17]).space.max_length == 24
    assert SmilesTokens(max_length=5).fit(["C", "N" * 6, "CCOCC"]).to_config() == {
        "vocabulary": ["C", "O"],
        "max_length": 5,
    }


def test_fitting_on_nothing_readable_says_so():
    with pytest.raises(RepresentationError, match="no token to learn"):
        SmilesTokens().fit(["C1", "[Xx]"])


def test_an_unknown_token_is_named_with_what_to_do():
    representation = SmilesTokens().fit(["CCO"])
    with pytest.raises(RepresentationError, match=r"'C\[Si\]\(C\)C'.*'\[Si\]' is not among the 2.*extend\(\)"):
        representation.encode("C[Si](C)C")


def test_a_molecule_that_is_too_long_is_refused_with_its_length():
    with pytest.raises(RepresentationError, match="9 tokens, but max_length is 8"):
        SmilesTokens().fit(["CCO"]).encode("C" * 9)


@pytest.mark.parametrize("text", ["C\n", " C", "CC\0", "C name"])
def test_what_is_more_than_a_smiles_is_refused_with_its_place(text):
    with pytest.raises(RepresentationError, match="position"):
        FITTED.encode(text)


def test_extending_keeps_every_number_and_adds_the_new_tokens_behind():
    representation = SmilesTokens().fit(["CCO"])
    before = representation.encode("OCC")
    added = representation.extend(["C[Si](C)(C)C", "C[P@](N)O", "C" * 20, "[Xx]"])
    assert added == ["(", ")", "N", "[P@]", "[Si]"]
    assert torch.equal(representation.encode("OCC"), before)
    assert torch.equal(representation.encode_many(["OCC"])[0], before)
    assert representation.space == Tokens(7, 20)
    assert representation.decode(representation.encode("C[Si](C)(C)C")) == "C[Si](C)(C)C"
    assert representation.extend(["CCO"]) == []


def test_a_representation_rebuilt_from_its_description_is_the_same():
    rebuilt = SmilesTokens.from_config(FITTED.to_config())
    assert rebuilt.to_config() == FITTED.to_config()
    assert rebuilt.space == FITTED.space
    assert all(torch.equal(rebuilt.encode(smiles), FITTED.encode(smiles)) for smiles in MOLECULES)


def test_a_mol_is_encoded_as_rdkit_writes_it():
    assert FITTED.decode(FITTED.encode(Chem.MolFromSmiles("OCC"))) == "CCO"


def test_a_number_outside_the_vocabulary_is_refused():
    for number in (-1, len(FITTED.vocabulary)):
        with pytest.raises(RepresentationError, match=f"no token {number}"):
            FITTED.decode(torch.tensor([number]))


def test_a_representation_that_was_never_fitted_says_so():
    with pytest.raises(UsageError, match="call fit"):
        SmilesTokens().encode("C")
    with pytest.raises(UsageError, match="call fit"):
        _ = SmilesTokens().space
    with pytest.raises(UsageError, match="max_length"):
        SmilesTokens(["C"])
    with pytest.raises(RepresentationError, match="twice"):
        SmilesTokens(["C", "C"], max_length=4)


def test_a_prefix_may_leave_branches_and_rings_open():
    smiles = SmilesTokens().fit(["Cc1ccc(Br)cc1", "C[NH3+]"])
    assert smiles.decode(torch.tensor(smiles.encode_prefix("c1cc(Br"))) == "c1cc(Br"
    with pytest.raises(RepresentationError, match="Cl"):
        smiles.encode_prefix("CCl")
