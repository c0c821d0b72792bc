"""What a node of a molecular graph may be, as a text: `C`, `N+`, `13C`, `CH3`, `C(R)`; and an edge: `single`."""

import re
from functools import cache

from rdkit import Chem

from gdl_core.errors import RepresentationError

BONDS = {
    "single": (2, Chem.BondType.SINGLE),
    "double": (4, Chem.BondType.DOUBLE),
    "double-E": (9, Chem.BondType.DOUBLE),
    "double-Z": (10, Chem.BondType.DOUBLE),
    "double-e": (12, Chem.BondType.DOUBLE),
    "double-z": (13, Chem.BondType.DOUBLE),
    "triple": (6, Chem.BondType.TRIPLE),
    "aromatic": (3, Chem.BondType.AROMATIC),
    "quadruple": (8, Chem.BondType.QUADRUPLE),
    "dative": (11, Chem.BondType.DATIVE),
}
"""The kinds of edges in the order in which `fit` numbers those it finds, each with its mark and RDKit's type.

Marks stand in a matrix of bonds: twice the order where it says all. Small letters are labels that hang on others.
"""

MARKS = {mark: kind for kind, (mark, _) in BONDS.items()}

_DONORS = {1, 6, 7, 8, 9, 14, 15, 16, 17, 33, 34, 35, 52, 53}  # by atomic number: what may give both electrons
_TOKEN = re.compile(
    r"\[(?P<isotope>[0-9]*)(?P<symbol>[A-Z][a-z]?|[a-z]{1,2}|\*)(?P<hydrogens>H[0-9]*)?"
    r"(?P<charge>[+-][0-9]*)?(?P<label>:[0-9]+)?\](?P<centre>\([RSrs]\))?"
)
_KIND = re.compile(
    r"(?P<isotope>[0-9]*)(?P<symbol>[A-Z][a-z]?|\*)(?:H(?P<hydrogens>[0-9]+))?(?P<charge>[+-][0-9]*)?"
    r"(?::(?P<label>[0-9]+))?(?:\((?P<centre>[RSrs])\))?"
)


@cache
def node_kind(token: str, order: float, *, kekulized: bool) -> str | None:
    """Name the kind of an atom that RDKit writes as `token`, whose bonds add up to `order`; None where it has none.

    Hydrogens are told only where they do not follow from the valence. Behind a stereo centre stands its CIP label, in
    place of its sign.

    Example:
        >>> [node_kind(token, 2, kekulized=True) for token in ("c", "[nH]", "[NH2+]", "[CH]", "[13CH2](R)")]
        ['C', 'N', 'N+', 'CH1', '13C(R)']
    """
    if not token.startswith("["):
        return token.capitalize()
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        return None
    symbol, charge = parts["symbol"].capitalize(), _number(parts["charge"])
    hydrogens = int((parts["hydrogens"] or "H0")[1:] or 1)
    kept = not kekulized and parts["symbol"].islower()
    told = "" if not kept and hydrogens == _implied(symbol, charge, round(order)) else f"H{hydrogens}"
    signed = f"{charge:+d}".rstrip("1") if abs(charge) == 1 else f"{charge:+d}" if charge else ""
    return f"{parts['isotope']}{symbol}{told}{signed}{parts['label'] or ''}{parts['centre'] or ''}"


@cache
def atom(kind: str) -> Chem.Atom:
    """Return an RDKit atom of a kind; a stereo centre turns clockwise, whatever its label will need.

    Example:
        >>> atom("NH2+").GetFormalCharge(), atom("NH2+").GetNumExplicitHs()
        (1, 2)
    """
    parts = _KIND.fullmatch(kind)
    try:
        if parts is None:
            raise ValueError(kind)
        made = Chem.Atom(parts["symbol"])
    except (RuntimeError, ValueError):
        raise RepresentationError(f"{kind!r} is no kind of atom; such kinds are C, N+, 13C, CH3, C(R)") from None
    made.SetFormalCharge(_number(parts["charge"]))
    made.SetIsotope(int(parts["isotope"] or 0))
    made.SetAtomMapNum(int(parts["label"] or 0))
    if parts["hydrogens"]:
        made.SetNoImplicit(True)
        made.SetNumExplicitHs(int(parts["hydrogens"]))
    if parts["centre"]:
        made.SetChiralTag(Chem.ChiralType.CHI_TETRAHEDRAL_CW)
    return made


def centre(kind: str) -> str | None:
    """Return the CIP label of a kind of atom, or None.

    Example:
        >>> centre("C(R)"), centre("C")
        ('R', None)
    """
    return kind[-2] if kind.endswith(")") else None


def bond(kind: str) -> Chem.BondType:
    """Return RDKit's type of a kind of bond."""
    if kind not in BONDS:
        raise RepresentationError(f"{kind!r} is no kind of bond; such kinds are {', '.join(BONDS)}")
    return BONDS[kind][1]


def side(kind: str) -> str | None:
    """Return the CIP label of a kind of bond, or None.

    Example:
        >>> side("double-E"), side("double")
        ('E', None)
    """
    return kind[-1] if "-" in kind else None


def from_donor(mol: Chem.RWMol, one: int, other: int) -> tuple[int, int]:
    """Put the atom first that gives both electrons of a dative bond, which a graph does not tell: never a metal."""
    gives = mol.GetAtomWithIdx(other).GetAtomicNum() in _DONORS
    return (other, one) if gives and mol.GetAtomWithIdx(one).GetAtomicNum() not in _DONORS else (one, other)


@cache
def _implied(symbol: str, charge: int, order: int) -> int:
    """Ask RDKit how many hydrogens it gives an atom whose bonds add up to `order`."""
    mol = Chem.RWMol()
    centre = Chem.Atom(symbol)
    centre.SetFormalCharge(charge)
    mol.AddAtom(centre)
    for number in range(order):
        mol.AddAtom(Chem.Atom(0))
        mol.AddBond(0, number + 1, Chem.BondType.SINGLE)
    mol.UpdatePropertyCache(strict=False)
    return int(mol.GetAtomWithIdx(0).GetNumImplicitHs())


def _number(charge: str | None) -> int:
    return int(f"{charge}1" if charge in ("+", "-") else charge or 0)
