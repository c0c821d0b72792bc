import pytest
import torch

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.spaces import Graph, GraphSample
from gdl_core.testing import REPRESENTATION_LAWS
from gdl_molecules.chemistry import canonical, parse
from gdl_molecules.representations.graph import MolecularGraph

MOLECULES = [
    "CCO",
    "c1ccccc1O",
    "CC(=O)[O-].[Na+]",
    "C[N+](=O)[O-]",
    "C#N",
    "c1cc[nH]c1",
    "[CH3]",
    "C",
    "[13CH4]",
    "Cn1cc[n+](C)c1",
]
FITTED = {kekulized: MolecularGraph(kekulized=kekulized).fit(MOLECULES) for kekulized in (True, False)}


@pytest.mark.parametrize("kekulized", [True, False], ids=["kekulized", "aromatic"])
@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
def test_the_laws_of_representations_hold(law, kekulized):
    law(FITTED[kekulized], MOLECULES, canonical)


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
