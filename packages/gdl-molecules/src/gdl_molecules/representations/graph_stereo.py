"""Stereo centres and double bonds by their CIP labels, which do not depend on the order of the atoms.

The labels are those of Hanson et al. (2018), doi:10.1021/acs.jcim.8b00324, as RDKit finds them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import Atom, Bond, BondStereo, ChiralType, Mol, RWMol
from rdkit.Chem.rdCIPLabeler import AssignCIPLabels

_CODE = "_CIPCode"
_ORDER = "_smilesAtomOutputOrder"
_EFFORT = 100_000  # RDKit's measure of the work on one molecule; few need a thousandth of it
_TURNS = 12
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
    written = mol.GetProp(_ORDER)[1:-1].split(",")
    centres = {place: mol.GetAtomWithIdx(int(written[place])) for place, token in enumerate(tokens) if "@" in token}
    double = [bond for bond in mol.GetBonds() if bond.GetBondTypeAsDouble() == 2] if sides else []
    bonds = [bond for bond in double if bond.GetStereo() not in _NO_SIDE]
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
    """Give centres, which turn either way, and double bonds these labels; tell whether the molecule can have them."""
    atoms = [(mol.GetAtomWithIdx(number), label) for number, label in centres.items()]
    bonds = [(mol.GetBondBetweenAtoms(*pair), label) for pair, label in pairs.items()]
    for bond, _ in bonds:
        one, other = _other(bond.GetBeginAtom(), bond), _other(bond.GetEndAtom(), bond)
        if one is None or other is None:
            return False
        bond.SetStereoAtoms(one, other)
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
    """Turn what has the wrong label: all at once, and then, where labels hang on one another, one at a time."""
    parts = [atom for atom, _ in atoms], [bond for bond, _ in bonds]
    once = _independent(mol, *parts)
    for turn in range(_TURNS):
        try:
            _label(mol, *parts)
        except Unlabelled:
            return False
        labelled: list[tuple[Atom | Bond, str]] = [*atoms, *bonds]
        found = [(part, _found(part), label) for part, label in labelled]
        wrong = [part for part, has, label in found if has != label]
        for part in wrong if turn == 0 else wrong[:1]:
            if isinstance(part, Atom):
                part.InvertChirality()
            else:
                part.SetStereo(_SIDES[part.GetStereo() == _SIDES[0]])
        if once:
            return all(f"{has}{label}" in _EITHER for _, has, label in found)
        if not wrong:
            return True
    return False


def _label(mol: Mol, atoms: Iterable[Atom], bonds: Iterable[Bond]) -> None:
    """Give these the labels they have now, and none where they have none."""
    parts: list[Atom | Bond] = [*atoms, *bonds]
    for part in parts:
        part.ClearProp(_CODE)
    try:
        AssignCIPLabels(mol, maxRecursiveIterations=_EFFORT)
    except RuntimeError:
        raise Unlabelled("its stereo is too intricate for CIP labels") from None


def _found(part: Atom | Bond) -> str | None:
    return part.GetProp(_CODE) if part.HasProp(_CODE) else None


def _places(bond: Bond, written: Sequence[str]) -> Pair:
    """Tell where the two atoms of a bond are written, the first one first."""
    one, other = sorted(written.index(str(number)) for number in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
    return one, other


def _code(part: Atom | Bond, what: str) -> str:
    label = _found(part)
    if label is None:
        raise Unlabelled(f"{what} has no CIP label")
    return label


def _independent(mol: Mol, atoms: Collection[Atom], bonds: Collection[Bond]) -> bool:
    """Tell whether no label can hang on another: there is one, or no two neighbours are alike in constitution."""
    if len(atoms) + len(bonds) == 1:
        return True
    ranks = Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=False)
    ends = [end for bond in bonds for end in (bond.GetBeginAtom(), bond.GetEndAtom())]
    around = [[ranks[one.GetIdx()] for one in atom.GetNeighbors()] for atom in (*atoms, *ends)]
    return all(len(set(found)) == len(found) for found in around)


def _other(atom: Atom, bond: Bond) -> int | None:
    """Return a neighbour of an atom that does not stand at this bond."""
    return next((one.GetOtherAtomIdx(atom.GetIdx()) for one in atom.GetBonds() if one.GetIdx() != bond.GetIdx()), None)
