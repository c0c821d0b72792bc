from pathlib import Path

import numpy as np
import pytest
import torch
from rdkit import Chem

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.pipeline import Pipeline, train_from_files
from gdl_core.spaces import Graph, GraphSample
from gdl_core.testing import REPRESENTATION_LAWS
from gdl_molecules.chemistry import canonical, parse
from gdl_molecules.domain import DOMAIN
from gdl_molecules.representations.graph import MolecularGraph

DATA = Path(__file__).parents[1] / "data"


def _read(name):
    return [line.split()[0] for line in (DATA / name).read_text(encoding="utf-8").splitlines()[1:]]


MOLECULES = _read("molecules.smi")
SMALL = ["CCO", "c1ccccc1O", "CC(=O)[O-].[Na+]", "C[N+](=O)[O-]", "C#N", "c1cc[nH]c1", "[CH3]", "C", "[13CH4]"]
FITTED = {kekulized: MolecularGraph(kekulized=kekulized).fit([*MOLECULES, *SMALL]) for kekulized in (True, False)}
STEREO = [
    "N[C@@H](C)C(=O)O",
    "C/C=C/C",
    "F/C=C\\Cl",
    "C/C=N/O",
    "C[S@](=O)CC",
    "C[C@H]1CC[C@@H](C)CC1",
    "C[C@H]1CC[C@H](C)CC1",
    "C[C@H](O)[C@H](Cl)[C@@H](C)O",
    "C[C@H](O)[C@@H](Cl)[C@@H](C)O",
    "C[C@@H]1C[C@H]1C",
    "C1CC[C@H]2CCCC[C@@H]2C1",
    "C/C=C(/[C@H](C)O)[C@@H](C)O",
    "C/C=C(\\[C@H](C)O)[C@@H](C)O",
]


@pytest.mark.parametrize("kekulized", [True, False], ids=["kekulized", "aromatic"])
@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
def test_the_laws_of_representations_hold(law, kekulized):
    law(FITTED[kekulized], SMALL, canonical)


def test_a_molecule_has_one_graph_however_it_is_spelled():
    graph = FITTED[True]
    one, other = graph.encode("Oc1ccccc1"), graph.encode("C1=CC=CC(O)=C1")
    assert torch.equal(one.nodes, other.nodes)
    assert torch.equal(one.edges, other.edges)


def test_fitting_learns_kinds_and_the_largest_molecule():
    graph = MolecularGraph().fit(["CCO", "C#N", "C1", "[Na+].[Cl-]"])
    assert graph.nodes == ("C", "Cl-", "N", "Na+", "O")
    assert graph.edges == ("single", "triple")
    assert graph.space == Graph(3, 5, 3)
    assert graph.extend(["CC=O", "CCCN", "CCCBr"]) == ["Br", "double"]
    assert graph.edges == ("single", "triple", "double")
    assert graph.space == Graph(4, 6, 4)


def test_what_does_not_fit_is_refused_by_name():
    graph = MolecularGraph().fit(["CCO"])
    with pytest.raises(RepresentationError, match=r"'CCN': the atom 'N' is not among the 2 kinds"):
        graph.encode("CCN")
    with pytest.raises(RepresentationError, match=r"'C=C': the bond 'double' is not among the 1 kinds"):
        graph.encode("C=C")
    with pytest.raises(RepresentationError, match="'CCCC': 4 atoms, but max_nodes is 3"):
        graph.encode("CCCC")
    with pytest.raises(UsageError, match="call fit"):
        MolecularGraph().encode("C")


def test_a_graph_that_rdkit_refuses_becomes_a_text_that_is_no_molecule():
    graph = MolecularGraph(["C"], ["single"], max_nodes=6)
    edges = torch.zeros(6, 6, dtype=torch.int64)
    edges[0, 1:] = edges[1:, 0] = 1
    text = graph.decode(GraphSample(torch.zeros(6, dtype=torch.int64), edges))
    assert text == "CC(C)(C)(C)C"
    with pytest.raises(RepresentationError, match="5 bonds"):
        parse(text)


def test_a_graph_without_nodes_is_the_empty_text():
    nothing = torch.zeros(0, dtype=torch.int64)
    assert FITTED[True].decode(GraphSample(nothing, nothing.reshape(0, 0))) == ""


@pytest.mark.parametrize("kekulized", [True, False], ids=["kekulized", "aromatic"])
def test_all_sorts_of_molecules_survive_the_round_trip_in_any_spelling(kekulized):
    graph = FITTED[kekulized]
    spelled = [*MOLECULES, *(Chem.MolToRandomSmilesVect(parse(smiles), 1, randomSeed=1)[0] for smiles in MOLECULES)]
    assert [graph.decode(graph.encode(smiles)) for smiles in spelled] == list(map(canonical, spelled))


@pytest.mark.parametrize("smiles", STEREO)
def test_stereo_survives_the_round_trip(smiles):
    graph = MolecularGraph().fit([smiles])
    assert graph.decode(graph.encode(smiles)) == canonical(smiles)


def test_kinds_with_stereo_carry_cip_labels():
    graph = MolecularGraph().fit(["N[C@@H](C)C(=O)O", "C/C=C/C", "F/C=C\\Cl"])
    assert graph.nodes == ("C", "C(S)", "Cl", "F", "N", "O")
    assert graph.edges == ("single", "double", "double-E", "double-Z")


def test_nodes_keep_their_meaning_in_any_order():
    graph = MolecularGraph().fit(["N[C@@H](C)C(=O)O", "C/C=C/C(O)=O"])
    for smiles in ("N[C@@H](C)C(=O)O", "C/C=C/C(O)=O"):
        nodes, edges = graph.encode(smiles)
        order = torch.randperm(len(nodes), generator=torch.Generator().manual_seed(0))
        assert graph.decode(GraphSample(nodes[order], edges[order][:, order])) == canonical(smiles)


def test_stereo_that_no_cip_label_tells_is_refused_by_name():
    with pytest.raises(RepresentationError, match=r"^'\[?F.*\[Pt@SP1\] is not tetrahedral"):
        FITTED[True].encode("F[Pt@SP1](Cl)(Br)I")


def test_labels_that_no_molecule_has_are_refused():
    graph = MolecularGraph(["C", "C(R)"], ["single", "double", "double-E"], max_nodes=4)
    nodes, edges = graph.encode("CC")
    with pytest.raises(RepresentationError, match="CIP labels"):
        graph.decode(GraphSample(torch.tensor([0, 1]), edges))
    with pytest.raises(RepresentationError, match="CIP labels"):
        graph.decode(GraphSample(nodes, edges * 3))


@pytest.mark.parametrize("smiles", _read("smiles_only.smi"))
def test_the_odd_comes_back_or_is_refused_by_name(smiles):
    graph = MolecularGraph()
    try:
        sample = graph.fit([smiles]).encode(smiles)
    except RepresentationError as refusal:
        assert str(refusal)
    else:
        assert graph.decode(sample) == canonical(smiles)


def test_dative_bonds_come_back():
    graph = MolecularGraph().fit(["N->[Pt](<-N)(Cl)Cl"])
    assert "dative" in graph.edges
    assert graph.decode(graph.encode("N->[Pt](<-N)(Cl)Cl")) == canonical("N->[Pt](<-N)(Cl)Cl")


@pytest.mark.parametrize("smiles", ["[CH3]", "C[CH]C", "[O][O]", "[Na]", "C", "[He]", "[Na+].[Cl-]", "CC.CC.O"])
def test_radicals_single_atoms_and_pieces_survive_the_round_trip(smiles):
    graph = MolecularGraph().fit([smiles])
    assert graph.decode(graph.encode(smiles)) == canonical(smiles)


def test_many_are_encoded_as_one_by_one_and_refusals_keep_their_places():
    graph = MolecularGraph().fit(["CCO", "c1cc[nH]c1"])
    given = ["OCC", "CBr", "C1", "c1cc[nH]c1", parse("CO"), ""]
    found = graph.encode_many(given)
    assert [isinstance(one, RepresentationError) for one in found] == [False, True, True, False, False, True]
    for smiles, sample in zip(given, found, strict=True):
        if isinstance(sample, GraphSample):
            assert all(map(torch.equal, sample, graph.encode(smiles)))


def test_edges_are_the_same_in_both_directions():
    edges = FITTED[True].encode("CC(=O)Oc1ccccc1C(=O)O").edges.numpy()
    assert np.array_equal(edges, edges.T)


@pytest.mark.parametrize("nodes", [[5], [-1]])
def test_kinds_that_are_not_there_are_refused(nodes):
    graph = MolecularGraph(["C"], ["single"], max_nodes=2)
    with pytest.raises(RepresentationError, match="kinds that are not there"):
        graph.decode(GraphSample(torch.tensor(nodes), torch.zeros(1, 1, dtype=torch.int64)))


def test_no_kind_is_named_twice_or_unknown():
    with pytest.raises(RepresentationError, match="twice"):
        MolecularGraph(["C", "C"], ["single"], max_nodes=2)
    with pytest.raises(RepresentationError, match="no kind of atom"):
        MolecularGraph(["Xx"], ["single"], max_nodes=2)
    with pytest.raises(RepresentationError, match="no kind of bond"):
        MolecularGraph(["C"], ["fivefold"], max_nodes=2)
    with pytest.raises(UsageError, match="max_nodes"):
        MolecularGraph(["C"], ["single"])


@pytest.mark.slow
@pytest.mark.parametrize("family", ["autoregressive", "vae", "gan", "flow", "diffusion", "energy"])
def test_every_family_learns_graphs_and_draws_from_them(family, tmp_path):
    (tmp_path / "some.smi").write_text("CCO\nCC=O\nC1CC1\nC#N\nCN\nCO\n" * 3)
    options = {"steps": 1, "batch_size": 8, "device": "cpu"}
    train_from_files(
        DOMAIN, [tmp_path / "some.smi"], tmp_path / "run", family=family, representation="graph", options=options
    )  # fmt: skip
    draws = Pipeline.from_pretrained(tmp_path / "run", DOMAIN).sample(3, seed=0, raw=True)
    assert len(draws) == len(draws.valid) == 3
