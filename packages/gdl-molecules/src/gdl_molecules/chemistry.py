"""The chemistry that everything else stands on: a SMILES becomes a molecule, or is refused with the reason."""

import re
from collections.abc import Sequence

from rdkit import Chem
from rdkit.Chem import Mol
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError
from gdl_molecules.notation import ATOM, HYDROGEN, atom_positions, fault, shown

MAX_HEAVY_ATOMS = 1000
"""Larger molecules are refused: the cost of canonicalising grows with the square of the size."""

_CHARACTERS_PER_ATOM = 100


def _rules(*, checked: bool) -> Chem.SmilesParserParams:
    """Read the SMILES alone (no name, no CXSMILES behind it); unchecked, keep every atom in its written order."""
    rules = Chem.SmilesParserParams()
    rules.allowCXSMILES = False
    rules.parseName = False
    rules.sanitize = checked
    rules.removeHs = checked
    return rules


_CHECKED, _UNCHECKED = _rules(checked=True), _rules(checked=False)


def parse(smiles: str | Mol, *, max_heavy_atoms: int = MAX_HEAVY_ATOMS) -> Mol:
    """Turn a SMILES into a molecule that RDKit has found valid, or raise a `RepresentationError` that says why not.

    Nothing is printed. A `Mol` comes back as a checked copy.

    Example:
        >>> parse("c1ccccc1O").GetNumAtoms()
        7
        >>> parse("C1CC")
        Traceback (most recent call last):
        ...
        gdl_core.errors.RepresentationError: 'C1CC': ring 1, opened at position 2, is never closed
    """
    if not isinstance(smiles, str):
        return _checked(smiles, max_heavy_atoms)
    if len(smiles) > max_heavy_atoms:
        _refuse_large(smiles, max_heavy_atoms)
    with BlockLogs():
        try:
            mol = Chem.MolFromSmiles(smiles, _CHECKED)
        except UnicodeEncodeError:
            mol = None
    if mol is None or not smiles:
        raise RepresentationError(f"{shown(smiles)}: {reason(smiles)}")
    return mol


def readable(smiles: Sequence[str], *, max_heavy_atoms: int = MAX_HEAVY_ATOMS) -> list[bool]:
    """Tell which of these `parse` would surely take; one call for many costs hardly more than RDKit itself.

    Texts of more than `max_heavy_atoms` characters are left to `parse`.

    Example:
        >>> readable(["CCO", "C1CC", ""])
        [True, False, False]
    """
    read = Chem.MolFromSmiles
    with BlockLogs():
        return [
            0 < len(text) <= max_heavy_atoms and text.isascii() and read(text, _CHECKED) is not None for text in smiles
        ]


def canonical(smiles: str | Mol) -> str:
    """Return RDKit's canonical SMILES, the same for every spelling of a molecule.

    Example:
        >>> canonical("OCC") == canonical("C(C)O")
        True
    """
    mol = parse(smiles)
    with BlockLogs():
        return Chem.MolToSmiles(mol)


def spelling(molecule: str | Mol) -> str:
    """Return the SMILES of an object: a text as it is, a `Mol` as RDKit writes it."""
    return molecule if isinstance(molecule, str) else canonical(molecule)


def reason(smiles: str) -> str:
    """Say in plain words why RDKit does not read `smiles`."""
    with BlockLogs():
        try:
            mol = Chem.MolFromSmiles(smiles, _UNCHECKED)
        except UnicodeEncodeError:
            mol = None
        if mol is None or not smiles:
            return fault(smiles)
        return _problem(mol, atom_positions(smiles)) or fault(smiles)


def _problem(mol: Mol, positions: list[int]) -> str | None:
    """Put the first problem that RDKit finds with valences and aromatic rings into words."""
    for problem in Chem.DetectChemistryProblems(mol):
        kind = problem.GetType()
        if kind == "KekulizeException":
            places = _listed([positions[index] for index in problem.GetAtomIndices()])
            return f"no double bonds fit the aromatic atoms at {places}; a hydrogen such as [nH] may be missing"
        if not hasattr(problem, "GetAtomIdx"):
            return str(problem.Message())
        atom = mol.GetAtomWithIdx(problem.GetAtomIdx())
        place = f"atom {atom.GetSymbol()} at position {positions[atom.GetIdx()]}"
        if kind == "AtomKekulizeException":
            return f"{place} is written aromatic (in lower case) but stands in no ring"
        bonds = re.search(r", (\d+), is greater", problem.Message())
        return f"{place} has {bonds[1] if bonds else 'too many'} bonds, more than it can hold"
    return None


def _listed(positions: list[int], most: int = 8) -> str:
    text = ", ".join(map(str, sorted(positions)[:most]))
    return f"positions {text}{', ...' if len(positions) > most else ''}"


def _checked(mol: Mol, max_heavy_atoms: int) -> Mol:
    if not isinstance(mol, Mol):
        raise RepresentationError(f"a molecule is a SMILES text or an RDKit Mol, not {type(mol).__name__}")
    _refuse_above(mol.GetNumHeavyAtoms(), mol.GetNumAtoms(), "this Mol", max_heavy_atoms)
    if not mol.GetNumAtoms():
        raise RepresentationError("this Mol has no atoms")
    copy = Chem.Mol(mol)
    with BlockLogs():
        try:
            Chem.SanitizeMol(copy)
        except Chem.MolSanitizeException as error:
            numbers = list(range(mol.GetNumAtoms()))
            raise RepresentationError(
                f"this Mol: {_problem(copy, numbers) or error}".replace("position", "index")
            ) from None
    return copy


def _refuse_large(smiles: str, most: int) -> None:
    """Count the atoms of a long text without reading it as a molecule."""
    if len(smiles) > most * _CHARACTERS_PER_ATOM:
        raise RepresentationError(
            f"{shown(smiles)}: {len(smiles):,} characters, more than a molecule of {most:,} heavy atoms needs; leave it out"
        )
    atoms = ATOM.findall(smiles)
    hydrogens = sum(HYDROGEN.fullmatch(atom) is not None for atom in atoms if atom[0] == "[")
    _refuse_above(len(atoms) - hydrogens, len(atoms), shown(smiles), most)


def _refuse_above(heavy_atoms: int, atoms: int, what: str, most: int) -> None:
    if heavy_atoms > most:
        raise RepresentationError(f"{what}: {heavy_atoms:,} heavy atoms, above the cap of {most:,}; leave it out")
    if atoms > 5 * most:
        raise RepresentationError(
            f"{what}: {atoms:,} atoms with its hydrogens, above the cap of {5 * most:,}; leave it out"
        )
