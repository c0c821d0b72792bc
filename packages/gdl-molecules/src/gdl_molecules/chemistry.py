"""The chemistry that everything else stands on: a SMILES becomes a molecule, or is refused with the reason."""

import re
from collections.abc import Sequence
from typing import Any

from rdkit import Chem
from rdkit.Chem import Mol
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError
from gdl_molecules.notation import ATOM, HYDROGEN, atom_positions, fault, shown

MAX_HEAVY_ATOMS = 1000
"""Larger molecules are refused: the cost of canonicalising grows with the square of the size."""

_CHARACTERS_PER_ATOM = 100
_ANYTHING = {"AtomNull", "BondNull"}  # the dummy atom and the unspecified bond, which SMILES has too
_COUNTS = re.compile(r"^M  V30 COUNTS +([0-9]+)", re.MULTILINE)


def _rules(*, checked: bool) -> Chem.SmilesParserParams:
    """Read the SMILES alone (no name, no CXSMILES behind it); unchecked, keep every atom in its written order."""
    rules: Any = Chem.SmilesParserParams()
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
    mol = None
    if len(smiles) <= max_heavy_atoms or not _excess_of_text(smiles, max_heavy_atoms):
        with BlockLogs():
            mol = Chem.MolFromSmiles(smiles, _CHECKED) if _is_plain(smiles) else None
    if mol is None:
        raise RepresentationError(f"{shown(smiles)}: {reason(smiles, max_heavy_atoms=max_heavy_atoms)}")
    return mol


def _is_plain(text: str) -> bool:
    """Tell whether a text may be a SMILES by its letters: RDKit reads only so far as it understands them."""
    return text.isascii() and text.isprintable() and " " not in text and text != ""


def read(smiles: str, *, max_heavy_atoms: int = MAX_HEAVY_ATOMS) -> Mol | None:
    """Read a text that `parse` would surely take, else return None; RDKit's complaints are the caller's to silence.

    Texts of more than `max_heavy_atoms` characters are left to `parse`.

    Example:
        >>> [mol and mol.GetNumAtoms() for mol in map(read, ["CCO", ""])]
        [3, None]
    """
    fits = len(smiles) <= max_heavy_atoms and _is_plain(smiles)
    return Chem.MolFromSmiles(smiles, _CHECKED) if fits else None


def readable(smiles: Sequence[str], *, max_heavy_atoms: int = MAX_HEAVY_ATOMS) -> list[bool]:
    """Tell which of these `read` reads; one call for many costs hardly more than RDKit itself.

    Example:
        >>> readable(["CCO", "C1CC", ""])
        [True, False, False]
    """
    with BlockLogs():
        return [read(text, max_heavy_atoms=max_heavy_atoms) is not None for text in smiles]


def as_written(smiles: str) -> Mol:
    """Read a SMILES that RDKit itself has written: each atom in its place, nothing checked and nothing perceived.

    Example:
        >>> [atom.GetSymbol() for atom in as_written("c1cc[nH]c1").GetAtoms()]
        ['C', 'C', 'C', 'N', 'C']
    """
    return Chem.MolFromSmiles(smiles, _UNCHECKED)


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


def parse_block(block: str, *, max_heavy_atoms: int = MAX_HEAVY_ATOMS) -> Mol:
    """Turn a mol block (V2000 or V3000) into a molecule that RDKit has found valid, or say why not."""
    counted = _COUNTS.search(block)  # a V2000 block cannot name more than 999 atoms
    if counted and (excess := _excess(0, int(counted[1]), max_heavy_atoms)):
        raise RepresentationError(f"the structure: {excess}")
    with BlockLogs():
        mol = Chem.MolFromMolBlock(block)
        if mol is None:
            unchecked = Chem.MolFromMolBlock(block, sanitize=False, removeHs=False)
            why = _problem(unchecked) if unchecked is not None else None
            raise RepresentationError(f"the structure: {why or 'RDKit cannot read it'}")
    _refuse_unfit(mol, "the structure", max_heavy_atoms)
    return mol


def reason(smiles: str, *, max_heavy_atoms: int = MAX_HEAVY_ATOMS) -> str:
    """Say in plain words why `parse` refuses a text.

    Example:
        >>> reason("C[Xx]")
        "'Xx' at position 2 is no element"
    """
    if excess := _excess_of_text(smiles, max_heavy_atoms):
        return excess
    with BlockLogs():
        mol = Chem.MolFromSmiles(smiles, _UNCHECKED) if _is_plain(smiles) else None
        return (_problem(mol, atom_positions(smiles)) if mol is not None else None) or fault(smiles)


def _problem(mol: Mol, positions: Sequence[int] | None = None) -> str | None:
    """Put the first problem that RDKit finds with valences and aromatic rings into words."""
    for problem in Chem.DetectChemistryProblems(mol):
        kind = problem.GetType()
        if kind == "KekulizeException":
            places = _places(problem.GetAtomIndices(), positions)
            return f"no double bonds fit the aromatic atoms at {places}; a hydrogen such as [nH] may be missing"
        if not hasattr(problem, "GetAtomIdx"):
            return str(problem.Message())
        index = problem.GetAtomIdx()
        atom = f"{mol.GetAtomWithIdx(index).GetSymbol()} at {_places([index], positions)}"
        if kind == "AtomKekulizeException":
            return f"{atom} is aromatic but stands in no ring"
        bonds = re.search(r", (\d+), is greater", problem.Message())
        return f"{atom} has {bonds[1] if bonds else 'too many'} bonds, more than it can hold"
    return None


def _places(atoms: Sequence[int], positions: Sequence[int] | None, most: int = 8) -> str:
    """Name atoms by where they stand in the text; where there is none, by their numbers from 1."""
    numbers = sorted(positions[atom] if positions else atom + 1 for atom in atoms)
    what = "position" if positions else "number"
    return f"{what}{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers[:most]))}{', ...' * (len(numbers) > most)}"


def _checked(mol: Mol, max_heavy_atoms: int) -> Mol:
    if not isinstance(mol, Mol):
        raise RepresentationError(f"a molecule is a SMILES text or an RDKit Mol, not {type(mol).__name__}")
    _refuse_unfit(mol, "this Mol", max_heavy_atoms)
    copy = Chem.Mol(mol)
    with BlockLogs():
        try:
            Chem.SanitizeMol(copy)
        except Chem.MolSanitizeException as error:
            raise RepresentationError(f"this Mol: {_problem(Chem.Mol(mol)) or error}") from None
    return copy


def _refuse_unfit(mol: Mol, what: str, max_heavy_atoms: int) -> None:
    """Refuse what is no molecule, what a SMILES cannot hold, and what is too large."""
    if excess := _excess(mol.GetNumHeavyAtoms(), mol.GetNumAtoms(), max_heavy_atoms):
        raise RepresentationError(f"{what}: {excess}")
    if not mol.GetNumAtoms():
        raise RepresentationError(f"{what} has no atoms")
    parts: list[Any] = [*mol.GetAtoms(), *mol.GetBonds()]
    for part in parts:
        if part.HasQuery() and part.DescribeQuery().strip() not in _ANYTHING:
            kind = "atom" if hasattr(part, "GetSymbol") else "bond"
            raise RepresentationError(f"{what} has a query {kind}, which stands for several; give one molecule of them")


def _excess_of_text(smiles: str, most: int) -> str | None:
    """Say by how much a text is too large, without reading it as a molecule."""
    if len(smiles) > most * _CHARACTERS_PER_ATOM:
        return f"{len(smiles):,} characters, too long for {most:,} heavy atoms; leave it out"
    atoms = ATOM.findall(smiles)
    hydrogens = sum(HYDROGEN.fullmatch(atom) is not None for atom in atoms if atom[0] == "[")
    return _excess(len(atoms) - hydrogens, len(atoms), most)


def _excess(heavy_atoms: int, atoms: int, most: int) -> str | None:
    if heavy_atoms > most:
        return f"{heavy_atoms:,} heavy atoms, above the cap of {most:,}; leave it out"
    if atoms > 5 * most:
        return f"{atoms:,} atoms with its hydrogens, above the cap of {5 * most:,}; leave it out"
    return None
