"""Time the graphs of molecules against RDKit's own parse of the same SMILES.

    python tools/benchmarks/graph_representation.py zinc.smi moses.smi qm9.smi --count 100000

Equal parts of the files, at random. `Chem.MolFromSmiles`, `encode_many` and `decode` take turns, some hundred molecules
at a time, in one process; the figures are ratios of CPU time. What is decoded must be what was encoded.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rdkit import Chem

from gdl_core.errors import InputError
from gdl_molecules.representations.graph import MolecularGraph

CHUNK = 200


def main() -> None:
    """Let the three take turns and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="SMILES, one a line, first in the line")
    parser.add_argument("--count", type=int, default=100_000, help="default: %(default)s")
    parser.add_argument("--spelled-at-random", action="store_true", help="else as RDKit's canonical SMILES")
    arguments = parser.parse_args()
    chance = random.Random(0)
    for file in arguments.files:
        lines = [line.split()[0] for line in file.read_text().splitlines() if line.strip()]
        canonical = [Chem.CanonSmiles(one) for one in chance.sample(lines, arguments.count // len(arguments.files))]
        compare(file.name, [spelled(one, chance) for one in canonical] if arguments.spelled_at_random else canonical)


def compare(name: str, smiles: list[str]) -> None:
    """Print the ratios for these molecules."""
    graph = MolecularGraph().fit(smiles)
    spent: Counter[str] = Counter()
    refused = 0
    for start in range(0, len(smiles), CHUNK):
        chunk = smiles[start : start + CHUNK]
        with timed(spent, "parse"):
            mols = [Chem.MolFromSmiles(one) for one in chunk]
        with timed(spent, "encode"):
            samples = graph.encode_many(chunk)
        kept = [(mol, one) for mol, one in zip(mols, samples, strict=True) if not isinstance(one, InputError)]
        with timed(spent, "decode"):
            texts = [graph.decode(sample) for _, sample in kept]
        refused += len(chunk) - len(kept)
        assert texts == [Chem.MolToSmiles(mol) for mol, _ in kept], "a graph came back as another molecule"
    print(
        f"{name}: {len(smiles):,} molecules, {refused} refused; against RDKit's parse, "
        f"encode {spent['encode'] / spent['parse']:.2f}, decode {spent['decode'] / spent['parse']:.2f}",
        flush=True,
    )


@contextmanager
def timed(spent: Counter[str], what: str) -> Iterator[None]:
    """Add the CPU time of a piece of work."""
    start = time.process_time_ns()
    yield
    spent[what] += time.process_time_ns() - start


def spelled(smiles: str, chance: random.Random) -> str:
    """Spell a molecule in one of its ways."""
    return str(Chem.MolToRandomSmilesVect(Chem.MolFromSmiles(smiles), 1, randomSeed=chance.randrange(1, 2**30))[0])


if __name__ == "__main__":
    main()
