"""Molecules as sequences of SMILES tokens: atoms, bonds, ring closures and branches."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import RepresentationError
from gdl_molecules.chemistry import parse, readable, spelling
from gdl_molecules.notation import LONG, PIECE, tokenize
from gdl_molecules.representations.vocabulary import Molecule, TextRepresentation

_PRIVATE = 0xE000  # the first of Unicode's private letters


class SmilesTokens(TextRepresentation):
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

    def tokenize(self, molecule: Molecule) -> list[str]:
        """Cut a molecule that RDKit reads into its tokens; joined they are the same text again.

        Example:
            >>> SmilesTokens().tokenize("CC(Br)[13CH3]")
            ['C', 'C', '(', 'Br', ')', '[13CH3]']
        """
        smiles = spelling(molecule)
        parse(smiles)
        return tokenize(smiles)

    def tokenize_quickly(self, molecule: Molecule) -> list[str]:
        return PIECE.findall(spelling(molecule))

    def encode_many(self, objects: Sequence[Molecule]) -> list[Tensor | RepresentationError]:
        """Encode a chunk of molecules, much quicker than one by one; a refusal stands in its molecule's place.

        Example:
            >>> SmilesTokens(["C", "O"], max_length=8).encode_many(["CCO", "CN"])
            [tensor([0, 0, 1]), RepresentationError("'CN': the token 'N' is not among ...")]
        """
        clear = readable([object if isinstance(object, str) else "" for object in objects])
        smiles = [str(object) for object, is_clear in zip(objects, clear, strict=True) if is_clear]
        samples = iter(self._sweep(smiles) or map(self._attempt, smiles))
        return [
            next(samples) if is_clear else self._attempt(object)
            for object, is_clear in zip(objects, clear, strict=True)
        ]

    def encode_prefix(self, prefix: str) -> list[int]:
        """Number the tokens of the beginning of a SMILES, in which branches and rings may be open.

        Example:
            >>> SmilesTokens(["(", "1", "C", "c"], max_length=8).encode_prefix("c1cc(")
            [3, 1, 3, 3, 0]
        """
        return self._vocabulary.encode(tokenize(prefix), prefix).tolist()

    def decode(self, sample: Tensor) -> str:
        """Join the tokens into a text, whether or not that is a valid molecule."""
        return "".join(self._vocabulary.decode(sample))

    def _attempt(self, object: Molecule) -> Tensor | RepresentationError:
        try:
            return self.encode(object)
        except RepresentationError as refusal:
            return refusal

    def _sweep(self, smiles: Sequence[str]) -> list[Tensor] | None:
        """Number the tokens of many texts at once; None where one of them must be refused.

        Tokens of several letters are first replaced by private ones, so that one table numbers every letter.
        """
        letters, table = _letters(self.vocabulary)
        text = LONG.sub(lambda token: letters.get(token[0], "?"), "".join(f"{one}\n" for one in smiles))
        numbers = table[np.frombuffer(text.encode("utf-32-le"), np.uint32)]
        ends = np.flatnonzero(numbers == len(self.vocabulary))
        lengths = np.diff(ends, prepend=-1) - 1
        if len(ends) != len(smiles) or not smiles or numbers.min() < 0 or lengths.max() > self.space.max_length:
            return None
        return list(torch.from_numpy(np.delete(numbers, ends)).split(lengths.tolist()))


@lru_cache(maxsize=8)
def _letters(vocabulary: tuple[str, ...]) -> tuple[dict[str, str], np.ndarray]:
    """Give each token a private letter, and number every letter: as its token, or -1 where it is none.

    A line end has the number behind the last.
    """
    table = np.full(_PRIVATE + len(vocabulary), -1, np.int64)
    table[ord("\n")] = len(vocabulary)
    table[_PRIVATE:] = np.arange(len(vocabulary))
    for number, token in enumerate(vocabulary):
        if len(token) == 1:
            table[ord(token)] = number
    return {token: chr(_PRIVATE + number) for number, token in enumerate(vocabulary)}, table
