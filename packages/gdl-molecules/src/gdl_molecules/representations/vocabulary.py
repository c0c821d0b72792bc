"""Tokens and their numbers: what all representations of molecules as text have in common."""

import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from rdkit.Chem import Mol
from torch import Tensor

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Tokens
from gdl_molecules.chemistry import spelling
from gdl_molecules.notation import shown

Molecule = str | Mol
Cut = Callable[[Molecule], list[str]]


class Vocabulary:
    """An ordered list of tokens, and the most of them that one molecule may have. It never changes.

    Example:
        >>> vocabulary = Vocabulary(["C", "O"], max_length=8)
        >>> vocabulary.encode(["C", "O", "C"], "COC").tolist()
        [0, 1, 0]
        >>> vocabulary.decode(torch.tensor([1, 0]))
        ['O', 'C']
    """

    def __init__(self, tokens: Sequence[str] = (), max_length: int | None = None) -> None:
        if tokens and not max_length:
            raise UsageError("a vocabulary needs a max_length, the most tokens that one molecule may have; give both")
        self.tokens = tuple(tokens)
        self.max_length = max_length
        self._tokens = dict(enumerate(self.tokens))
        self.numbers = {token: number for number, token in self._tokens.items()}
        if len(self.numbers) < len(self._tokens):
            raise RepresentationError("the vocabulary names a token twice; let each stand there once")

    @property
    def space(self) -> Tokens:
        """The sequences of these tokens."""
        if not self.tokens or self.max_length is None:
            raise UsageError("this representation knows no tokens yet; call fit(molecules) first")
        return Tokens(len(self.tokens), self.max_length)

    def encode(self, tokens: Sequence[str], smiles: str) -> Tensor:
        """Number the tokens of a molecule, which an error calls `smiles`. Shapes: (length,)."""
        try:
            numbers = np.fromiter(map(self.numbers.__getitem__, tokens), np.int64, len(tokens))
        except KeyError as unknown:
            raise self._unknown(unknown.args[0], smiles) from None
        if len(tokens) > self.space.max_length:
            raise RepresentationError(
                f"{shown(smiles)}: {len(tokens)} tokens, but max_length is {self.max_length}; "
                "leave the molecule out, or call extend() with it"
            )
        return torch.from_numpy(numbers)

    def decode(self, sample: Tensor) -> list[str]:
        """Name the tokens of a sample."""
        try:
            return list(map(self._tokens.__getitem__, sample.tolist()))
        except KeyError as unknown:
            raise RepresentationError(
                f"there is no token {unknown.args[0]}: this vocabulary runs from 0 to {len(self.tokens) - 1}"
            ) from None

    @classmethod
    def fitted(cls, objects: Iterable[Molecule], quick: Cut, checked: Cut, max_length: int | None = None) -> Self:
        """Learn the tokens, in alphabetical order, and the longest molecule, rounded up to a multiple of 8.

        `quick` cuts a molecule into tokens and need not tell whether it is valid; `checked` does. It is called only
        where a molecule brings a new token or a new length. A molecule that it refuses, or that is longer than a given
        `max_length`, brings nothing.
        """
        tokens, longest = _survey(objects, quick, checked, set(), 0, max_length or sys.maxsize)
        if not tokens:
            raise RepresentationError("no token to learn: none of these is a molecule that can be represented")
        return cls(sorted(tokens), max_length or -(-longest // 8) * 8)

    def extended(self, objects: Iterable[Molecule], quick: Cut, checked: Cut) -> Self:
        """Put new tokens behind the old ones, and raise `max_length` where a molecule needs it."""
        tokens, longest = _survey(objects, quick, checked, set(self.tokens), self.max_length or 0, sys.maxsize)
        return type(self)([*self.tokens, *sorted(tokens.difference(self.tokens))], longest)

    def _unknown(self, token: str, smiles: str) -> RepresentationError | UsageError:
        if not self.tokens:
            return UsageError("this representation knows no tokens yet; call fit(molecules) first")
        return RepresentationError(
            f"{shown(smiles)}: the token {token!r} is not among the {len(self.tokens)} of this vocabulary; "
            "leave the molecule out, or call extend() with it"
        )


def _survey(
    objects: Iterable[Molecule], quick: Cut, checked: Cut, tokens: set[str], longest: int, limit: int
) -> tuple[set[str], int]:
    """Add the tokens of valid molecules to `tokens`, and find the greatest length up to `limit`."""
    for object in objects:
        try:
            pieces = quick(object)
            if (len(pieces) <= longest and tokens.issuperset(pieces)) or len(pieces) > limit:
                continue
            pieces = checked(object)
        except RepresentationError:
            continue
        tokens.update(pieces)
        longest = max(longest, len(pieces))
    return tokens, longest


class TextRepresentation(Representation):
    """A molecule as numbered pieces of a text. A subclass says how it is cut, and what the pieces stand for."""

    def __init__(self, vocabulary: Sequence[str] = (), *, max_length: int | None = None) -> None:
        self._vocabulary = Vocabulary(vocabulary, max_length)

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The tokens in the order of their numbers."""
        return self._vocabulary.tokens

    @property
    def space(self) -> Tokens:  # type: ignore[override]  # known only after `fit`
        return self._vocabulary.space

    @abstractmethod
    def tokenize(self, molecule: Molecule) -> list[str]:
        """Cut a molecule into its tokens, or refuse it."""

    @abstractmethod
    def tokenize_quickly(self, molecule: Molecule) -> list[str]:
        """Cut what may be no molecule: where `tokenize` does not refuse it, into the same tokens."""

    def fit(self, objects: Iterable[Molecule]) -> Self:
        """Learn the tokens, in alphabetical order, and the longest molecule, rounded up to a multiple of 8.

        A molecule that cannot be represented, or that is longer than a given `max_length`, brings nothing.
        """
        self._vocabulary = Vocabulary.fitted(objects, self.tokenize_quickly, self.tokenize, self._vocabulary.max_length)
        return self

    def extend(self, objects: Iterable[Molecule]) -> list[str]:
        """Put new tokens behind the old ones, raise `max_length` where a molecule needs it; return the new tokens."""
        known = len(self.vocabulary)
        self._vocabulary = self._vocabulary.extended(objects, self.tokenize_quickly, self.tokenize)
        return list(self.vocabulary[known:])

    def encode(self, object: Molecule) -> Tensor:
        """Number the tokens of a molecule. Shapes: (length,)."""
        smiles = spelling(object)
        return self._vocabulary.encode(self.tokenize(smiles), smiles)

    def to_config(self) -> dict[str, Any]:
        return {"vocabulary": list(self.vocabulary), "max_length": self._vocabulary.max_length}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(config["vocabulary"], max_length=config["max_length"])
