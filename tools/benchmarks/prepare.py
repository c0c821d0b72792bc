"""Time `gdl molecules prepare` against RDKit's own parse of the same molecules, both on all cores.

    python tools/benchmarks/prepare.py moses-data/moses/dataset/data/train.csv.gz

The rival reads the file and calls `Chem.MolFromSmiles` on every molecule in as many processes, and keeps nothing.
Both take turns. Peak memory is the sum over our process and its workers, looked at ten times a second (Linux).
"""

import argparse
import csv
import gzip
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path


def main() -> None:
    """Let both take turns and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="a .csv.gz with a column SMILES")
    parser.add_argument("--rounds", type=int, default=1, help="default: %(default)s")
    arguments = parser.parse_args()
    ratios = []
    for _ in range(arguments.rounds):
        theirs = parse_all(arguments.file)
        ours, memory = prepare(arguments.file)
        ratios.append(ours / theirs)
        print(f"prepare {ours:.1f} s, RDKit's parse {theirs:.1f} s, peak memory {memory / 1e9:.2f} GB", flush=True)
    print(f"ours / RDKit: {statistics.median(ratios):.2f}")


def parse_all(file: Path) -> float:
    """Parse every molecule with RDKit in one process per core; return the seconds."""
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(len(os.sched_getaffinity(0))) as pool:
        count = sum(pool.imap_unordered(parse, chunks(file)))
    print(f"{count:,} molecules")
    return time.perf_counter() - start


def chunks(file: Path) -> Iterator[list[str]]:
    """Read the SMILES of a table, some thousands at a time."""
    with gzip.open(file, "rt") as lines:
        smiles = (row["SMILES"] for row in csv.DictReader(lines))
        while chunk := list(islice(smiles, 2048)):
            yield chunk


def parse(smiles: list[str]) -> int:
    """Count the molecules that RDKit reads."""
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return sum(Chem.MolFromSmiles(one) is not None for one in smiles)


def prepare(file: Path) -> tuple[float, int]:
    """Run `gdl molecules prepare`; return the seconds and the most memory that its processes held together."""
    gdl = Path(sys.executable).with_name("gdl")
    most, start = 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [gdl, "molecules", "prepare", file, "--column", "SMILES", "--out", Path(folder) / "data"]
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            most = max(most, sum(map(resident, family(process.pid))))
            time.sleep(0.1)
        if process.returncode:
            raise SystemExit(f"prepare ended with {process.returncode}")
        return time.perf_counter() - start, most


def family(process: int) -> list[int]:
    """Return a process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        return [process, *map(int, children.read_text().split())]
    except FileNotFoundError:
        return [process]


def resident(process: int) -> int:
    """Return the memory of a process that is its own, in bytes."""
    try:
        fields = Path(f"/proc/{process}/statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
