"""Texts that are held to a regular expression or a JSON schema while they are drawn. Needs llguidance."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import RepresentationError, UsageError, nearest
from gdl_core.families.autoregressive.following import Follow
from gdl_text.representations.windows import TextRepresentation
from gdl_text.spelling import shown

_END = b"\xff<end>"
_NAMED = ("properties", "patternProperties", "$defs", "definitions")
_NESTED = ("items", "prefixItems", "additionalItems", "additionalProperties", "anyOf", "allOf", "oneOf")
_OTHERS = (
    "type enum const required minProperties maxProperties minItems maxItems minLength maxLength pattern format minimum "
    "maximum exclusiveMinimum exclusiveMaximum multipleOf $ref $schema $id id $anchor $comment title description "
    "default example examples deprecated readOnly writeOnly x-guidance"
)
KEYWORDS = frozenset([*_NAMED, *_NESTED, *_OTHERS.split()])
"""The keywords of JSON Schema that texts are held to, or that say nothing of them."""


@dataclass(frozen=True)
class Constraint:
    """What texts must be, from their beginning (or what they were begun with) to their end.

    Example:
        >>> from gdl_text.representations import Bytes
        >>> dates = Constraint.of_regex("[0-9]{4}-[0-9]{2}")
        >>> dates.holds("1609-05", Bytes()), dates.holds("1609-", Bytes())
        (True, False)
    """

    grammar: str

    @classmethod
    def of_regex(cls, pattern: str) -> Self:
        """Hold texts to a regular expression, as a whole.

        Raises:
            UsageError: It is none, or has parts such as look-behind that cannot be kept to.
        """
        return cls(_checked(_matcher().grammar_from_regex(pattern), f"the regular expression {shown(pattern)}"))

    @classmethod
    def of_schema(cls, schema: str | Path) -> Self:
        """Hold texts to a JSON schema, given as a file or as JSON text.

        Raises:
            UsageError: It is no schema, or has a keyword that cannot be kept to: none is ever left out.
        """
        text, where = str(schema), "the JSON schema"
        if not text.lstrip().startswith("{"):
            where = f"the JSON schema {schema}"
            try:
                text = Path(schema).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(f"{where} cannot be read: {error}") from None
        try:
            value = json.loads(text)
            grammar = _matcher().grammar_from_json_schema(json.dumps(value), overrides={"lenient": False})
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{where} is no JSON object: {error}") from None
        made = cls(_checked(grammar, where))
        _check_keywords(value, where)
        return made

    def follow(self, representation: TextRepresentation) -> Follow:
        """Return what holds texts of a representation to this."""
        tokenizer = _tokenizer(representation)
        size, marks = representation.size, len(representation.marks)
        return lambda count: _Held([_made(tokenizer, self.grammar) for _ in range(count)], size, marks)

    def holds(self, text: str, representation: TextRepresentation) -> bool:
        """Tell whether a text is whole; one that was cut at the model's greatest length may not be."""
        return self.test(representation)(text)

    def test(self, representation: TextRepresentation) -> Callable[[str], bool]:
        """Return a function that does what `holds` does."""
        tokenizer = _tokenizer(representation)

        def holds(text: str) -> bool:
            matcher = _made(tokenizer, self.grammar)
            try:
                numbers = representation.number(text).tolist()
            except RepresentationError:
                return False
            return bool(matcher.consume_tokens(numbers)) and bool(matcher.is_accepting())

        return holds


class _Held:
    """Follows texts, each with a matcher of its own; `marks` beside the tokens of text are never allowed."""

    def __init__(self, matchers: list[Any], size: int, marks: int) -> None:
        self.matchers, self.size, self.marks = matchers, size, marks

    def allowed(self, rows: Tensor) -> Tensor:
        masks = [self.matchers[row].compute_bitmask() for row in rows.tolist()]
        bits = np.stack([np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little") for mask in masks])
        bits = bits[:, : self.size + 1].astype(bool)
        bits[~bits.any(1), -1] = True  # nothing can follow: the text is over
        found = np.pad(np.roll(bits, 1, axis=1), ((0, 0), (0, self.marks)))  # the end is symbol 0
        return torch.from_numpy(found).to(rows.device)

    def hear(self, rows: Tensor, tokens: Tensor) -> None:
        for row, token in zip(rows.tolist(), tokens.tolist(), strict=True):
            self.matchers[row].consume_token(token)


def _matcher() -> Any:
    try:
        from llguidance import LLMatcher
    except ImportError:
        raise UsageError(
            "constraints need the package llguidance: pip install gdl-text[constraints]; or leave them out"
        ) from None
    return LLMatcher


def _checked(grammar: str, where: str) -> str:
    """Refuse a grammar that llguidance cannot keep to, or only in part."""
    _, complaints = _matcher().validate_grammar_with_warnings(grammar)
    if complaints:
        raise UsageError(f"{where} cannot be kept to: {complaints[0].strip().splitlines()[0]}")
    return grammar


def _check_keywords(schema: Any, where: str) -> None:
    """Refuse a keyword that JSON Schema does not have: it would be passed over, and may be misspelt."""
    if not isinstance(schema, dict):
        return
    for name, value in schema.items():
        if name not in KEYWORDS:
            raise UsageError(f"{where} has the unknown keyword {name!r}; {nearest(name, KEYWORDS)}")
        if name in _NAMED and isinstance(value, dict):
            inner = list(value.values())
        elif name in _NESTED:
            inner = value if isinstance(value, list) else [value]
        else:
            inner = []
        for one in inner:
            _check_keywords(one, where)


def _made(tokenizer: Any, grammar: str) -> Any:
    return _matcher()(tokenizer, grammar, log_level=0)


def _tokenizer(representation: TextRepresentation) -> Any:
    """Tell llguidance what the bytes of each token are; behind the last stands one for the end."""
    _matcher()
    from llguidance import LLTokenizer, TokenizerWrapper

    def number(data: bytes) -> list[int]:
        return representation.number(data.decode("utf-8", "surrogateescape")).tolist()

    class Numbering(SimpleNamespace):
        """What llguidance asks of a tokenizer."""

        def __call__(self, data: bytes) -> list[int]:
            return number(data)

    end = representation.size
    tokens = [*representation.pieces, _END]
    return LLTokenizer(
        TokenizerWrapper(Numbering(eos_token_id=end, bos_token_id=None, tokens=tokens, special_token_ids=[end]))
    )
