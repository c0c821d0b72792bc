"""Skipped records: each is named on stderr as it occurs, counted, and kept where the user asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import typer

from gdl_core.cli.ending import SOME_SKIPPED
from gdl_core.cli.output import tell
from gdl_core.errors import Skipped
from gdl_core.folders import naming_disk_errors

SHOWN = 20
"""How many skipped records are named on the terminal; all of them are in the file and in the JSON document."""


class Skips:
    """Collects skipped records; called with each as it occurs.

    Example:
        >>> skips = Skips(keep=True)
        >>> skips(Skipped("mine.smi:2", "not a molecule"))
        >>> skips.facts()
        {'skipped': 1, 'records_skipped': [{'where': 'mine.smi:2', 'reason': 'not a molecule'}]}
    """

    def __init__(self, *, keep: bool) -> None:
        self.count = 0
        self.kept: list[Skipped] | None = [] if keep else None
        self.file: TextIO | None = None

    def __call__(self, skipped: Skipped) -> None:
        self.count += 1
        if self.count <= SHOWN:
            tell(f"skipped {skipped}")
        elif self.count == SHOWN + 1:
            tell("skipped more; from here on they are only counted (--skipped FILE names all)")
        if self.kept is not None:
            self.kept.append(skipped)
        if self.file is not None:
            print(skipped.where, skipped.reason, sep="\t", file=self.file)

    def facts(self) -> dict[str, Any]:
        """Return how many were skipped and what was kept of them, as JSON values."""
        return {"skipped": self.count, "records_skipped": [asdict(skipped) for skipped in self.kept or ()]}

    def leave(self) -> None:
        """End the command with exit code 3 when something was skipped; the work itself is done by then."""
        if self.count:
            tell(f"{self.count:,} {'record was' if self.count == 1 else 'records were'} skipped")
            raise typer.Exit(SOME_SKIPPED)


@contextmanager
def skips(file: Path | None, *, keep: bool) -> Iterator[Skips]:
    """Collect skipped records during the block, also into a file of lines ``where <tab> reason``."""
    collector = Skips(keep=keep)
    if file is None:
        yield collector
        return
    with naming_disk_errors(file):
        collector.file = file.open("w", encoding="utf-8")
    with collector.file:
        yield collector
