"""The shape of a molecule in space, found by distance geometry and a force field."""

from typing import Any, TypedDict

from rdkit.Chem import AddHs, Mol, MolToMolBlock
from rdkit.Chem.rdDistGeom import EmbedMolecule, ETKDGv3
from rdkit.Chem.rdForceFieldHelpers import MMFFHasAllMoleculeParams, MMFFOptimizeMolecule
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError
from gdl_molecules.chemistry import parse

_SEED = 61453
_STEPS = 1000


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
    options: Any = ETKDGv3()
    options.randomSeed = _SEED
    if EmbedMolecule(mol, options) < 0:
        return {"block": None, "reason": "no arrangement in space was found"}
    reason = None
    if MMFFHasAllMoleculeParams(mol):
        MMFFOptimizeMolecule(mol, maxIters=_STEPS)
    else:
        reason = "MMFF94 does not know all of its atoms, so its shape is as ETKDG placed it"
    return {"block": MolToMolBlock(mol), "reason": reason}
