"""A molecule laid out in the order of its canonical SMILES."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from rdkit import Chem
from rdkit.Chem import Mol

from gdl_core.errors import RepresentationError
from gdl_molecules.chemistry import as_written
from gdl_molecules.notation import ATOM, shown
from gdl_molecules.representations.graph_kinds import BONDS
from gdl_molecules.representations.graph_stereo import Labels, Unlabelled, find_labels


class Drawing(NamedTuple):
    """A molecule in the order of its canonical SMILES.

    `tokens` are its atoms as written there, the label of a centre in place of its sign; `marks` holds the mark of each
    bond (`graph_kinds.BONDS`); `orders` is what the bonds of each atom add up to, found where an atom stands in
    brackets: the others' kinds do not hang on it. `clear` tells whether no other molecule has the same drawing.
    """

    smiles: str
    tokens: list[str]
    marks: np.ndarray
    orders: list[float]
    clear: bool


def draw(mol: Mol, spelled: object = None, *, kekulized: bool) -> Drawing:
    """Lay a molecule that RDKit has found valid out in the order of its canonical SMILES, or refuse it by name.

    It is quicker where it was `spelled` that way already. The molecule may be changed.

    Example:
        >>> drawn = draw(Chem.MolFromSmiles("[O-]C"), kekulized=True)
        >>> drawn.smiles, drawn.tokens, drawn.marks.tolist(), drawn.orders
        ('C[O-]', ['C', '[O-]'], [[0, 2], [2, 0]], [1.0, 1.0])
    """
    smiles = Chem.MolToSmiles(mol)
    if "~" in smiles:
        raise RepresentationError(f"{shown(smiles)}: a graph has no unspecified bond; leave the molecule out")
    tokens, clear = ATOM.findall(smiles), True
    centres, sides = "@" in smiles, "/" in smiles or "\\" in smiles
    labels = _labels(mol, smiles, tokens, sides=sides) if centres or sides else None
    written = mol if spelled == smiles else as_written(smiles)
    if kekulized:
        if written is not mol:
            Chem.FastFindRings(written)  # else Kekulize looks for the smallest rings, which takes longer
        Chem.Kekulize(written)
    orders = Chem.GetAdjacencyMatrix(written, useBO=True)
    marks = (orders + orders).astype(np.int64)
    sums = orders.sum(1).tolist() if "[" in smiles else [0.0] * len(tokens)
    if labels:
        clear = labels.clear
        _put(labels, tokens, marks)
    if ">" in smiles or "<" in smiles:
        clear = False
        _mark_dative(written, marks, sums)
    return Drawing(smiles, tokens, marks, sums, clear)


def _labels(mol: Mol, smiles: str, tokens: Sequence[str], *, sides: bool) -> Labels:
    try:
        return find_labels(mol, tokens, sides=sides)
    except Unlabelled as trouble:
        raise RepresentationError(f"{shown(smiles)}: {trouble}; leave the molecule out") from None


def _put(labels: Labels, tokens: list[str], marks: np.ndarray) -> None:
    """Put CIP labels into tokens and marks."""
    for place, label in labels.centres.items():
        tokens[place] = f"{tokens[place].replace('@', '')}({label})"
    for (one, other), label in labels.sides.items():
        marks[one, other] = marks[other, one] = BONDS[f"double-{label}"][0]


def _mark_dative(mol: Mol, marks: np.ndarray, orders: list[float]) -> None:
    """Mark bonds for which one atom gives both electrons; they add nothing to its valence."""
    for bond in mol.GetBonds():
        if bond.GetBondType() == Chem.BondType.DATIVE:
            one, other = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            marks[one, other] = marks[other, one] = BONDS["dative"][0]
            orders[one] -= 1
