"""Molecules on their way to the workers, each with the place it came from."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rdkit.Chem import Mol

from gdl_core.errors import RepresentationError, Skipped
from gdl_core.representation import Record
from gdl_core.workers import spread
from gdl_molecules.chemistry import parse, spelling

Object = str | Mol | Record
"""A molecule in any spelling, or a record of a file that holds one."""

Skip = Callable[[Skipped], None]


def valid(
    task: str, objects: Iterable[Object], *, workers: int | None = None, skipped: Skip | None = None
) -> Iterator[Any]:
    """Yield what `task` of `gdl_molecules.measures` says of each molecule; what is none goes to `skipped`."""
    waiting = deque[tuple[str, str]]()

    def texts() -> Iterator[str]:
        for number, thing in enumerate(objects, 1):
            text = spelled(thing)
            waiting.append((thing.where if isinstance(thing, Record) else f"molecule {number}", text))
            yield text

    for found in spread(f"gdl_molecules.measures:{task}", texts(), workers=workers):
        where, text = waiting.popleft()
        if found is not None:
            yield found
        elif skipped:
            skipped(Skipped(where, _reason(text)))


def spelled(thing: Object | None) -> str:
    """Return the SMILES of an object; that of nothing is empty, which is no molecule."""
    held = thing.object if isinstance(thing, Record) else thing
    return "" if held is None else spelling(held)


def _reason(text: str) -> str:
    try:
        parse(text)
    except RepresentationError as error:
        return str(error)
    return "no molecule"
