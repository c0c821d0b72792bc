"""A sequence of texts that knows how to show and save itself."""

import warnings
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Self, overload

from gdl_core.errors import UsageError
from gdl_core.folders import new_drawing
from gdl_text.draw import grid
from gdl_text.files import save
from gdl_text.files.kinds import Skip
from gdl_text.spelling import bytes_of, readable, shown

_SHOWN = 8


class Texts(Sequence[str | None]):
    """Texts in a fixed order: one by one, as a picture, as files.

    What is no text, among raw draws of a model, is None. `log_prob` is the natural logarithm of the probability of each
    under the model that drew it, or None.

    Example:
        >>> texts = Texts(["To be,", "or not"])
        >>> texts[1], len(texts)
        ('or not', 2)
    """

    def __init__(self, texts: Iterable[str | None], *, log_prob: Iterable[float] | None = None) -> None:
        self.texts = tuple(texts)
        self.log_prob: tuple[float, ...] | None = None if log_prob is None else tuple(map(float, log_prob))
        for text in self.texts:
            bytes_of("" if text is None else text)
        if self.log_prob is not None and len(self.log_prob) != len(self):
            raise UsageError(f"{len(self.log_prob)} log-probabilities for {len(self)} texts; give one for each")

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, index: int) -> str | None: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> str | Self | None:
        if isinstance(index, slice):
            return type(self)(self.texts[index], log_prob=self.log_prob and self.log_prob[index])
        return self.texts[index]

    def __repr__(self) -> str:
        first = [shown(text or "") for text in self.texts[:3]]
        return f"Texts({len(self):,}: {', '.join(first)}{', ...' if len(self) > 3 else ''})"

    def _repr_html_(self) -> str:
        """Show the first texts in a notebook."""
        shown = "".join(f"<pre>{escape(readable(text or ''))}</pre><hr>" for text in self.texts[:_SHOWN])
        return f"<div><p>{len(self):,} text{'s' * (len(self) != 1)}</p>{shown}</div>"

    def save(self, path: str | Path, *, force: bool = False, skipped: Skip | None = None) -> Path:
        """Write a .txt, .md, .jsonl, .csv, .tsv or .parquet file, or a folder of .txt files; ``-`` is stdout.

        In a text file a line ``<|endoftext|>`` stands between two texts; ``.gz`` behind a name packs. Tables have the
        column ``log_prob`` too where it is known. What cannot be written goes to `skipped`, or is warned of. What
        exists already is refused without `force`.
        """
        columns = {} if self.log_prob is None else {"log_prob": self.log_prob}
        skip = skipped or (lambda what: warnings.warn(str(what), stacklevel=3))
        return save(self.texts, path, columns=columns, force=force, skipped=skip)

    def draw(
        self,
        path: str | Path | None = None,
        *,
        count: int = _SHOWN,
        columns: int | None = None,
        legends: Sequence[str] | None = None,
        force: bool = False,
    ) -> str | Path:
        """Draw the first texts as an .svg file, or without a path as SVG text."""
        shown = [text or "" for text in self.texts[:count]]
        if path is None:
            return grid(shown, columns=columns, legends=legends)
        return new_drawing(
            path, lambda format: grid(shown, columns=columns, legends=legends, format=format), force=force
        )
