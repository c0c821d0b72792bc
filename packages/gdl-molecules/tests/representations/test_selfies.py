import itertools
import threading
from pathlib import Path

import pytest
import selfies
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.spaces import Tokens
from gdl_molecules.chemistry import canonical, parse
from gdl_molecules.representations.selfies import SelfiesTokens

DATA = Path(__file__).parents[1] / "data"


def _read(name):
    return [line.split()[0] for line in (DATA / name).read_text(encoding="utf-8").splitlines()[1:]]


MOLECULES = _read("molecules.smi")
FITTED = SelfiesTokens().fit(MOLECULES)
NCI = Path(Chem.__file__).parents[1] / "Data" / "NCI" / "first_5K.smi"


@pytest.mark.parametrize("smiles", MOLECULES)
def test_a_molecule_survives_the_round_trip(smiles):
    sample = FITTED.encode(smiles)
    assert sample.dtype == torch.int64
    assert sample.ndim == 1
    assert canonical(FITTED.decode(sample)) == canonical(smiles)


def test_real_molecules_in_any_spelling_survive_the_round_trip():
    spelled = [
        Chem.MolToSmiles(parse(line.split()[0]), doRandom=True)
        for line in itertools.islice(NCI.read_text(encoding="utf-8").splitlines(), 0, 5000, 25)
    ]
    representation = SelfiesTokens().fit(spelled)
    decoded = [representation.decode(representation.encode(smiles)) for smiles in spelled]
    assert list(map(canonical, decoded)) == list(map(canonical, spelled))


@given(st.lists(st.sampled_from(range(len(FITTED.vocabulary))), max_size=40))
@settings(deadline=None)
def test_any_sequence_of_symbols_stands_for_a_valid_molecule_or_for_nothing(numbers):
    smiles = FITTED.decode(torch.tensor(numbers, dtype=torch.int64))
    assert smiles == "" or parse(smiles).GetNumAtoms() > 0


@pytest.mark.parametrize("smiles", _read("smiles_only.smi"))
def test_what_selfies_cannot_hold_is_refused_by_name(smiles):
    with pytest.raises(RepresentationError, match="SELFIES") as refusal:
        FITTED.encode(smiles)
    assert str(refusal.value).startswith(repr(smiles))


def test_the_refusal_of_an_attachment_point_names_it():
    with pytest.raises(RepresentationError, match=r"no dummy atom '\*'; leave it out, or use .*'smiles'"):
        FITTED.encode("[*:1]CC")


def test_what_rdkit_cannot_read_is_refused_with_rdkits_reason():
    with pytest.raises(RepresentationError, match="ring 1, opened at position 2, is never closed"):
        FITTED.encode("C1CC")


def test_the_users_own_selfies_is_neither_touched_nor_obeyed():
    iodine = "O=I(=O)C"
    sulfone = "CS(C)(=O)=O"
    before = selfies.get_semantic_constraints()
    selfies.set_semantic_constraints("octet_rule")
    try:
        octet = selfies.get_semantic_constraints()
        representation = SelfiesTokens().fit([iodine, sulfone])
        for smiles in (iodine, sulfone):
            assert canonical(representation.decode(representation.encode(smiles))) == canonical(smiles)
        assert selfies.get_semantic_constraints() == octet
        with pytest.raises(selfies.EncoderError):
            selfies.encoder(sulfone)
    finally:
        selfies.set_semantic_constraints(before)


def test_several_threads_may_decode_at_once():
    expected = [canonical(smiles) for smiles in MOLECULES]
    results = {}

    def work(name):
        results[name] = [canonical(FITTED.decode(FITTED.encode(smiles))) for smiles in MOLECULES]

    threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(results.values()) == [expected] * 3


def test_fitting_learns_symbols_in_order_and_passes_over_what_it_cannot_hold():
    representation = SelfiesTokens().fit(["CC=O", "*C", "[Xx]", "C1", "N"])
    assert representation.vocabulary == ("[=O]", "[C]", "[N]")
    assert representation.space == Tokens(3, 8)
    with pytest.raises(RepresentationError, match="no token to learn"):
        SelfiesTokens().fit(["*C"])


def test_extending_keeps_every_number_and_adds_the_new_symbols_behind():
    representation = SelfiesTokens().fit(["CC=O"])
    before = representation.encode("C=O")
    assert representation.extend(["C[SiH](C)C", "*C"]) == ["[Branch1]", "[SiH1]"]
    assert torch.equal(representation.encode("C=O"), before)


def test_unknown_symbols_and_great_lengths_are_refused_by_name():
    representation = SelfiesTokens().fit(["CCO"])
    with pytest.raises(RepresentationError, match=r"'CCN'.*'\[N\]' is not among"):
        representation.encode("CCN")
    with pytest.raises(RepresentationError, match="9 tokens, but max_length is 8"):
        representation.encode("C" * 9)
    with pytest.raises(UsageError, match="call fit"):
        SelfiesTokens().encode("C")


def test_a_representation_rebuilt_from_its_description_is_the_same():
    rebuilt = SelfiesTokens.from_config(FITTED.to_config())
    assert rebuilt.to_config() == FITTED.to_config()
    assert all(torch.equal(rebuilt.encode(smiles), FITTED.encode(smiles)) for smiles in MOLECULES[:10])


def test_a_prefix_is_made_of_symbols():
    selfies = SelfiesTokens(["[C]", "[=O]"], max_length=8)
    assert selfies.encode_prefix("[C][C][=O]") == [0, 0, 1]
    for wrong in ("CC", "[C]C", "[C", "[N]"):
        with pytest.raises(RepresentationError):
            selfies.encode_prefix(wrong)
