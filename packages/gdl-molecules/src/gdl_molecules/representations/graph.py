"""Molecules as graphs: a node for each atom, a typed edge for each bond."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from rdkit import Chem
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Graph, GraphSample, Sample
from gdl_molecules.chemistry import as_written, parse, readable
from gdl_molecules.notation import ATOM, shown
from gdl_molecules.representations.graph_kinds import BONDS, ORDERS, atom, node_kind
from gdl_molecules.representations.vocabulary import Molecule

_HALVES = 2  # orders of bonds count in halves, since an aromatic one is 1.5
_LARGEST = 9


class MolecularGraph(Representation):
    """A molecule as a graph: atoms are nodes, bonds are edges, and hydrogens follow from the valence.

    `nodes` and `edges` are the kinds in the order of their numbers, learned by `fit`, where edge 0 is no bond;
    `max_nodes` is the most atoms that one molecule may have, found by `fit` unless it is given. Aromatic rings become
    single and double bonds, unless `kekulized` is False. Nodes stand in the order of the canonical SMILES.

    Example:
        >>> graph = MolecularGraph().fit(["CCO", "C=O"])
        >>> graph.nodes, graph.edges, graph.space
        (('C', 'O'), ('single', 'double'), Graph(max_nodes=3, node_types=2, edge_types=3))
        >>> graph.encode("O=C")
        GraphSample(nodes=tensor([0, 1]), edges=tensor([[0, 2],
                [2, 0]]))
        >>> graph.decode(graph.encode("OCC"))
        'CCO'
    """

    name = "graph"
    loses = "how the SMILES was spelled (the molecule is the same); of an RDKit Mol all that SMILES does not hold"

    def __init__(
        self,
        nodes: Sequence[str] = (),
        edges: Sequence[str] = (),
        *,
        max_nodes: int | None = None,
        kekulized: bool = True,
    ) -> None:
        if nodes and not max_nodes:
            raise UsageError("a graph needs max_nodes, the most atoms that one molecule may have; give both")
        self.max_nodes = max_nodes
        self.kekulized = kekulized
        self._number(nodes, edges)

    def _number(self, nodes: Iterable[str], edges: Iterable[str]) -> None:
        """Fix the kinds and their numbers."""
        self.nodes, self.edges = tuple(nodes), tuple(edges)
        if len({*self.nodes, *self.edges}) < len(self.nodes) + len(self.edges):
            raise RepresentationError("the kinds name one twice; let each stand there once")
        self._node_numbers = {kind: number for number, kind in enumerate(self.nodes)}
        self._known: dict[tuple[str, float], int] = {}
        self._atoms = [atom(kind) for kind in self.nodes]
        self._bonds = [None, *(_bond(kind) for kind in self.edges)]
        self._edge_numbers = np.full(_LARGEST, -1, np.int64)
        self._edge_numbers[0] = 0
        for number, kind in enumerate(self.edges, 1):
            self._edge_numbers[int(ORDERS[kind] * _HALVES)] = number

    @property
    def space(self) -> Graph:  # type: ignore[override]  # known only after `fit`
        """The graphs of these kinds."""
        if not self.nodes or self.max_nodes is None:
            raise UsageError("this representation knows no kinds of atoms yet; call fit(molecules) first")
        return Graph(self.max_nodes, len(self.nodes), len(self.edges) + 1)

    def fit(self, objects: Iterable[Molecule]) -> Self:
        """Learn the kinds of atoms, in alphabetical order, those of bonds, and the most atoms of a molecule.

        A molecule that cannot be represented, or that is larger than a given `max_nodes`, brings nothing.
        """
        nodes, edges, most = self._survey(objects, set(), {"single"}, 0, self.max_nodes)
        if not nodes:
            raise RepresentationError("no atom to learn: none of these is a molecule that can be represented")
        self.max_nodes = self.max_nodes or most
        self._number(sorted(nodes), [kind for kind in BONDS if kind in edges])
        return self

    def extend(self, objects: Iterable[Molecule]) -> list[str]:
        """Put new kinds behind the old, raise `max_nodes` where a molecule needs it; return the new kinds."""
        nodes, edges, most = self._survey(objects, set(self.nodes), set(self.edges), self.max_nodes or 0, None)
        new_nodes = sorted(nodes.difference(self.nodes))
        new_edges = [kind for kind in BONDS if kind in edges and kind not in self.edges]
        self.max_nodes = most
        self._number([*self.nodes, *new_nodes], [*self.edges, *new_edges])
        return [*new_nodes, *new_edges]

    def _survey(
        self, objects: Iterable[Molecule], nodes: set[str], edges: set[str], most: int, limit: int | None
    ) -> tuple[set[str], set[str], int]:
        """Add the kinds in molecules of up to `limit` atoms to `nodes` and `edges`; find the most atoms of one."""
        for object in objects:
            if isinstance(object, str) and self._brings_nothing(object, nodes, edges, most):
                continue
            try:
                smiles = self._canonical(object)
                tokens, orders = self._read(smiles)
                if len(tokens) > (limit or len(tokens)):
                    continue
                found = [self._kind(*one, smiles) for one in zip(tokens, orders.sum(1).tolist(), strict=True)]
                bonds = {_kind_of_bond(order, smiles) for order in np.unique(orders[orders > 0]).tolist()}
            except RepresentationError:
                continue
            nodes.update(found)
            edges.update(bonds)
            most = max(most, len(tokens))
        return nodes, edges, most

    def _brings_nothing(self, smiles: str, nodes: set[str], edges: set[str], most: int) -> bool:
        """Tell at a glance that a text, if it is a molecule, has neither new kinds nor more atoms than seen so far."""
        if not self.kekulized or not edges.issuperset(("single", "double", "triple")) or "$" in smiles:
            return False
        tokens = ATOM.findall(smiles.replace("[nH]", "n"))
        return len(tokens) <= most and nodes.issuperset({token.capitalize() for token in tokens})

    def encode(self, object: Molecule) -> GraphSample:
        """Number the atoms and bonds of a molecule. Shapes: nodes (atoms,), edges (atoms, atoms)."""
        smiles = self._canonical(object)
        tokens, orders = self._read(smiles)
        if len(tokens) > self.space.max_nodes:
            raise RepresentationError(
                f"{shown(smiles)}: {len(tokens)} atoms, but max_nodes is {self.max_nodes}; "
                "leave the molecule out, or call extend() with it"
            )
        sums = orders.sum(1).tolist()
        known = self._known
        try:
            nodes = [known[one] for one in zip(tokens, sums, strict=True)]
        except KeyError:
            nodes = [self._learn(token, order, smiles) for token, order in zip(tokens, sums, strict=True)]
        edges = self._edge_numbers[(orders * _HALVES).astype(np.int64)]
        if edges.min() < 0:
            new = {_kind_of_bond(order, smiles) for order in orders.ravel().tolist() if order}.difference(self.edges)
            raise self._unknown("bond", min(new), smiles)
        return GraphSample(torch.tensor(nodes), torch.from_numpy(edges))

    def _learn(self, token: str, order: float, smiles: str) -> int:
        """Find the number of an atom's kind, and keep it in mind."""
        kind = self._kind(token, order, smiles)
        if kind not in self._node_numbers:
            raise self._unknown("atom", kind, smiles)
        self._known[token, order] = self._node_numbers[kind]
        return self._node_numbers[kind]

    def _kind(self, token: str, order: float, smiles: str) -> str:
        kind = node_kind(token, order, kekulized=self.kekulized)
        if kind is None:
            raise RepresentationError(f"{shown(smiles)}: a graph cannot hold the atom {token}; leave the molecule out")
        return kind

    def _unknown(self, what: str, kind: str, smiles: str) -> RepresentationError:
        known = len(self.nodes if what == "atom" else self.edges)
        return RepresentationError(
            f"{shown(smiles)}: the {what} {kind!r} is not among the {known} kinds of this graph; "
            "leave the molecule out, or call extend() with it"
        )

    def _canonical(self, object: Molecule) -> str:
        mol = parse(object)
        return Chem.MolToSmiles(mol)

    def _read(self, smiles: str) -> tuple[list[str], np.ndarray]:
        """Cut a canonical SMILES into its atoms, and find the orders of the bonds between them."""
        if any(mark in smiles for mark in "/\\>~"):
            raise RepresentationError(f"{shown(smiles)}: a graph cannot hold its bonds; leave the molecule out")
        mol = as_written(smiles)
        if self.kekulized:
            Chem.Kekulize(mol)
        return ATOM.findall(smiles), Chem.GetAdjacencyMatrix(mol, useBO=True)

    def decode(self, sample: Sample) -> str:
        """Write the canonical SMILES of a graph; what RDKit refuses becomes a text that is no valid molecule.

        Nothing is repaired. A graph without nodes is the empty text.
        """
        if not isinstance(sample, GraphSample):
            raise RepresentationError(f"a molecule's graph has nodes and edges; this is a {type(sample).__name__}")
        with BlockLogs():
            mol = self._build(sample)
            if Chem.SanitizeMol(mol, catchErrors=True) == Chem.SanitizeFlags.SANITIZE_NONE:
                return str(Chem.MolToSmiles(mol))
            mol = self._build(sample)
            mol.UpdatePropertyCache(strict=False)
            smiles = str(Chem.MolToSmiles(mol))
        if readable([smiles]) == [True]:
            raise RepresentationError(f"RDKit refuses the graph that it writes as {smiles}")
        return smiles

    def _build(self, sample: GraphSample) -> Chem.RWMol:
        """Put atoms and bonds together as they are drawn."""
        mol = Chem.RWMol()
        edges = sample.edges.numpy()
        first, second = np.triu(edges, 1).nonzero()
        try:
            for number in sample.nodes.tolist():
                mol.AddAtom(self._atoms[number])
            for one, other, kind in zip(first.tolist(), second.tolist(), edges[first, second].tolist(), strict=True):
                mol.AddBond(one, other, self._bonds[kind])
        except IndexError:
            raise RepresentationError(
                f"a graph with kinds that are not there: this one has {len(self.nodes)} of atoms and "
                f"{len(self.edges)} of bonds"
            ) from None
        return mol

    def to_config(self) -> dict[str, Any]:
        return {
            "nodes": list(self.nodes),
            "edges": list(self.edges),
            "max_nodes": self.max_nodes,
            "kekulized": self.kekulized,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(config["nodes"], config["edges"], max_nodes=config["max_nodes"], kekulized=bool(config["kekulized"]))


_KIND_OF_ORDER = {int(order * _HALVES): kind for kind, order in ORDERS.items()}


def _kind_of_bond(order: float, smiles: str) -> str:
    return _KIND_OF_ORDER[int(order * _HALVES)]


def _bond(kind: str) -> Chem.BondType:
    if kind not in BONDS:
        raise RepresentationError(f"{kind!r} is no kind of bond; such kinds are {', '.join(BONDS)}")
    return BONDS[kind]
