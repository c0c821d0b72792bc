"""What a user asks of every sample, put into what a family is asked: conditions, a beginning, what is allowed."""

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.conditions import Condition, encode_conditions
from gdl_core.errors import UsageError
from gdl_core.families import Family
from gdl_core.families.autoregressive.following import Placed
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
    allowed: Tensor | None = None,
) -> dict[str, Any]:
    """Return the options of `Family.sample` that ask for this, for one sample; tensors are on the CPU.

    Shapes: allowed, booleans (max_length, vocabulary_size): which token may stand at which place.

    Raises:
        UsageError: The model knows no such condition, its samples cannot be given a beginning, or they cannot be held
            to what is allowed.
    """
    options: dict[str, Any] = {}
    if asked or conditions:
        options["conditions"] = encode_conditions(conditions, [asked or {}])
    begun: Sequence[int] = ()
    if prefix:
        if not isinstance(representation, HasPrefixes):
            raise UsageError(
                f"the representation {representation.name!r} takes no prefix; its samples have no beginning"
            )
        begun = representation.encode_prefix(prefix)
        options |= _beginning(model, begun)
    if allowed is not None:
        options |= _held(model, allowed, len(begun))
    return options


def _beginning(model: Family, tokens: Sequence[int]) -> dict[str, Any]:
    """Ask for a beginning: of a family that writes from left to right, or of one that keeps what is given."""
    there = signature(model.sample).parameters
    if "prefixes" in there:
        return {"prefixes": [tokens]}
    if "given" not in there or not isinstance(model.space, Tokens):
        raise UsageError(
            f"the family {model.name!r} ({model.variant}) takes no prefix; these do: {_able('prefixes', 'given')}"
        )
    if len(tokens) > model.space.max_length:
        raise UsageError(f"a prefix of {len(tokens)} tokens; a sample here holds at most {model.space.max_length}")
    unknown = [] if model.space.variable else [0] * (model.space.max_length - len(tokens))
    filled = model.space.fill(model.space.collate([torch.tensor([*tokens, *unknown], dtype=torch.int64)]))
    known = torch.arange(filled.values.shape[1]) < len(tokens)
    return {"given": Given(filled, (known[None],))}


def _held(model: Family, allowed: Tensor, begun: int) -> dict[str, Any]:
    """Ask for tokens that are allowed: of a family that is followed while it writes, or of one that hides and guesses.

    Where nothing is left to write, which is the end or an element that is none, is always allowed.
    """
    space, there = model.space, signature(model.sample).parameters
    if not isinstance(space, Tokens) or not {"follow", "allowed"} & there.keys():
        raise UsageError(
            f"the family {model.name!r} ({model.variant}) cannot hold samples of {space} to what is allowed; "
            f"these hold tokens to it: {_able('follow', 'allowed')}"
        )
    if allowed.shape != (space.max_length, space.vocabulary_size) or not allowed.any(1).all():
        raise UsageError(f"what is allowed must name at least one token at each place of {space}")
    table = F.pad(allowed, (1, 0), value=True)
    if "follow" in there:
        return {"follow": lambda count: Placed(table, count, begun)}
    return {"allowed": [table[None] if space.variable else allowed[None]]}


def _able(*takes: str) -> str:
    """Return which families over tokens take one of these options."""
    able = {
        f"{kind.name} ({kind.variant})"
        for kind in variants()
        if "tokens" in kind.spaces and set(takes) & signature(kind.sample).parameters.keys()
    }
    return ", ".join(sorted(able))
