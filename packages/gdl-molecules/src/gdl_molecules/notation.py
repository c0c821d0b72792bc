"""SMILES as text: its tokens, and what is wrong with it when it cannot be read."""

import re
from collections.abc import Iterator

from rdkit import Chem

from gdl_core.errors import RepresentationError

# Tokens of several characters: bracket atoms (isotope, chirality, hydrogens, charge, map number), two-letter atoms,
# ring closures above 9, dative bonds.
LONG = re.compile(r"\[[^\[\]\s]*\]|Cl|Br|%[0-9]{2}|%\([0-9]{1,5}\)|->|<-")
TOKEN = re.compile(LONG.pattern + r"|[BCNOPSFIbcnops*0-9=#$:~/\\.()-]")
PIECE = re.compile(TOKEN.pattern + "|.", re.DOTALL)  # the tokens, and what is none character by character
ATOM = re.compile(r"\[[^\[\]\s]*\]|Cl|Br|[BCNOPSFIbcnops*]")
HYDROGEN = re.compile(r"\[[0-9]*H[^a-z\]]*\]")

_BRACKET = re.compile(
    r"\[(?P<isotope>[0-9]*)(?P<symbol>[A-Z][a-z]{0,2}|[a-z]{1,2}|\*|#[0-9]+)"
    r"(@@?|@(TH|AL|SP|TB|OH)[0-9]{0,2})?(H[0-9]?)?(\+[0-9]+|-[0-9]+|\++|-+)?(:[0-9]+)?\]"
)
_AROMATIC = frozenset({"b", "c", "n", "o", "p", "s", "se", "te", "si", "as"})
_ELEMENTS = frozenset(Chem.GetPeriodicTable().GetElementSymbol(number) for number in range(1, 119))
_RING = frozenset("%0123456789")
_BONDS = frozenset({"->", "<-", "-", "=", "#", "$", ":", "~", "/", "\\"})


def tokenize(smiles: str) -> list[str]:
    """Cut a SMILES into its tokens, atom by atom; joined they are the same text again.

    Example:
        >>> tokenize("C[N@@H+](Cl)C%10")
        ['C', '[N@@H+]', '(', 'Cl', ')', 'C', '%10']
    """
    tokens = TOKEN.findall(smiles)
    if "".join(tokens) != smiles:
        raise RepresentationError(f"{shown(smiles)}: {_stray_character(smiles)}")
    return tokens


def shown(smiles: str) -> str:
    """Quote a SMILES for a message, its middle left out when it is long."""
    return repr(smiles if len(smiles) <= 60 else f"{smiles[:40]}...{smiles[-15:]}")


def atom_positions(smiles: str) -> list[int]:
    """Return where each atom is written, counted from 1, in the order of RDKit's atom numbers."""
    return [found.start() + 1 for found in ATOM.finditer(smiles)]


def fault(smiles: str) -> str:
    """Say in plain words what makes this text no SMILES."""
    if not smiles:
        return "it is empty"
    if ">" in smiles.replace("->", ""):
        return "it is a reaction; give each molecule by itself"
    if re.search(r"\s\|", smiles):
        return "it carries a CXSMILES extension; give the SMILES alone"
    tokens = TOKEN.findall(smiles)
    if "".join(tokens) != smiles:
        return _stray_character(smiles)
    return _bad_bracket(tokens) or _bad_order(tokens) or _bad_rings(tokens) or "RDKit cannot read it"


def _stray_character(smiles: str) -> str:
    stray = next(piece for piece in PIECE.finditer(smiles) if not TOKEN.fullmatch(piece[0]))
    position, character = stray.start(), stray[0]
    if character == "[":
        return f"the bracket opened at position {position + 1} is never closed"
    if character.isspace():
        return f"a space or line end at position {position + 1}; give the SMILES alone"
    if character == "%":
        return f"'%' at position {position + 1} needs two digits, or a number in parentheses, for its ring"
    return f"{character!r} at position {position + 1} means nothing in SMILES"


def _bad_bracket(tokens: list[str]) -> str | None:
    for token, position in _placed(tokens):
        if not token.startswith("["):
            continue
        parts = _BRACKET.fullmatch(token)
        letters = re.search(r"[A-Za-z]+", token)
        symbol = parts["symbol"] if parts else letters.group() if letters else ""
        if symbol and not _known(symbol):
            return f"{symbol!r} at position {position} is no element"
        if parts is None:
            return f"{token} at position {position} is no atom"
    return None


def _known(symbol: str) -> bool:
    return symbol in _ELEMENTS or symbol in _AROMATIC or symbol[0] in "*#"


def _placed(tokens: list[str]) -> Iterator[tuple[str, int]]:
    position = 1
    for token in tokens:
        yield token, position
        position += len(token)


def _bad_order(tokens: list[str]) -> str | None:
    """Find a token that cannot stand where it stands: bonds, dots and branches need an atom on either side."""
    before = ""
    open_branches: list[int] = []
    for token, position in _placed(tokens):
        needs_atom = token in _BONDS or token in {".", "(", ")"} or token[0] in _RING
        if token == ")" and not open_branches:
            return f"the branch closed at position {position} was never opened"
        if needs_atom and (before in {"", ".", "("} and not (before == "(" and token in _BONDS)):
            return f"{token!r} at position {position} follows no atom"
        if before in _BONDS and (token in _BONDS or token in {".", "(", ")"}) and (before, token) != ("\\", "\\"):
            return f"the bond {before!r} before position {position} leads to no atom"
        if token == "(":
            open_branches.append(position)
        elif token == ")":
            open_branches.pop()
        before = token
    if before in _BONDS or before == ".":
        return f"{before!r} at the end leads to no atom"
    return f"the branch opened at position {open_branches[-1]} is never closed" if open_branches else None


def _bad_rings(tokens: list[str]) -> str | None:
    """Find a ring that is never closed, or that binds an atom to itself or a second time to its neighbour."""
    atoms, last, branches = 0, 0, []
    opened: dict[int, tuple[int, int]] = {}
    bonds: set[tuple[int, int]] = set()
    for token, position in _placed(tokens):
        if ATOM.fullmatch(token):
            atoms += 1
            bonds.add((last, atoms))
            last = atoms
        elif token == "(":
            branches.append(last)
        elif token == ")":
            last = branches.pop()
        elif token == ".":
            last = 0
        elif token[0] in _RING:
            ring = int(token.strip("%()"))
            if ring not in opened:
                opened[ring] = (last, position)
                continue
            first, _ = opened.pop(ring)
            if first == last:
                return f"ring {ring}, closed at position {position}, binds an atom to itself"
            if (first, last) in bonds:
                return f"ring {ring}, closed at position {position}, binds two atoms that are bound already"
            bonds.add((first, last))
    if opened:
        ring, (_, position) = next(iter(opened.items()))
        return f"ring {ring}, opened at position {position}, is never closed"
    return None
