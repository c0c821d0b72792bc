"""Send varied SMILES through every representation of molecules, and count what comes back equal, refused or different.

    python tools/benchmarks/round_trip.py zinc.smi moses.smi qm9.smi --count 100000

The molecules are those of the files, in equal parts and at random. Each is changed at random by some of: one of its
stereoisomers, an isotope, an element exchanged (B, Si, P, Se, As and others), a charge, a radical, a counter-ion behind
a dot; and is then spelled at random, with two-digit rings, in Kekulé form, with all hydrogens told, or as it was. Only
what RDKit reads is kept. SMILES must come back letter by letter, the others as the same canonical SMILES. Anything
different ends with exit code 1.
"""

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from rdkit import Chem
from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers, StereoEnumerationOptions
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError
from gdl_core.representation import Representation
from gdl_molecules.chemistry import canonical, readable
from gdl_molecules.domain import DOMAIN
from gdl_molecules.notation import tokenize

IONS = (
    "Cl",
    "Br",
    "[Na+]",
    "[K+]",
    "[Cl-]",
    "[Ca+2]",
    "[NH4+]",
    "OC(=O)/C=C/C(=O)O",
    "C[C@H](O)C(=O)[O-]",
    "O",
    "[Zn+2]",
)
EXCHANGES = {6: ("Si", "B", "Ge", "N"), 7: ("P", "As", "B", "C"), 8: ("S", "Se", "Te"), 16: ("Se", "O"), 9: ("I", "Br")}
ISOTOPES = {1: 2, 6: 13, 7: 15, 8: 18, 9: 18, 16: 34, 17: 37}


def main() -> int:
    """Build the molecules, send them through, and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="SMILES, one a line, first in the line")
    parser.add_argument("--count", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")
    parser.add_argument("--only", nargs="*", default=list(DOMAIN.representations), help="default: %(default)s")
    arguments = parser.parse_args()
    smiles = list(varied(arguments.files, arguments.count, random.Random(arguments.seed)))
    print(f"{len(smiles):,} SMILES; {', '.join(f'{name} {count:,}' for name, count in traits(smiles))}", flush=True)
    different = 0
    for name in arguments.only:
        different += report(name, smiles)
    return int(different > 0)


def report(name: str, smiles: list[str]) -> int:
    """Print what becomes of all in a representation; return how many came back different."""
    representation = DOMAIN.representation(name)().fit(smiles)
    same = str if name == "smiles" else canonical
    found: Counter[str] = Counter()
    for text in smiles:
        found[fate(representation, text, same)] += 1
    wrong = sum(count for what, count in found.items() if what.startswith("different"))
    print(f"{name}: {found['equal']:,} equal, {len(smiles) - found['equal'] - wrong:,} refused, {wrong:,} different")
    for what, count in found.most_common(15):
        if what != "equal":
            print(f"  {count:6,}  {what}")
    sys.stdout.flush()
    return wrong


def fate(representation: Representation, smiles: str, same: Callable[[str], str]) -> str:
    """Tell whether a SMILES comes back equal, is refused (why), or comes back different (which)."""
    try:
        sample = representation.encode(smiles)
    except RepresentationError as refusal:
        return "refused: " + re.sub(r"\[[^]]*\]", "[...]", str(refusal).rpartition("': ")[2] or str(refusal))
    try:
        equal = same(representation.decode(sample)) == same(smiles)
    except RepresentationError as error:
        return f"different: {smiles} does not come back: {error}"
    return "equal" if equal else f"different: {smiles} comes back as {representation.decode(sample)}"


def varied(files: list[Path], count: int, chance: random.Random) -> Iterator[str]:
    """Yield varied SMILES that RDKit reads."""
    pools = [[line.split()[0] for line in file.read_text().splitlines() if line.strip()] for file in files]
    made = 0
    while made < count:
        with BlockLogs():
            mol = Chem.MolFromSmiles(chance.choice(pools[made % len(pools)]))
            if mol is None:
                continue
            for change in CHANGES:
                if chance.random() < 0.25:
                    mol = valid(change(Chem.RWMol(mol), chance)) or mol
            smiles = chance.choice(SPELLINGS)(mol, chance)
        if chance.random() < 0.1:
            smiles += f".{chance.choice(IONS)}"
        if readable([smiles]) == [True]:
            made += 1
            yield smiles


def valid(mol: Chem.Mol) -> Chem.Mol | None:
    """Return the molecule as RDKit reads it back, or None."""
    return Chem.MolFromSmiles(Chem.MolToSmiles(mol))


def stereo(mol: Chem.Mol, chance: random.Random) -> Chem.Mol:
    """Choose one of its stereoisomers."""
    options = StereoEnumerationOptions(maxIsomers=1, onlyUnassigned=False, rand=chance.randrange(2**30))
    return next(iter(EnumerateStereoisomers(mol, options=options)), mol)


def isotope(mol: Chem.RWMol, chance: random.Random) -> Chem.Mol:
    """Mark an atom as a heavier isotope of its element."""
    atom = chance.choice(mol.GetAtoms())
    atom.SetIsotope(ISOTOPES.get(atom.GetAtomicNum(), 0))
    return mol


def element(mol: Chem.RWMol, chance: random.Random) -> Chem.Mol:
    """Exchange an atom for one of another element."""
    atom = chance.choice(mol.GetAtoms())
    symbol = chance.choice(EXCHANGES.get(atom.GetAtomicNum(), ("C",)))
    atom.SetAtomicNum(Chem.GetPeriodicTable().GetAtomicNumber(symbol))
    return mol


def charge(mol: Chem.RWMol, chance: random.Random) -> Chem.Mol:
    """Give an atom a charge, and its hydrogens anew."""
    atom = chance.choice(mol.GetAtoms())
    atom.SetFormalCharge(chance.choice((-1, 1, 1, 2)))
    atom.SetNoImplicit(False)
    return mol


def radical(mol: Chem.RWMol, chance: random.Random) -> Chem.Mol:
    """Take a hydrogen from an atom, now and then."""
    atom = chance.choice(mol.GetAtoms())
    if chance.random() < 0.2 and atom.GetTotalNumHs():
        atom.SetNumExplicitHs(atom.GetTotalNumHs() - 1)
        atom.SetNoImplicit(True)
    return mol


def rings(mol: Chem.Mol, chance: random.Random) -> str:
    """Spell it with ring numbers of two digits."""
    return "".join(f"%{10 + int(one)}" if one.isdigit() else one for one in tokenize(Chem.MolToSmiles(mol)))


CHANGES = (stereo, isotope, element, charge, radical)
SPELLINGS: tuple[Callable[[Chem.Mol, random.Random], str], ...] = (
    lambda mol, chance: Chem.MolToSmiles(mol),
    lambda mol, chance: Chem.MolToRandomSmilesVect(mol, 1, randomSeed=chance.randrange(1, 2**30))[0],
    lambda mol, chance: Chem.MolToSmiles(mol, kekuleSmiles=True),
    lambda mol, chance: Chem.MolToSmiles(mol, allHsExplicit=True),
    rings,
)
TRAITS = {
    "stereo": r"[@/\\]",
    "isotopes": r"\[[0-9]",
    "two-digit rings": "%",
    "B, Si, Se or P": r"B(?!r)|b|Si|Se|se|P|p",
    "charges": r"[+-][0-9]*\]",
    "salts": r"\.",
}


def traits(smiles: list[str]) -> Iterator[tuple[str, int]]:
    """Count how many have what."""
    for name, pattern in TRAITS.items():
        yield name, sum(re.search(pattern, text) is not None for text in smiles)


if __name__ == "__main__":
    sys.exit(main())
