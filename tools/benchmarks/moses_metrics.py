"""Check that our measures of molecules are those of MOSES's own code, and time both on the same work.

    pip install --no-deps molsets==0.3.1 fcd_torch==1.0.7
    pip install pandas scipy "gdl-molecules[fcd]"
    python tools/benchmarks/moses_metrics.py --count 3000

The samples are molecules of MOSES's training set, a part of them with a character left out, so that some are invalid
or break the filters, and some twice. They are compared with as many of its test and scaffold test molecules. The
script ends with 1 when a number differs by more than 0.001.
"""

import argparse
import random
import sys
import time
from types import ModuleType
from typing import Any

import numpy as np

OURS_TO_MOSES = {
    "valid": "valid",
    "unique@1000": "unique@1000",
    "unique@10000": "unique@10000",
    "intdiv1": "IntDiv",
    "intdiv2": "IntDiv2",
    "filters": "Filters",
    "novelty": "Novelty",
    "logP": "logP",
    "SA": "SA",
    "QED": "QED",
    "weight": "weight",
}
BY_REFERENCE = {"fcd": "FCD", "snn": "SNN", "fragments": "Frag", "scaffolds": "Scaf"}
TOLERANCE = 1e-3


def main() -> None:
    """Run both, print a table, and say whether they agree."""
    options = arguments()
    moses = import_moses()
    work = prepare(moses, options.count, options.changed, options.seed)
    ours, our_seconds = timed(measure_ours, work, options.workers)
    theirs, their_seconds = timed(measure_theirs, work, options.workers)
    worst = print_table(ours, theirs)
    print(f"{'seconds':<24}{our_seconds:>12.1f}{their_seconds:>12.1f}{their_seconds / our_seconds:>12.1f}x")
    sys.exit(0 if worst <= TOLERANCE else 1)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=3000, help="molecules in each set (default: %(default)s)")
    parser.add_argument("--changed", type=float, default=0.2, help="share of damaged samples (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes, for both (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def import_moses() -> ModuleType:
    """Import molsets 0.3.1, written for older libraries: give it the few names that have gone since, for it alone."""
    import pandas as pd
    from rdkit import RDLogger

    RDLogger.DisableLog("rdApp.*")
    RDLogger.EnableLog = lambda spec: None  # it would switch on a warning for each fingerprint
    sys.modules.setdefault("matplotlib", ModuleType("matplotlib"))
    sys.modules["matplotlib"].pyplot = sys.modules.setdefault("matplotlib.pyplot", ModuleType("matplotlib.pyplot"))
    six = ModuleType("rdkit.six")
    six.iteritems = lambda mapping: iter(mapping.items())
    sys.modules.setdefault("rdkit.six", six)
    pd.DataFrame.append = lambda self, other, sort: pd.concat([self, other], sort=sort)
    np.NaN = np.nan  # noqa: NPY201
    np.row_stack = np.vstack  # noqa: NPY201
    import moses

    return moses


def prepare(moses: ModuleType, count: int, changed: float, seed: int) -> dict[str, list[str]]:
    """Choose the molecules, the same for the same seed."""
    chance = random.Random(seed)
    train, test, scaffolds = (list(moses.get_dataset(name)) for name in ("train", "test", "test_scaffolds"))
    samples = [damaged(text, chance) if chance.random() < changed else text for text in chance.sample(train, count)]
    samples[-count // 20 :] = samples[: count // 20]
    return {
        "samples": samples,
        "test": chance.sample(test, count),
        "test_scaffolds": chance.sample(scaffolds, count),
        "train": samples[: count // 2] + chance.sample(train, count),
    }


def damaged(smiles: str, chance: random.Random) -> str:
    """Leave out one character."""
    place = chance.randrange(len(smiles))
    return smiles[:place] + smiles[place + 1 :]


def measure_ours(work: dict[str, list[str]], workers: int) -> dict[str, float]:
    """Measure with gdl-molecules."""
    from gdl_molecules.metrics import Known, Reference, Samples, evaluate

    samples = Samples.measure(work["samples"], workers=workers)
    train = Known.of_canonical(work["train"])  # MOSES takes its training set as it is spelled
    tests = {name: Reference.measure(work[name], workers=workers) for name in ("test", "test_scaffolds")}
    results = {name: evaluate(samples, reference, train=train) for name, reference in tests.items()}
    alone = {name: results["test"][name] for name in OURS_TO_MOSES}
    return alone | {f"{name}/{test}": results[test][name] for name in BY_REFERENCE for test in results}


def measure_theirs(work: dict[str, list[str]], workers: int) -> dict[str, float]:
    """Measure with molsets, and give the numbers our names."""
    from moses.metrics import get_all_metrics

    arrays = {name: np.array(work[name]) for name in ("test", "test_scaffolds")}
    found: dict[str, Any] = get_all_metrics(work["samples"], n_jobs=workers, train=work["train"], **arrays)
    alone = {ours: float(found[theirs]) for ours, theirs in OURS_TO_MOSES.items()}
    tests = {"test": "Test", "test_scaffolds": "TestSF"}
    return alone | {
        f"{ours}/{test}": float(found[f"{theirs}/{short}"])
        for ours, theirs in BY_REFERENCE.items()
        for test, short in tests.items()
    }


def timed(measure: Any, *given: Any) -> tuple[dict[str, float], float]:
    """Call, and return what came back with the seconds it took."""
    start = time.perf_counter()
    return measure(*given), time.perf_counter() - start


def print_table(ours: dict[str, float], theirs: dict[str, float]) -> float:
    """Print both numbers of each measure side by side, and return the largest difference."""
    print(f"{'measure':<24}{'ours':>12}{'MOSES':>12}{'difference':>13}")
    for name, value in ours.items():
        print(f"{name:<24}{value:>12.6f}{theirs[name]:>12.6f}{value - theirs[name]:>13.1e}")
    return max(abs(value - theirs[name]) for name, value in ours.items())


if __name__ == "__main__":
    main()
