"""Tensors from the files that PyTorch writes, without opening the pickles in them.

Since version 1.6 a file is a zip archive with one pickle that says what tensors there are, and their numbers beside it;
before, it was five pickles, of which the fourth said so and the fifth in which order the numbers follow. Here pickles
are read as lists of instructions, of which those that build plain values are understood; what would import or call
anything stands for a tensor, or the file is refused. Nothing in it is ever run.
"""

import io
import pickletools
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import InputError

_MAGIC = 0x1950A86A20F9469CFC6C
_MARK = object()
_TYPES: dict[str, np.dtype[Any]] = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8")}
_SIMPLE: dict[str, Any] = {"NONE": lambda: None, "NEWFALSE": lambda: False, "NEWTRUE": lambda: True}
_EMPTY: dict[str, Any] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple, "MARK": lambda: _MARK}
_BROKEN = (
    *(ValueError, KeyError, IndexError, TypeError, AttributeError, RuntimeError, OverflowError, EOFError),
    zipfile.BadZipFile,
)
_SHORT = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def read_torch_file(data: bytes, name: str) -> dict[str, Tensor]:
    """Return the tensors of such a file by name, in their order.

    Raises:
        InputError: It is no such file, or holds something else than tensors.
    """
    try:
        tensors, numbers = _archived(data) if data.startswith(b"PK") else _in_a_row(data)
        return {text: tensor.arranged(numbers[tensor.key]) for text, tensor in tensors.items()}
    except _BROKEN as error:
        raise InputError(f"{name} is no file of tensors that can be read here: {error}") from None


def _archived(data: bytes) -> "tuple[Mapping[str, _Named], Mapping[str, Tensor]]":
    """Read the form of today."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
            raise ValueError("it is packed, as such a file never is")
        place = next((name for name in archive.namelist() if name.endswith("data.pkl")), "data.pkl")
        folder = place.removesuffix("data.pkl")
        tensors = _value(io.BytesIO(archive.read(place)))
        storages = {tensor.key: tensor for tensor in tensors.values()}
        numbers = {key: storages[key].numbers(archive.read(f"{folder}data/{key}")) for key in storages}
    return tensors, numbers


def _in_a_row(data: bytes) -> "tuple[Mapping[str, _Named], Mapping[str, Tensor]]":
    """Read the form before version 1.6."""
    file = io.BytesIO(data)
    magic, _, _, tensors, order = (_value(file) for _ in range(5))
    if magic != _MAGIC:
        raise ValueError("it does not begin as such a file does")
    storages = {tensor.key: tensor for tensor in tensors.values()}
    numbers = {}
    for key in order:
        if int.from_bytes(file.read(8), "little") != storages[key].length:
            raise ValueError("a tensor has another length than it should")
        numbers[key] = storages[key].numbers(file.read(storages[key].size))
    return tensors, numbers


class _Named:
    """A tensor that is spoken of: how long its numbers are, of which type, and how they are arranged."""

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        (_, kind, self.key, _, self.length, *_), self.start, self.shape, self.strides = arguments[:4]
        self.type: np.dtype[Any] = _TYPES[kind]
        self.size = self.length * self.type.itemsize

    def numbers(self, data: bytes) -> Tensor:
        """Read the numbers, of which there have to be as many as were promised."""
        if len(data) != self.size:
            raise ValueError("the numbers of a tensor end too early, or too late")
        return torch.from_numpy(np.frombuffer(bytearray(data), self.type))

    def arranged(self, numbers: Tensor) -> Tensor:
        """Give numbers the shape of the tensor; torch refuses to reach beyond them."""
        return numbers.as_strided(self.shape, self.strides, self.start).contiguous()


def _value(file: io.BytesIO) -> Any:
    """Return what a pickle builds, with the values that it would make by calls as plain descriptions."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    argument: Any
    for code, argument, _ in pickletools.genops(file):
        if code.name in ("BINPUT", "LONG_BINPUT"):
            memo[argument] = stack[-1]
        elif code.name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif code.name in ("BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "GLOBAL"):
            stack.append(argument)
        elif code.name == "STOP":
            return stack.pop()
        elif code.name != "PROTO":
            _build(code.name, stack)
    raise ValueError("it ends too early")


def _build(name: str, stack: list[Any]) -> None:
    """Do one instruction that puts values together."""
    if name in _SIMPLE or name in _EMPTY:
        stack.append({**_SIMPLE, **_EMPTY}[name]())
    elif name in _SHORT:
        stack[-_SHORT[name] :] = [tuple(stack[-_SHORT[name] :])]
    elif name == "TUPLE":
        stack.append(tuple(_since_mark(stack)))
    elif name == "APPENDS":
        values = _since_mark(stack)
        stack[-1].extend(values)
    elif name in ("SETITEM", "SETITEMS"):
        values = [stack.pop(-2), stack.pop()] if name == "SETITEM" else _since_mark(stack)
        stack[-1].update(zip(values[::2], values[1::2], strict=True))
    elif name == "BUILD":
        stack.pop()  # what an ordered dictionary knows beside its entries
    elif name == "REDUCE":
        arguments = stack.pop()
        stack.append(_made(stack.pop(), arguments))
    elif name != "BINPERSID":  # a description of numbers stays one
        raise ValueError(f"it holds the instruction {name}")


def _made(called: str, arguments: tuple[Any, ...]) -> Any:
    if called == "collections OrderedDict" and not arguments:
        return {}
    if called == "torch._utils _rebuild_tensor_v2":
        return _Named(arguments)
    raise ValueError(f"it would call {called}")


def _since_mark(stack: list[Any]) -> list[Any]:
    place = max(place for place, value in enumerate(stack) if value is _MARK)
    values = stack[place + 1 :]
    del stack[place:]
    return values
