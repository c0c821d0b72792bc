"""What a user asks of every sample, put into what a family is asked: its conditions and its beginning."""

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import torch

from gdl_core.conditions import Condition, encode_conditions
from gdl_core.errors import UsageError
from gdl_core.families import Family
from gdl_core.families.given import Given
from gdl_core.pairing import variants
from gdl_core.representation import HasPrefixes, Representation
from gdl_core.spaces import Tokens


def request(
    representation: Representation,
    model: Family,
    conditions: Sequence[Condition],
    *,
    asked: Mapping[str, Any] | None = None,
    prefix: Any = None,
) -> dict[str, Any]:
    """Return the options of `Family.sample` that ask for this, for one sample; tensors are on the CPU.

    Raises:
        UsageError: The model knows no such condition, or its samples cannot be given a beginning.
    """
    options: dict[str, Any] = {}
    if asked or conditions:
        options["conditions"] = encode_conditions(conditions, [asked or {}])
    if prefix:
        if not isinstance(representation, HasPrefixes):
            raise UsageError(
                f"the representation {representation.name!r} takes no prefix; its samples have no beginning"
            )
        options |= _beginning(model, representation.encode_prefix(prefix))
    return options


def _beginning(model: Family, tokens: Sequence[int]) -> dict[str, Any]:
    """Ask for a beginning: of a family that writes from left to right, or of one that keeps what is given."""
    there = signature(model.sample).parameters
    if "prefixes" in there:
        return {"prefixes": [tokens]}
    if "given" not in there or not isinstance(model.space, Tokens):
        raise UsageError(f"the family {model.name!r} ({model.variant}) takes no prefix; {_able()}")
    if len(tokens) > model.space.max_length:
        raise UsageError(f"a prefix of {len(tokens)} tokens; a sample here holds at most {model.space.max_length}")
    unknown = [] if model.space.variable else [0] * (model.space.max_length - len(tokens))
    filled = model.space.fill(model.space.collate([torch.tensor([*tokens, *unknown], dtype=torch.int64)]))
    known = torch.arange(filled.values.shape[1]) < len(tokens)
    return {"given": Given(filled, (known[None],))}


def _able() -> str:
    takes = {"prefixes", "given"}
    able = {
        f"{kind.name} ({kind.variant})"
        for kind in variants()
        if "tokens" in kind.spaces and takes & signature(kind.sample).parameters.keys()
    }
    return f"these do: {', '.join(sorted(able))}"
