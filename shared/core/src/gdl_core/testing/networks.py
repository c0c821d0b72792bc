"""Laws of networks, of any role on any space."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from gdl_core.conditions import ClassCondition, Condition, SequenceCondition, VectorCondition
from gdl_core.families.guidance import missing
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph, Points, Space, with_conditions
from gdl_core.spaces.graph import mirrored

CODE = 5
"""The size of the codes that decoders are tested with."""
ENCODERS, DECODERS = ("encoder", "analysis"), ("decoder", "synthesis")
ASKED: tuple[Condition, ...] = (
    ClassCondition("kind", ("a", "b", "c")),
    VectorCondition("size", (0.0, 0.0), (1.0, 1.0), (0.0, 0.0), (1.0, 1.0)),
    SequenceCondition("words", size=4, length=3),
)


def some_conditions(count: int) -> dict[str, Tensor]:
    """Return something that each sample is asked to be."""
    numbers = torch.linspace(-1, 1, 2 * count).reshape(count, 2)
    words = torch.linspace(-2, 2, count * 12).sin().reshape(count, 3, 4)
    words[::2, 2] = torch.nan  # every other sequence is shorter
    return {"kind": torch.arange(count) % 3, "size": numbers, "words": words}


def made(
    network: type[nn.Module],
    role: str,
    space: Space,
    options: Mapping[str, Any],
    conditions: Sequence[Condition] = ASKED,
) -> nn.Module:
    """Make a network that answers two numbers (an encoder three), its weights moved away from any special values."""
    sizes = {"inputs": CODE} if role in DECODERS else {}
    outputs = (3,) if role in ENCODERS else (2,) * len(space.parts)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        model = network(space, conditions=conditions, outputs=outputs, **sizes, **options)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def real_form(space: Space, count: int) -> Batch:
    """Draw a batch as networks take it: numbers in the shapes of the real form."""
    parts = space.normal(Streams(1, range(count)))
    return Batch(parts[0], None, parts[1] if len(parts) > 1 else None, some_conditions(count))


def answers(model: nn.Module, role: str, batch: Batch) -> tuple[Tensor, ...]:
    """Apply a network to a batch; a decoder gets the first numbers of each sample as its code or map of codes."""
    if role in ENCODERS:
        return (model(batch),)
    if role in DECODERS:
        shape = (CODE, *getattr(model, "map_shape", ()))
        codes = batch.values.flatten(1).repeat(1, CODE)[:, : prod(shape)]
        return model(codes.unflatten(1, shape), batch.conditions)
    return model(batch, torch.linspace(0, 1, len(batch)))


def squared(tensors: Sequence[Tensor]) -> Tensor:
    """Add up the squares of all numbers."""
    return torch.cat([tensor.flatten() for tensor in tensors]).pow(2).sum()


def shapes_are_as_the_role_says(network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]) -> None:
    """An encoder gives a vector, or a map of them, the others `outputs[i]` numbers for each element of part i."""
    model = made(network, role, space, options)
    found = answers(model, role, real_form(space, 3))
    expected = (
        [(3, 3, *getattr(model, "map_shape", ()))]
        if role in ENCODERS
        else [(3, *part.shape, 2) for part in space.parts]
    )
    assert [tuple(tensor.shape) for tensor in found] == expected
    assert all(tensor.isfinite().all() for tensor in found)


def a_row_depends_on_itself_alone(
    network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]
) -> None:
    """What else is in a batch changes no answer, in training neither."""
    model, batch = made(network, role, space, options).train(), real_form(space, 5)
    whole = answers(model, role, batch)
    for place in (0, 4):
        one = batch.rows([place])
        time = torch.linspace(0, 1, 5)[[place]]
        alone = model(one, time) if role == "denoiser" else answers(model, role, one)
        assert all(torch.allclose(a[place], b[0], atol=1e-4) for a, b in zip(whole, alone, strict=True))


def every_input_is_felt(network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]) -> None:
    """The answer has a finite gradient with respect to every part of the input, not zero, and a second derivative."""
    model, batch = made(network, role, space, options), real_form(space, 2)
    parts = [part.requires_grad_() for part in (batch.parts[:1] if role in DECODERS else batch.parts)]
    found = squared(answers(model, role, batch))
    slopes = torch.autograd.grad(found, parts, create_graph=True)
    assert all(slope.isfinite().all() and slope.abs().sum() > 0 for slope in slopes)
    curves = torch.autograd.grad(squared(slopes), parts)
    assert all(curve.isfinite().all() and curve.abs().sum() > 0 for curve in curves)


def every_parameter_is_used(network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]) -> None:
    """Each parameter has a finite gradient that is not zero; in a network without conditions it is at least reached."""
    batch = real_form(space, 4)
    half = {name: torch.cat([missing(values[:2]), values[2:]]) for name, values in batch.conditions.items()}
    for known, asked in ((ASKED, half), ((), {})):
        model = made(network, role, space, options, known)
        squared(answers(model, role, with_conditions(batch, asked))).backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None and parameter.grad.isfinite().all(), name
            assert parameter.grad.abs().sum() > 0 or not known, name


def half_precision_is_enough(network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]) -> None:
    """Under autocast the answer is in float32 all the same, and near the answer in full precision."""
    model, batch = made(network, role, space, options), real_form(space, 3)
    exact = torch.cat([answer.flatten() for answer in answers(model, role, batch)])
    with torch.autocast("cpu", torch.bfloat16):
        found = torch.cat([answer.flatten() for answer in answers(model, role, batch)])
    assert found.dtype == torch.float32
    assert (found - exact).norm() < 0.1 * exact.norm()


def a_denoiser_can_be_differentiated_forwards(
    network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]
) -> None:
    """The derivative along a direction in input and time, by which some few-step samplers learn, is autograd's."""
    if role != "denoiser":
        return
    model, batch = made(network, role, space, options), real_form(space, 2)
    inputs = (*batch.parts, torch.tensor([0.2, 0.7]))
    way = tuple(torch.linspace(-1, 1, one.numel()).reshape(one.shape) for one in inputs)

    def answer(*inputs: Tensor) -> Tensor:
        found = model(batch.with_parts(inputs[:-1]), inputs[-1])
        return torch.cat([part.flatten() for part in found]).sin().sum()

    forwards = torch.func.jvp(answer, inputs, way)[1]
    slopes = torch.func.grad(answer, tuple(range(len(inputs))))(*inputs)
    backwards = sum(float((slope.detach() * move).sum()) for slope, move in zip(slopes, way, strict=True))
    assert abs(float(forwards.detach()) - backwards) < 1e-3 * (1 + abs(backwards))


def conditions_are_heard(network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]) -> None:
    """Each condition changes the answer; one that is missing is the same as one that is not there."""
    model, batch = made(network, role, space, options), real_form(space, 3)

    def asked(conditions: Mapping[str, Tensor]) -> Tensor:
        whole = answers(model, role, with_conditions(batch, conditions))
        return torch.cat([tensor.flatten(1) for tensor in whole], 1)

    everything = dict(batch.conditions)
    before = asked(everything)
    for name, values in everything.items():
        without = asked({other: rest for other, rest in everything.items() if other != name})
        assert not torch.allclose(before, without, atol=1e-4)
        assert torch.allclose(asked(everything | {name: missing(values)}), without, atol=1e-5)


def order_is_kept_where_there_is_none(
    network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]
) -> None:
    """Permuting points or nodes permutes what a denoiser answers, and leaves an encoder's answer as it was.

    A network that says it is `ordered` is let off.
    """
    if role in DECODERS or not isinstance(space, Points | Graph) or getattr(network, "ordered", False):
        return
    model, batch = made(network, role, space, options), real_form(space, 3)
    order = torch.randperm(batch.values.shape[1], generator=torch.Generator().manual_seed(1))

    def permuted(parts: tuple[Tensor, ...]) -> list[Tensor]:
        return [part[:, order] if place == 0 else part[:, order][:, :, order] for place, part in enumerate(parts)]

    before = answers(model, role, batch)
    after = answers(model, role, batch.with_parts(permuted(batch.parts)))
    expected = before if role in ENCODERS else permuted(before)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(after, expected, strict=True))


def edges_have_no_direction(network: type[nn.Module], role: str, space: Space, options: Mapping[str, Any]) -> None:
    """What is said of an edge is the same from both of its ends."""
    if role in ENCODERS or not isinstance(space, Graph):
        return
    edges = answers(made(network, role, space, options), role, real_form(space, 3))[1]
    assert torch.allclose(edges, mirrored(edges), atol=1e-5)


NETWORK_LAWS = (
    shapes_are_as_the_role_says,
    a_row_depends_on_itself_alone,
    every_input_is_felt,
    every_parameter_is_used,
    half_precision_is_enough,
    a_denoiser_can_be_differentiated_forwards,
    conditions_are_heard,
    order_is_kept_where_there_is_none,
    edges_have_no_direction,
)
"""For encoders, decoders and denoisers. Each law takes a network's class, a role, a space and the network's options."""
