"""Stereo centres and double bonds by their CIP labels, which do not depend on the order of the atoms.

The labels are those of Hanson et al. (2018), doi:10.1021/acs.jcim.8b00324, as RDKit finds them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import Atom, Bond, BondStereo, ChiralType, Mol, RWMol
from rdkit.Chem.rdCIPLabeler import AssignCIPLabels

_CODE = "_CIPCode"
_ORDER = "_smilesAtomOutputOrder"
_EFFORT = 100_000  # RDKit's measure of the work on one molecule; few need a thousandth of it
_ROUNDS = 8
_CENTRES = (ChiralType.CHI_TETRAHEDRAL_CW, ChiralType.CHI_TETRAHEDRAL_CCW)
_SIDES = (BondStereo.STEREOCIS, BondStereo.STEREOTRANS)
_EITHER = {"RR", "RS", "SR", "SS", "EE", "EZ", "ZE", "ZZ"}  # labels of which one becomes the other by a turn
_NO_SIDE = (BondStereo.STEREONONE, BondStereo.STEREOANY)

Pair = tuple[int, int]


class Unlabelled(ValueError):
    """Stereo that has no CIP label; says where."""


class Labels(NamedTuple):
    """The CIP labels of centres and of double bonds, by where their atoms are written.

    `clear` tells whether each follows from the constitution alone, so that no other molecule has the same labels.
    """

    centres: dict[int, str]
    sides: dict[Pair, str]
    clear: bool


def find_labels(mol: Mol, tokens: Sequence[str], *, sides: bool) -> Labels:
    """Find the labels in a molecule that RDKit has just written as `tokens`; `sides`: double bonds have some too.

    Raises:
        Unlabelled: A centre or a double bond has no label.
    """
    written = [int(number) for number in mol.GetProp(_ORDER)[1:-1].split(",")]
    centres = {place: mol.GetAtomWithIdx(written[place]) for place, token in enumerate(tokens) if "@" in token}
    bonds = [bond for bond in mol.GetBonds() if bond.GetStereo() not in _NO_SIDE] if sides else []
    for place, atom in centres.items():
        if atom.GetChiralTag() not in _CENTRES:
            raise Unlabelled(f"the centre {tokens[place]} is not tetrahedral")
    _label(mol, centres.values(), bonds)
    return Labels(
        {place: _code(atom, f"the centre {tokens[place]}") for place, atom in centres.items()},
        {_places(bond, written): _code(bond, "a double bond") for bond in bonds},
        _independent(mol, centres.values(), bonds),
    )


def set_labels(mol: RWMol, centres: Mapping[int, str], pairs: Mapping[Pair, str]) -> bool:
    """Give centres and double bonds of a sanitised molecule these labels; tell whether it can have them."""
    atoms = [(mol.GetAtomWithIdx(number), label) for number, label in centres.items()]
    bonds = [(mol.GetBondBetweenAtoms(*pair), label) for pair, label in pairs.items()]
    for atom, _ in atoms:
        atom.SetChiralTag(_CENTRES[0])
    for bond, _ in bonds:
        sides = _other(bond.GetBeginAtom(), bond), _other(bond.GetEndAtom(), bond)
        if None in sides or bond.GetBondType() != Chem.BondType.DOUBLE:
            return False
        bond.SetStereoAtoms(*sides)
        bond.SetStereo(_SIDES[0])
    if not _turn(mol, atoms, bonds):
        return False
    if bonds:
        Chem.SetDoubleBondNeighborDirections(mol)
    Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
    return all(atom.GetChiralTag() in _CENTRES for atom, _ in atoms) and all(
        bond.GetStereo() not in _NO_SIDE for bond, _ in bonds
    )


def _turn(mol: RWMol, atoms: Sequence[tuple[Atom, str]], bonds: Sequence[tuple[Bond, str]]) -> bool:
    """Turn what has the wrong label, until none has; it takes one round, or several where a label hangs on another."""
    parts = [atom for atom, _ in atoms], [bond for bond, _ in bonds]
    once = _independent(mol, *parts)
    for _ in range(_ROUNDS):
        try:
            _label(mol, *parts)
        except Unlabelled:
            return False
        wrong = [atom for atom, label in atoms if _found(atom) != label]
        crossed = [bond for bond, label in bonds if _found(bond) != label]
        for atom in wrong:
            atom.InvertChirality()
        for bond in crossed:
            bond.SetStereo(_SIDES[bond.GetStereo() == _SIDES[0]])
        if once:
            return all(f"{_found(part)}{label}" in _EITHER for part, label in (*atoms, *bonds))
        if not wrong and not crossed:
            return True
    return False


def _label(mol: Mol, atoms: Iterable[Atom], bonds: Iterable[Bond]) -> None:
    """Give these the labels they have now, and none where they have none."""
    for part in (*atoms, *bonds):
        part.ClearProp(_CODE)
    try:
        AssignCIPLabels(mol, maxRecursiveIterations=_EFFORT)
    except RuntimeError:
        raise Unlabelled("its stereo is too intricate for CIP labels") from None


def _found(part: Atom | Bond) -> str | None:
    return part.GetProp(_CODE) if part.HasProp(_CODE) else None


def _places(bond: Bond, written: Sequence[int]) -> Pair:
    """Tell where the two atoms of a bond are written, the first one first."""
    one, other = sorted((written.index(bond.GetBeginAtomIdx()), written.index(bond.GetEndAtomIdx())))
    return one, other


def _code(part: Atom | Bond, what: str) -> str:
    label = _found(part)
    if label is None:
        raise Unlabelled(f"{what} has no CIP label")
    return label


def _independent(mol: Mol, atoms: Iterable[Atom], bonds: Iterable[Bond]) -> bool:
    """Tell whether the labels of these follow from the constitution alone: no two of their neighbours are alike."""
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=False))
    ends = [end for bond in bonds for end in (bond.GetBeginAtom(), bond.GetEndAtom())]
    around = [[ranks[one.GetIdx()] for one in atom.GetNeighbors()] for atom in (*atoms, *ends)]
    return all(len(set(found)) == len(found) for found in around)


def _other(atom: Atom, bond: Bond) -> int | None:
    """Return a neighbour of an atom that does not stand at this bond."""
    return next((one.GetOtherAtomIdx(atom.GetIdx()) for one in atom.GetBonds() if one.GetIdx() != bond.GetIdx()), None)
