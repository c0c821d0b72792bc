"""What a node of a molecular graph may be, as a text: `C`, `N+`, `13C`, `CH3` where hydrogens must be told."""

import re
from functools import cache

from rdkit import Chem

from gdl_core.errors import RepresentationError

BONDS = {
    "single": Chem.BondType.SINGLE,
    "double": Chem.BondType.DOUBLE,
    "triple": Chem.BondType.TRIPLE,
    "aromatic": Chem.BondType.AROMATIC,
    "quadruple": Chem.BondType.QUADRUPLE,
}
"""The kinds of edges, in the order in which `fit` numbers those it finds."""

ORDERS = {"single": 1.0, "double": 2.0, "triple": 3.0, "aromatic": 1.5, "quadruple": 4.0}
"""How much a bond adds to the valence of either atom, which is how RDKit's matrix of bonds names it."""

_TOKEN = re.compile(
    r"\[(?P<isotope>[0-9]*)(?P<symbol>[A-Z][a-z]?|[a-z]{1,2}|\*)(?P<centre>@[A-Z0-9@]*)?"
    r"(?P<hydrogens>H[0-9]*)?(?P<charge>[+-][0-9]*)?(?P<label>:[0-9]+)?\]"
)
_KIND = re.compile(
    r"(?P<isotope>[0-9]*)(?P<symbol>[A-Z][a-z]?|\*)(?:H(?P<hydrogens>[0-9]+))?(?P<charge>[+-][0-9]*)?"
    r"(?::(?P<label>[0-9]+))?"
)


@cache
def node_kind(token: str, order: float, *, kekulized: bool) -> str | None:
    """Name the kind of an atom that RDKit writes as `token`, whose bonds add up to `order`; None where it has none.

    Hydrogens are told only where they do not follow from the valence.

    Example:
        >>> [node_kind(token, 2, kekulized=True) for token in ("c", "[nH]", "[NH2+]", "[13CH2]", "[CH]")]
        ['C', 'N', 'N+', '13C', 'CH1']
    """
    if not token.startswith("["):
        return token.capitalize()
    parts = _TOKEN.fullmatch(token)
    if parts is None or parts["centre"]:
        return None
    symbol, charge = parts["symbol"].capitalize(), _number(parts["charge"])
    hydrogens = int((parts["hydrogens"] or "H0")[1:] or 1)
    kept = not kekulized and parts["symbol"].islower()
    told = "" if not kept and hydrogens == _implied(symbol, charge, round(order)) else f"H{hydrogens}"
    signed = f"{charge:+d}".rstrip("1") if abs(charge) == 1 else f"{charge:+d}" if charge else ""
    return f"{parts['isotope']}{symbol}{told}{signed}{parts['label'] or ''}"


@cache
def atom(kind: str) -> Chem.Atom:
    """Return an RDKit atom of a kind.

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
        raise RepresentationError(f"{kind!r} is no kind of atom; such kinds are C, N+, 13C, CH3") from None
    made.SetFormalCharge(_number(parts["charge"]))
    made.SetIsotope(int(parts["isotope"] or 0))
    made.SetAtomMapNum(int(parts["label"] or 0))
    if parts["hydrogens"]:
        made.SetNoImplicit(True)
        made.SetNumExplicitHs(int(parts["hydrogens"]))
    return made


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
