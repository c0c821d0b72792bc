"""Substructures that make chemists wary, in sets: PAINS, Brenk, NIBR, and the filters of the MOSES benchmark.

The first three are installed with RDKit. `moses.csv` lists the medicinal chemistry filters (MCF) and the spelling of
PAINS that come with MOSES, Polykovskiy et al. (2020), arXiv:1811.12823, under the MIT licence in `moses.csv.LICENSE`.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from rdkit import RDConfig
from rdkit.Chem import AddHs, Mol, MolFromSmarts, PatternFingerprint
from rdkit.Chem.FilterCatalog import FilterCatalog, FilterCatalogEntry, FilterCatalogParams, SmartsMatcher
from rdkit.DataStructs import BitVectToBinaryText

from gdl_core.errors import ResourceError

_ELEMENTS = frozenset({"C", "N", "S", "O", "F", "Cl", "Br", "H"})
_LARGEST_RING = 7


def pains(mol: Mol) -> str | None:
    """Name the first pattern of frequent false hits that a molecule has. Baell and Holloway (2010), jm901137j."""
    return _first(_rdkit_catalog("PAINS"), mol)


def brenk(mol: Mol) -> str | None:
    """Name the first unwanted group that a molecule has. Brenk et al. (2008), doi:10.1002/cmdc.200700139."""
    return _first(_rdkit_catalog("BRENK"), mol)


def nibr(mol: Mol) -> str | None:
    """Say why a molecule is excluded from the NIBR screening deck. Schuffenhauer et al. (2020), acs.jmedchem.0c01332.

    One pattern of the kind "exclude" is enough, or ten of the kind "flag"; annotations do not count.
    """
    flags = []
    for match in _nibr_catalog().GetMatches(mol):
        severity = match.GetProp("severity")
        if severity == "2":
            return str(match.GetDescription())
        if severity == "1":
            flags.append(match.GetDescription())
    return ", ".join(flags) if len(flags) >= 10 else None


def moses(mol: Mol) -> str | None:
    """Say why a molecule does not pass the filters by which the MOSES data were chosen.

    They ask for no ring of eight or more atoms, no charge, no element but C, N, S, O, F, Cl, Br and H, and none of the
    MCF and PAINS patterns, which are matched with all hydrogens drawn.

    Example:
        >>> from gdl_molecules.chemistry import parse
        >>> moses(parse("CC(=O)Oc1ccccc1C(=O)O")), moses(parse("C1CO1")), moses(parse("CC[O-]"))
        (None, 'MCF5', 'a charge')
    """
    if any(len(ring) > _LARGEST_RING for ring in mol.GetRingInfo().AtomRings()):
        return f"a ring of {_LARGEST_RING + 1} or more atoms"
    for atom in mol.GetAtoms():
        if atom.GetFormalCharge():
            return "a charge"
        if atom.GetSymbol() not in _ELEMENTS:
            return f"the element {atom.GetSymbol()}"
    return _moses_patterns().first(AddHs(mol))


ALERTS: Mapping[str, Callable[[Mol], str | None]] = {"pains": pains, "brenk": brenk, "nibr": nibr, "moses": moses}
"""Every set by the name that filters give it; what a molecule has from the set, or None."""


class Patterns:
    """Substructures to be looked for, most of which a fingerprint rules out at once.

    A molecule that holds a substructure has all bits of its pattern fingerprint, so only patterns whose bits are all
    there are matched atom by atom.
    """

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        queries = [(name, MolFromSmarts(smarts)) for name, smarts in named]
        self._patterns = [(name, query, _bits(query)) for name, query in queries]

    def first(self, mol: Mol) -> str | None:
        """Return the name of the first pattern that the molecule holds."""
        missing = ~_bits(mol)
        for name, query, bits in self._patterns:
            if not bits & missing and mol.HasSubstructMatch(query):
                return name
        return None


def _bits(mol: Mol) -> int:
    return int.from_bytes(BitVectToBinaryText(PatternFingerprint(mol)), "little")


def _first(catalog: FilterCatalog, mol: Mol) -> str | None:
    match = catalog.GetFirstMatch(mol)
    return None if match is None else str(match.GetDescription())


@cache
def _rdkit_catalog(name: str) -> FilterCatalog:
    return FilterCatalog(getattr(FilterCatalogParams.FilterCatalogs, name))


@cache
def _nibr_catalog() -> FilterCatalog:
    path = Path(RDConfig.RDContribDir, "NIBRSubstructureFilters", "SubstructureFilter_HitTriaging_wPubChemExamples.csv")
    if not path.exists():
        raise ResourceError(
            f"{path} is missing, so there are no NIBR filters; install RDKit with pip, which brings them"
        )
    catalog = FilterCatalog()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["PATTERN_NAME"]
            entry = FilterCatalogEntry(name, SmartsMatcher(name, row["SMARTS"], max(1, int(row["MIN_COUNT"]))))
            entry.SetProp("severity", row["SEVERITY_SCORE"])
            catalog.AddEntry(entry)
    return catalog


@cache
def _moses_patterns() -> Patterns:
    with (files(__name__) / "moses.csv").open(encoding="utf-8") as file:
        return Patterns((row["name"], row["smarts"]) for row in csv.DictReader(file))
