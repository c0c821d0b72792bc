"""Molecules as SELFIES symbols: any sequence of them stands for a valid molecule."""

import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType

from rdkit import Chem
from rdkit.Chem import Mol
from rdkit.rdBase import BlockLogs
from torch import Tensor

from gdl_core.errors import RepresentationError
from gdl_molecules.chemistry import canonical, parse, spelling
from gdl_molecules.notation import shown
from gdl_molecules.representations.vocabulary import Molecule, TextRepresentation

_MOST_BONDS = 12
_BONDS = {Chem.BondType.SINGLE, Chem.BondType.DOUBLE, Chem.BondType.TRIPLE, Chem.BondType.AROMATIC}
_CENTRES = {
    Chem.ChiralType.CHI_UNSPECIFIED,
    Chem.ChiralType.CHI_TETRAHEDRAL_CW,
    Chem.ChiralType.CHI_TETRAHEDRAL_CCW,
}


class SelfiesTokens(TextRepresentation):
    """SELFIES, Krenn et al. (2020), arXiv:1905.13741: every sequence of its symbols decodes to a valid molecule.

    Each atom may bind as much as RDKit allows, neither more nor less. Molecules that SELFIES cannot hold are refused:
    those with dummy atoms, atom map numbers, dative, quadruple or unspecified bonds. `vocabulary` lists the symbols in
    the order of their numbers; `max_length` is the most symbols that one molecule may have.

    Example:
        >>> selfies = SelfiesTokens().fit(["c1ccccc1O", "CC=O"])
        >>> selfies.decode(selfies.encode("OC"))
        'OC'
    """

    name = "selfies"
    loses = "how the SMILES was spelled (the molecule is the same); of an RDKit Mol all that SMILES does not hold"

    def tokenize(self, molecule: Molecule) -> list[str]:
        """Translate a molecule into SELFIES symbols that give the same molecule back, or refuse it.

        Example:
            >>> SelfiesTokens().tokenize("C(Cl)=O")
            ['[C]', '[Branch1]', '[C]', '[Cl]', '[=O]']
        """
        text, mol = spelling(molecule), parse(molecule)
        for spelled in _spellings(text, mol):
            symbols = _translated(spelled)
            if symbols is not None and _stands_for(symbols, mol):
                return symbols
        raise RepresentationError(f"{shown(text)}: {_why_not(mol)}; leave it out, or use the representation 'smiles'")

    def tokenize_quickly(self, molecule: Molecule) -> list[str]:
        symbols = _translated(spelling(molecule))
        return self.tokenize(molecule) if symbols is None else symbols

    def encode_prefix(self, prefix: str) -> list[int]:
        """Number the SELFIES symbols that a molecule is to begin with.

        Example:
            >>> SelfiesTokens(["[C]", "[O]"], max_length=8).encode_prefix("[O][C]")
            [1, 0]
        """
        symbols = re.findall(r"\[[^][]*\]|\.", prefix)
        if "".join(symbols) != prefix:
            raise RepresentationError(f"{shown(prefix)} is not made of SELFIES symbols such as [C][=O]")
        return self._vocabulary.encode(symbols, prefix).tolist()

    def decode(self, sample: Tensor) -> str:
        """Translate symbols into the SMILES of a valid molecule; it may be empty where no symbol is an atom."""
        symbols = self._vocabulary.decode(sample)
        try:
            return _selfies().decoder("".join(symbols))
        except (_selfies().DecoderError, RecursionError) as error:
            raise RepresentationError(f"these {len(symbols)} symbols are no SELFIES: {error}") from None


def _translated(smiles: str) -> list[str] | None:
    """Translate a SMILES into symbols, or None where the package selfies gives up."""
    try:
        return list(_selfies().split_selfies(_selfies().encoder(smiles)))
    except Exception:  # besides EncoderError it lets slip KeyError, IndexError and others
        return None


def _stands_for(symbols: Sequence[str], mol: Mol) -> bool:
    """Tell whether symbols give this very molecule back."""
    try:
        found = parse(_selfies().decoder("".join(symbols)))
    except (RepresentationError, RecursionError, _selfies().DecoderError):
        return False
    with BlockLogs():
        texts = Chem.MolToSmiles(found), Chem.MolToSmiles(mol)
    return texts[0] == texts[1] or canonical(texts[0]) == canonical(texts[1])


def _spellings(text: str, mol: Mol) -> Iterator[str]:
    """Yield a molecule as it is written, and only then, since few need it, without aromatic atoms."""
    yield text
    yield _kekule(mol)


def _kekule(mol: Mol) -> str:
    """Spell a molecule without aromatic atoms, as RDKit understood it."""
    copy = Chem.Mol(mol)
    with BlockLogs():
        Chem.Kekulize(copy, clearAromaticFlags=True)
        return Chem.MolToSmiles(copy)


def _why_not(mol: Mol) -> str:
    """Say what in this molecule SELFIES has no symbol for."""
    for atom in mol.GetAtoms():
        if atom.GetAtomicNum() == 0:
            return "SELFIES has no dummy atom '*'"
        if atom.GetAtomMapNum():
            return "SELFIES has no atom map numbers"
        if atom.GetChiralTag() not in _CENTRES:
            return "SELFIES has no stereo centres but tetrahedral ones"
    for bond in mol.GetBonds():
        if bond.GetBondType() not in _BONDS:
            return f"SELFIES has no {bond.GetBondType().name.lower()} bond"
    return "SELFIES does not give the same molecule back"


@cache
def _selfies() -> ModuleType:
    """Load a copy of the package selfies of our own, whose atoms bind as much as RDKit allows.

    What an atom may bind is a global setting of that package. To change it would change what the user's own calls of
    selfies return; to rely on it would let them change what our checkpoints decode to.
    """
    theirs = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "selfies"}
    try:
        ours = import_module("selfies")
        import_module("selfies.mol_graph").get_bonding_capacity = _capacity  # type: ignore[attr-defined]
        return ours
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "selfies"]:
            del sys.modules[name]
        sys.modules.update(theirs)


@cache
def _capacity(element: str, charge: int) -> int:
    """Ask RDKit how many bonds an atom can have."""
    atom = f"[{element}{charge:+d}]" if charge else f"[{element}]"
    with BlockLogs():
        fits = [count for count in range(_MOST_BONDS + 1) if Chem.MolFromSmiles(atom + "(F)" * count) is not None]
    return max(fits, default=0)
