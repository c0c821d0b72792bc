"""What files, reports and the measures of sets ask of each molecule. Runs in worker processes: imports no torch."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from rdkit.Chem import FragmentOnBRICSBonds, Mol, MolToSmiles, MurckoDecompose
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from rdkit.DataStructs import BitVectToBinaryText
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError
from gdl_molecules.alerts import moses
from gdl_molecules.chemistry import parse
from gdl_molecules.descriptors import ASKABLE, PROPERTIES, logp, qed, sa, weight

FINGERPRINT_BYTES = 128
DESCRIBED = {"logP": logp, "SA": sa, "QED": qed, "weight": weight}
"""The descriptors whose distributions are compared."""

_MORGAN = GetMorganGenerator(radius=2, fpSize=8 * FINGERPRINT_BYTES)


class Measures(TypedDict):
    """One molecule: its canonical SMILES, its Morgan fingerprint in hexadecimal, and what it is made of."""

    smiles: str
    fingerprint: str
    fragments: list[str]
    scaffold: str | None
    values: list[float]
    passes: NotRequired[bool]


def measure(smiles: str) -> Measures | None:
    """Measure one molecule as MOSES does, or return None when the SMILES is none.

    Example:
        >>> found = measure("O=C(c1ccccc1)N1CCCC1")
        >>> found["fragments"], found["scaffold"]
        (['[1*]C([6*])=O', '[16*]c1ccccc1', '[5*]N1CCCC1'], 'O=C(c1ccccc1)N1CCCC1')
    """
    try:
        mol = parse(smiles)
    except RepresentationError:
        return None
    return _measures(mol)


def judge(smiles: str) -> Measures | None:
    """Measure one molecule, and tell whether it passes the filters of MOSES."""
    try:
        mol = parse(smiles)
    except RepresentationError:
        return None
    return {**_measures(mol), "passes": moses(mol) is None}


def profile(smiles: str) -> tuple[str, list[float]] | None:
    """Return the canonical SMILES with the numbers of `PROPERTIES`, or None when the SMILES is no molecule.

    Example:
        >>> canonical, numbers = profile("OCC")
        >>> canonical, [round(number, 2) for number in numbers]
        ('CCO', [0.41, 1.98, -0.0, 46.07, 20.23])
    """
    try:
        mol = parse(smiles)
    except RepresentationError:
        return None
    return MolToSmiles(mol), [float(of(mol)) for of in PROPERTIES.values()]


def numbers(smiles: str | Mol, names: Sequence[str]) -> list[float]:
    """Return the properties that samples can be asked for, by their names in `ASKABLE`.

    Example:
        >>> [round(number, 2) for number in numbers("CCO", ["weight", "heavy"])]
        [46.07, 3.0]
    """
    mol = parse(smiles)
    return [float(ASKABLE[name](mol)) for name in names]


def fingerprint(smiles: str) -> str:
    """Return the Morgan fingerprint of a molecule, in hexadecimal."""
    return _fingerprint(parse(smiles))


def identity(smiles: str) -> str | None:
    """Return the canonical SMILES, or None when the SMILES is no molecule."""
    try:
        mol = parse(smiles)
    except RepresentationError:
        return None
    return MolToSmiles(mol)


def _measures(mol: Mol) -> Measures:
    with BlockLogs():
        return {
            "smiles": MolToSmiles(mol),
            "fingerprint": _fingerprint(mol),
            "fragments": MolToSmiles(FragmentOnBRICSBonds(mol)).split("."),
            "scaffold": scaffold(mol),
            "values": [of(mol) for of in DESCRIBED.values()],
        }


def _fingerprint(mol: Mol) -> str:
    return BitVectToBinaryText(_MORGAN.GetFingerprint(mol)).hex()


def scaffold(mol: Mol) -> str | None:
    """Return the rings of a molecule and what links them, as SMILES; None for fewer than two rings.

    Bemis and Murcko (1996), doi:10.1021/jm9602928.
    """
    try:
        core = MurckoDecompose(mol)
        core.ClearComputedProps()
        core.UpdatePropertyCache()
    except (ValueError, RuntimeError):
        return None
    return MolToSmiles(core) if mol.GetRingInfo().NumRings() >= 2 else None
