"""Molecules as graphs: a node for each atom, a typed edge for each bond."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from rdkit import Chem
from rdkit.rdBase import BlockLogs

from gdl_core.errors import InputError, RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Graph, GraphSample, Sample
from gdl_molecules.chemistry import parse, read, readable
from gdl_molecules.notation import ATOM, shown
from gdl_molecules.representations.graph_drawing import draw
from gdl_molecules.representations.graph_kinds import BONDS, MARKS, atom, bond, centre, from_donor, node_kind, side
from gdl_molecules.representations.graph_stereo import set_labels
from gdl_molecules.representations.vocabulary import Molecule


class MolecularGraph(Representation):
    """A molecule as a graph: atoms are nodes, bonds are edges, and hydrogens follow from the valence.

    `nodes` and `edges` are the kinds in the order of their numbers, learned by `fit`, where edge 0 is no bond;
    `max_nodes` is the most atoms that one molecule may have, found by `fit` unless it is given. Stereo is told by CIP
    labels. Aromatic rings become single and double bonds, unless `kekulized` is False. Nodes stand in the order of the
    canonical SMILES, and salts are graphs of several pieces.

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
        self._node_numbers = {kind: number for number, kind in enumerate(self.nodes)}
        if len(self._node_numbers) < len(self.nodes) or len(set(self.edges)) < len(self.edges):
            raise RepresentationError("a kind is named twice; let each stand there once")
        self._known: dict[tuple[str, float], int] = {}
        self._atoms = {number: atom(kind) for number, kind in enumerate(self.nodes)}
        self._bonds = {number: bond(kind) for number, kind in enumerate(self.edges, 1)}
        self._centres = {number: label for number, kind in enumerate(self.nodes) if (label := centre(kind))}
        self._sides = {number: label for number, kind in enumerate(self.edges, 1) if (label := side(kind))}
        self._dative = 1 + self.edges.index("dative") if "dative" in self.edges else None
        self._edge_numbers = np.full(max(MARKS) + 1, -1, np.int64)
        self._edge_numbers[[0, *(BONDS[kind][0] for kind in self.edges)]] = range(len(self.edges) + 1)

    @property
    def space(self) -> Graph:  # type: ignore[override]  # known only after `fit`
        """The graphs of these kinds."""
        if not self.nodes or self.max_nodes is None:
            raise UsageError("this representation knows no kinds of atoms yet; call fit(molecules) first")
        return Graph(self.max_nodes, len(self.nodes), len(self.edges) + 1)

    @property
    def _most(self) -> int:
        """The most atoms, without making a space for each molecule."""
        return self.max_nodes if self.nodes and self.max_nodes else self.space.max_nodes

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
                drawn = draw(parse(object), object, kekulized=self.kekulized)
                kinds = [self._kind(*one, drawn.smiles) for one in zip(drawn.tokens, drawn.orders, strict=True)]
            except RepresentationError:
                continue
            if len(kinds) <= (limit or len(kinds)):
                nodes.update(kinds)
                edges.update(MARKS[mark] for mark in np.unique(drawn.marks).tolist() if mark)
                most = max(most, len(kinds))
        return nodes, edges, most

    def _brings_nothing(self, smiles: str, nodes: set[str], edges: set[str], most: int) -> bool:
        """Tell at a glance that a text, if it is a molecule, has neither new kinds nor more atoms than seen so far."""
        if not self.kekulized or not edges.issuperset(("single", "double", "triple")) or any(map(smiles.count, "/\\$")):
            return False
        tokens = ATOM.findall(smiles.replace("[nH]", "n"))
        return len(tokens) <= most and nodes.issuperset([token.capitalize() for token in tokens])

    def encode(self, object: Molecule) -> GraphSample:
        """Number the atoms and bonds of a molecule. Shapes: nodes (atoms,), edges (atoms, atoms)."""
        return self._encode(parse(object), object)

    def encode_many(self, objects: Sequence[Molecule]) -> list[Sample | InputError]:
        """Encode molecules one after another; a refusal stands in its molecule's place."""
        with BlockLogs():
            return list(map(self._attempt, objects))

    def _attempt(self, object: Molecule) -> Sample | InputError:
        mol = read(object) if isinstance(object, str) else None
        try:
            return self.encode(object) if mol is None else self._encode(mol, object)
        except InputError as refusal:
            return refusal

    def _encode(self, mol: Chem.Mol, object: Molecule) -> GraphSample:
        """Number the atoms and bonds of a molecule that RDKit has found valid."""
        drawn = draw(mol, object, kekulized=self.kekulized)
        if len(drawn.tokens) > self._most:
            raise RepresentationError(
                f"{shown(drawn.smiles)}: {len(drawn.tokens)} atoms, but max_nodes is {self.max_nodes}; "
                "leave the molecule out, or call extend() with it"
            )
        keys = list(zip(drawn.tokens, drawn.orders, strict=True))
        try:
            nodes = [self._known[key] for key in keys]
        except KeyError:
            nodes = [self._learn(token, order, drawn.smiles) for token, order in keys]
        edges = self._edge_numbers[drawn.marks]
        if b"\xff" in edges.tobytes():  # a -1 somewhere, found quicker than by min()
            raise self._unknown("bond", MARKS[int(drawn.marks[edges < 0].min())], drawn.smiles)
        sample = GraphSample(torch.from_numpy(np.array(nodes)), torch.from_numpy(edges))
        if not drawn.clear and self._written(sample) != drawn.smiles:
            raise RepresentationError(
                f"{shown(drawn.smiles)}: a graph does not give the same molecule back; leave the molecule out"
            )
        return sample

    def _written(self, sample: GraphSample) -> str | None:
        try:
            return self.decode(sample)
        except RepresentationError:
            return None

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

    def decode(self, sample: Sample) -> str:
        """Write the canonical SMILES of a graph; what RDKit refuses becomes a text that is no valid molecule.

        Nothing is repaired. A graph without nodes is the empty text.

        Raises:
            RepresentationError: There is no such kind of node or edge, or no molecule has these CIP labels.
        """
        if not isinstance(sample, GraphSample):
            raise RepresentationError(f"a molecule's graph has nodes and edges; this is a {type(sample).__name__}")
        nodes, edges = sample.nodes.tolist(), sample.edges.numpy()
        with BlockLogs():
            mol, bonds = self._build(nodes, edges)
            if Chem.SanitizeMol(mol, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
                return _refused(self._build(nodes, edges)[0])
            centres = {place: self._centres[kind] for place, kind in enumerate(nodes) if kind in self._centres}
            pairs = {(one, other): self._sides[kind] for one, other, kind in bonds if kind in self._sides}
            if (centres or pairs) and not set_labels(mol, centres, pairs):
                raise RepresentationError("a graph with CIP labels that no molecule of its atoms and bonds has")
            return str(Chem.MolToSmiles(Chem.RemoveHs(mol) if self._node_numbers.get("H") in nodes else mol))

    def _build(self, nodes: list[int], edges: np.ndarray) -> tuple[Chem.RWMol, list[tuple[int, int, int]]]:
        """Put atoms and bonds together as they are drawn."""
        mol = Chem.RWMol()
        first, second = edges.nonzero()
        every = zip(first.tolist(), second.tolist(), edges[first, second].tolist(), strict=True)
        bonds = [one for one in every if one[0] < one[1]]
        try:
            for kind in nodes:
                mol.AddAtom(self._atoms[kind])
            for one, other, kind in bonds:
                pair = from_donor(mol, one, other) if kind == self._dative else (one, other)
                mol.AddBond(*pair, self._bonds[kind])
        except KeyError:
            raise RepresentationError(
                f"a graph with kinds that are not there: this one has {len(self.nodes)} of atoms and "
                f"{len(self.edges)} of bonds"
            ) from None
        return mol, bonds

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


def _refused(mol: Chem.RWMol) -> str:
    """Write what RDKit refuses as a text that is no valid molecule."""
    mol.UpdatePropertyCache(strict=False)
    try:
        smiles = str(Chem.MolToSmiles(mol))
    except (IndexError, RuntimeError):  # it counts to about a thousand rings
        raise RepresentationError(f"RDKit cannot write this graph of {mol.GetNumBonds()} bonds") from None
    if readable([smiles]) == [True]:
        raise RepresentationError(f"RDKit refuses the graph that it writes as {shown(smiles)}")
    return smiles
