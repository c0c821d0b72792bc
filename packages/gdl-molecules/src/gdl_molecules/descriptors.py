"""Numbers that chemists ask of one molecule: its weight, how drug-like it is, how hard to make.

All of them take a molecule as `gdl_molecules.chemistry.parse` returns it and come from RDKit.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from rdkit import RDConfig
from rdkit.Chem import QED as rdkit_qed
from rdkit.Chem import DeleteSubstructs as delete_substructures
from rdkit.Chem import GetSSSR, Mol, RemoveHs, rdMolDescriptors
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogEntry, SmartsMatcher
from rdkit.rdBase import BlockLogs

from gdl_core.errors import ResourceError


def weight(mol: Mol) -> float:
    """Return the average molecular weight in dalton."""
    return rdMolDescriptors._CalcMolWt(mol)


def logp(mol: Mol) -> float:
    """Return Crippen's logP, the fat-likeness of a molecule. Wildman and Crippen (1999), doi:10.1021/ci990307l."""
    return rdMolDescriptors.CalcCrippenDescriptors(mol)[0]


def tpsa(mol: Mol) -> float:
    """Return the topological polar surface area in square angstrom. Ertl et al. (2000), doi:10.1021/jm000942e."""
    return rdMolDescriptors.CalcTPSA(mol)


def qed(mol: Mol) -> float:
    """Return the drug-likeness between 0 and 1. Bickerton et al. (2012), doi:10.1038/nchem.1243.

    The number is that of `rdkit.Chem.QED.qed`, in half its time: the alerts are matched in one call, and the logP of
    a molecule is computed once.

    Example:
        >>> from gdl_molecules.chemistry import parse
        >>> round(qed(parse("CC(=O)Oc1ccccc1C(=O)O")), 4)
        0.5501
    """
    strict = rdMolDescriptors.NumRotatableBondsOptions.Strict
    with BlockLogs():
        if any(atom.GetAtomicNum() == 1 for atom in mol.GetAtoms()):
            mol = RemoveHs(mol)
        aromatic = delete_substructures(Mol(mol), rdkit_qed.AliphaticRings)
        parts = rdkit_qed.QEDproperties(
            MW=weight(mol),
            ALOGP=logp(mol),
            HBA=sum(len(mol.GetSubstructMatches(pattern)) for pattern in rdkit_qed.Acceptors),
            HBD=rdMolDescriptors.CalcNumHBD(mol),
            PSA=tpsa(mol),
            ROTB=rdMolDescriptors.CalcNumRotatableBonds(mol, strict),
            AROM=len(GetSSSR(aromatic)),
            ALERTS=len(_alerts().GetMatches(mol)),
        )
    return rdkit_qed.qed(mol, qedProperties=parts)


def sa(mol: Mol) -> float:
    """Return how hard a molecule is to make, from 1 (easy) to 10. Ertl and Schuffenhauer (2009), 1758-2946-1-8.

    This is RDKit's own script, which reads the table of fragments that is installed with RDKit.

    Example:
        >>> from gdl_molecules.chemistry import parse
        >>> round(sa(parse("CC(=O)Oc1ccccc1C(=O)O")), 2)
        1.58
    """
    with BlockLogs():
        return _sa_script().calculateScore(mol)


DESCRIPTORS: Mapping[str, Callable[[Mol], float]] = {
    "mw": weight,
    "logp": logp,
    "qed": qed,
    "sa": sa,
    "tpsa": tpsa,
    "hbd": rdMolDescriptors.CalcNumHBD,
    "hba": rdMolDescriptors.CalcNumHBA,
    "rotatable": rdMolDescriptors.CalcNumRotatableBonds,
    "rings": rdMolDescriptors.CalcNumRings,
    "heavy": Mol.GetNumHeavyAtoms,
}
"""Every descriptor by the name that filters give it."""

PROPERTIES: Mapping[str, Callable[[Mol], float]] = {
    "QED": qed,
    "SA": sa,
    "logP": logp,
    "weight": weight,
    "TPSA": tpsa,
}
"""The descriptors that stand in files and reports, by the name of their column."""

ASKABLE: Mapping[str, Callable[[Mol], float]] = {
    **PROPERTIES,
    **{name: DESCRIPTORS[name] for name in ("hbd", "hba", "rotatable", "rings", "heavy")},
}
"""What a model can be trained to be asked for, by the name of the condition."""


@cache
def _alerts() -> FilterCatalog:
    """QED counts which of these substructures a molecule has."""
    catalog = FilterCatalog()
    for number, pattern in enumerate(rdkit_qed.StructuralAlerts):
        catalog.AddEntry(FilterCatalogEntry(str(number), SmartsMatcher(str(number), pattern)))
    return catalog


@cache
def _sa_script() -> ModuleType:
    path = Path(RDConfig.RDContribDir, "SA_Score", "sascorer.py")
    spec = spec_from_file_location("gdl_molecules_sascorer", path)
    if spec is None or spec.loader is None or not path.exists():
        raise ResourceError(
            f"{path} is missing, so there is no SA score; install RDKit with pip, whose package holds it"
        )
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    return script
