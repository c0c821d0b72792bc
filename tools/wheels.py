"""Build the wheels of all six distributions into one folder: `python tools/wheels.py dist`."""

import argparse
import os
from pathlib import Path

from poetry.core.masonry.api import build_wheel

ROOT = Path(__file__).resolve().parents[1]
DISTRIBUTIONS = {
    "gdl-core": ROOT / "shared/core",
    **{f"gdl-{name}": ROOT / f"packages/gdl-{name}" for name in ("image", "music", "text", "molecules", "3d")},
}


def build(out: Path) -> list[Path]:
    """Build one wheel for each distribution into `out`, which is emptied of other wheels first."""
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.whl"):
        old.unlink()
    return [out / _build_one(folder, out) for folder in DISTRIBUTIONS.values()]


def _build_one(folder: Path, out: Path) -> str:
    here = Path.cwd()
    os.chdir(folder)  # a build backend builds what lies in the current folder
    try:
        return build_wheel(str(out))
    finally:
        os.chdir(here)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "dist")
    for wheel in build(parser.parse_args().out):
        print(f"{wheel.stat().st_size / 1e6:6.2f} MB  {wheel.name}")
