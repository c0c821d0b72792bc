"""The shape of a molecule in space, found by distance geometry and a force field."""

from typing import Any, TypedDict

from rdkit.Chem import AddHs, Mol, MolToMolBlock
from rdkit.Chem.rdDistGeom import EmbedMolecule, ETKDGv3
from rdkit.Chem.rdForceFieldHelpers import MMFFHasAllMoleculeParams, MMFFOptimizeMolecule
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError
from gdl_molecules.chemistry import parse

_MOST_ATOMS = 300
_SEED = 61453
_STEPS = 500


class Shape(TypedDict):
    """A molecule with hydrogens and coordinates as a mol block, or None, and what went wrong, or None."""

    block: str | None
    reason: str | None


def embed(smiles: str) -> Shape:
    """Place a molecule's atoms with ETKDGv3 and relax them with MMFF94; the same SMILES gives the same shape.

    Riniker and Landrum (2015), doi:10.1021/acs.jcim.5b00654; Tosco et al. (2014), doi:10.1186/s13321-014-0037-3.

    Example:
        >>> embed("CCO")["reason"] is None, embed("C1#CC1")["reason"]
        (True, 'no arrangement in space was found')
    """
    try:
        mol = parse(smiles)
    except RepresentationError as error:
        return {"block": None, "reason": str(error)}
    with BlockLogs():
        return _embedded(AddHs(mol))


def _embedded(mol: Mol) -> Shape:
    if mol.GetNumHeavyAtoms() > _MOST_ATOMS:
        return {"block": None, "reason": f"more than {_MOST_ATOMS} heavy atoms would take too long to arrange in space"}
    if not _placed(mol, from_random=False) and not _placed(mol, from_random=True):
        return {"block": None, "reason": "no arrangement in space was found"}
    reason = None
    if MMFFHasAllMoleculeParams(mol):
        MMFFOptimizeMolecule(mol, maxIters=_STEPS)
    else:
        reason = "MMFF94 does not know all of its atoms, so its shape is as ETKDG placed it"
    return {"block": MolToMolBlock(mol), "reason": reason}


def _placed(mol: Mol, *, from_random: bool) -> bool:
    """Try to arrange the atoms; long chains are only found from random places."""
    options: Any = ETKDGv3()
    options.randomSeed = _SEED
    options.useRandomCoords = from_random
    return EmbedMolecule(mol, options) >= 0
