"""Molecules as sequences of SMILES tokens: atoms, bonds, ring closures and branches."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from rdkit.Chem import Mol
from torch import Tensor

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Tokens
from gdl_molecules.chemistry import parse, readable, spelling
from gdl_molecules.notation import LONG, PIECE, shown, tokenize

_PRIVATE = 0xE000  # Unicode's first private letter, of which there are 6,400


class SmilesTokens(Representation):
    """SMILES cut into atoms, bonds, ring closures and branches, as in Schwaller et al. (2018), arXiv:1711.04810.

    Only what RDKit reads is encoded, and it keeps its spelling. `vocabulary` lists the tokens in the order of their
    numbers; `max_length` is the most tokens that one molecule may have, found by `fit` unless it is given.

    Example:
        >>> smiles = SmilesTokens().fit(["CCO", "[Na+].[Cl-]"])
        >>> smiles.vocabulary
        ('.', 'C', 'O', '[Cl-]', '[Na+]')
        >>> smiles.encode("OCC").tolist()
        [2, 1, 1]
        >>> smiles.decode(smiles.encode("OCC"))
        'OCC'
    """

    name = "smiles"
    loses = "nothing of a SMILES; of an RDKit Mol its coordinates, properties and enhanced stereo groups"

    def __init__(self, vocabulary: Sequence[str] = (), *, max_length: int | None = None) -> None:
        if vocabulary and max_length is None:
            raise UsageError("a vocabulary needs a max_length, the most tokens that one molecule may have; give both")
        self._set(vocabulary, max_length)

    def _set(self, vocabulary: Sequence[str], max_length: int | None) -> None:
        self.vocabulary = tuple(vocabulary)
        self.max_length = max_length
        self._tokens = dict(enumerate(self.vocabulary))
        self._numbers = {token: number for number, token in self._tokens.items()}
        if len(self._numbers) < len(self._tokens):
            raise RepresentationError("the vocabulary names a token twice; let each stand there once")
        self._letters = {token: chr(_PRIVATE + number) for token, number in self._numbers.items()}
        self._table = _numbers_of_letters(self.vocabulary)

    @property
    def space(self) -> Tokens:  # type: ignore[override]  # it is known only once the vocabulary is
        if not self.vocabulary or self.max_length is None:
            raise UsageError("this representation knows no tokens yet; call fit(molecules) first")
        return Tokens(len(self.vocabulary), self.max_length)

    def tokenize(self, smiles: str) -> list[str]:
        """Cut a SMILES into its tokens; joined they are the same text again.

        Example:
            >>> SmilesTokens().tokenize("CC(Br)[13CH3]")
            ['C', 'C', '(', 'Br', ')', '[13CH3]']
        """
        return tokenize(smiles)

    def fit(self, objects: Iterable[str | Mol]) -> Self:
        """Learn the tokens, in alphabetical order, and the longest molecule, rounded up to a multiple of 8.

        A molecule is parsed only where it brings a new token or a new length; one that RDKit cannot read, or that is
        longer than a given `max_length`, brings nothing.
        """
        tokens, longest = _survey(objects, frozenset(), 0, self.max_length or sys.maxsize)
        if not tokens:
            raise RepresentationError("no token to learn: none of these is a molecule that RDKit reads")
        self._set(sorted(tokens), self.max_length or -(-longest // 8) * 8)
        return self

    def extend(self, objects: Iterable[str | Mol]) -> list[str]:
        """Put new tokens behind the old ones, raise `max_length` where a molecule needs it; return the new tokens."""
        tokens, longest = _survey(objects, self.vocabulary, self.max_length or 0, sys.maxsize)
        new = sorted(tokens.difference(self.vocabulary))
        self._set([*self.vocabulary, *new], longest)
        return new

    def encode(self, object: str | Mol) -> Tensor:
        """Number the tokens of a molecule that RDKit reads. Shapes: (length,)."""
        smiles = spelling(object)
        parse(smiles)
        tokens = PIECE.findall(smiles)
        try:
            numbers = np.fromiter(map(self._numbers.__getitem__, tokens), np.int64, len(tokens))
        except KeyError as unknown:
            raise self._refusal(smiles, unknown.args[0]) from None
        if len(tokens) > self.max_length:  # type: ignore[operator]  # a vocabulary never comes without it
            raise RepresentationError(
                f"{shown(smiles)}: {len(tokens)} tokens, but max_length is {self.max_length}; "
                "leave it out, or widen the representation with extend()"
            )
        return torch.from_numpy(numbers)

    def encode_many(self, objects: Sequence[str | Mol]) -> list[Tensor | RepresentationError]:
        """Encode a chunk of molecules at once, which is quicker than one by one; a refusal stands in its place.

        Example:
            >>> SmilesTokens(["C", "O"], max_length=8).encode_many(["CCO", "CN"])
            [tensor([0, 0, 1]), RepresentationError("'CN': the token 'N' is not among ...")]
        """
        clear = readable([object if isinstance(object, str) else "" for object in objects])
        smiles = [object for object, is_clear in zip(objects, clear, strict=True) if is_clear]
        samples = iter(self._sweep(smiles) or map(self._attempt, smiles))
        return [
            next(samples) if is_clear else self._attempt(object)
            for object, is_clear in zip(objects, clear, strict=True)
        ]

    def _sweep(self, smiles: list[str]) -> list[Tensor] | None:
        """Number the tokens of many texts at once; None where one of them must be refused."""
        end = len(self.vocabulary)
        text = LONG.sub(lambda found: self._letters.get(found[0], " "), "".join(f"{one}\n" for one in smiles))
        numbers = self._table[np.frombuffer(text.encode("utf-32-le"), np.uint32)]
        ends = np.flatnonzero(numbers == end)
        lengths = np.diff(ends, prepend=-1) - 1
        if len(ends) != len(smiles) or not smiles or numbers.min() < 0 or lengths.max() > self.max_length:
            return None
        return list(torch.from_numpy(np.delete(numbers, ends)).split(lengths.tolist()))

    def _attempt(self, object: str | Mol) -> Tensor | RepresentationError:
        try:
            return self.encode(object)
        except RepresentationError as refusal:
            return refusal

    def decode(self, sample: Tensor) -> str:
        """Join the tokens into a text, whether or not that is a valid molecule."""
        try:
            return "".join(map(self._tokens.__getitem__, sample.tolist()))
        except KeyError as unknown:
            raise RepresentationError(
                f"there is no token {unknown.args[0]}: this vocabulary runs from 0 to {len(self.vocabulary) - 1}"
            ) from None

    def to_config(self) -> dict[str, Any]:
        return {"vocabulary": list(self.vocabulary), "max_length": self.max_length}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(config["vocabulary"], max_length=config["max_length"])

    def _refusal(self, smiles: str, token: str) -> Exception:
        if not self.vocabulary:
            return UsageError("this representation knows no tokens yet; call fit(molecules) first")
        tokenize(smiles)  # a character that means nothing is the better reason
        return RepresentationError(
            f"{shown(smiles)}: the token {token!r} is not among the {len(self.vocabulary)} of this vocabulary; "
            "leave the molecule out, or add the token with extend()"
        )


def _numbers_of_letters(vocabulary: Sequence[str]) -> np.ndarray:
    """Tabulate the number of every token by its letter: itself, or a private one for a token of several characters.

    A line end has the number behind the last, anything else -1.
    """
    table = np.full(_PRIVATE + len(vocabulary), -1, np.int64)
    table[ord("\n")] = len(vocabulary)
    table[_PRIVATE:] = np.arange(len(vocabulary))
    for number, token in enumerate(vocabulary):
        if len(token) == 1:
            table[ord(token)] = number
    return table


def _survey(objects: Iterable[str | Mol], known: Iterable[str], longest: int, limit: int) -> tuple[set[str], int]:
    """Gather the tokens and the greatest length, up to `limit`, of the molecules that RDKit reads."""
    tokens = set(known)
    for object in objects:
        try:
            smiles = spelling(object)
            pieces = PIECE.findall(smiles)
            if (len(pieces) <= longest and tokens.issuperset(pieces)) or len(pieces) > limit:
                continue
            parse(smiles)
            tokens.update(tokenize(smiles))
            longest = max(longest, len(pieces))
        except RepresentationError:
            continue
    return tokens, longest
