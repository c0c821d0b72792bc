"""Time what a user waits for: help, import, and 1,000 molecules from a cold start.

    python tools/benchmarks/startup.py

Each is a whole process, run several times in turn; the median counts. `import gdl_molecules` is held against
`import torch` alone.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GDL = str(Path(sys.executable).with_name("gdl"))
PYTHON = [sys.executable, "-c"]


def main() -> None:
    """Run each command in turn and print its median."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "gdl --help": [GDL, "--help"],
            "import torch": [*PYTHON, "import torch"],
            "import torch, gdl_molecules": [*PYTHON, "import torch, gdl_molecules"],
            "import torch, gdl_molecules; .load, .Molecules": [
                *PYTHON,
                "import torch, gdl_molecules as gdl; import gdl_core.pipeline; gdl.Molecules",
            ],
            "1,000 molecules to .smi": sample(Path(folder) / "m.smi"),
            "1,000 molecules with properties to .csv": sample(Path(folder) / "m.csv"),
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                seconds[name].append(timed(command))
    for name, found in seconds.items():
        print(f"{name:<50}{statistics.median(found):>8.2f} s   {min(found):.2f} to {max(found):.2f}")


def sample(out: Path) -> list[str]:
    """Return the command that writes 1,000 molecules."""
    return [GDL, "molecules", "sample", "--count", "1000", "--seed", "0", "--out", str(out), "--force"]


def timed(command: list[str]) -> float:
    """Return the seconds that a process takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
