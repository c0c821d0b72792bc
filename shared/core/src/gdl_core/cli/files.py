"""What `gdl` checks about paths before any work starts."""

from collections.abc import Sequence
from pathlib import Path

from gdl_core.domains import Domain
from gdl_core.errors import InputError, UsageError, nearest

STDIN = "-"
OURS = ("dataset.json", "config.json", "run.json", "data/dataset.json", "samples.json")
"""A folder that holds one of these was written by gdl, and may be replaced."""


def check_sources(sources: Sequence[str]) -> None:
    """Refuse a file that does not exist, and name the nearest that does."""
    for source in sources:
        path = Path(source)
        if source == STDIN or path.exists():
            continue
        there = [found.name for found in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = nearest(path.name, there)
        raise InputError(f"there is no file {source}" + (f"; {hint}" if hint.startswith("did") else ""))


def check_written(domain: Domain, out: Path | None) -> None:
    """Refuse to print objects that are no lines of text."""
    if not domain.textual and (out is None or str(out) == STDIN):
        raise UsageError(f"{domain.object_name}s are written to files: name one, or a folder, with --out")


def check_out(out: Path | None, *, force: bool, folder: bool = True) -> None:
    """Refuse to write over what exists, unless `force`; a folder that gdl did not write is never replaced.

    `folder` says that a folder may be written there; else one that stands there is in the way.
    """
    if out is None or not (out.exists() or out.is_symlink()):
        return
    if not force:
        raise UsageError(f"{out} exists already; choose another --out, or replace it with --force")
    if out.is_dir() and not folder:
        raise UsageError(f"{out} is a folder; name a file for --out")
    if out.is_dir() and any(out.iterdir()) and not any((out / name).is_file() for name in OURS):
        raise UsageError(f"{out} was not written by gdl, so --force does not delete it; choose another --out")
