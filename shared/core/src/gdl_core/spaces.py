"""Sample spaces: what one sample of a model is.

A space owns all that depends on the shape of its samples: how they are stored and collated, which positions of a
batch are real, what noise looks like, how a number per sample is spread over it and how a loss is summed. No family
ever names an axis.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gdl_core.errors import RepresentationError, nearest
from gdl_core.randomness import Streams


class GraphSample(NamedTuple):
    """A graph: the type of each node and, for each ordered pair of nodes, the type of the edge (0: none).

    Shapes: nodes (count,), edges (count, count), both int64.
    """

    nodes: Tensor
    edges: Tensor


Sample = Tensor | GraphSample
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Batch:
    """Samples side by side, padded to the largest.

    `values` has one row per sample. `mask` is True where a position is real (None: everywhere). `edges` exists for
    graphs only. `conditions` holds what each sample is asked to be, one row per sample each.
    """

    values: Tensor
    mask: Tensor | None = None
    edges: Tensor | None = None
    conditions: Mapping[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, index: Any) -> Batch:
        """Return the samples that `index` (a slice, a mask or positions) selects."""
        return self._map(lambda tensor: tensor[index])

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on another device."""
        return self._map(lambda tensor: tensor.to(device, non_blocking=True))

    def _map(self, change: Any) -> Batch:
        def over(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else change(tensor)

        conditions = {name: change(tensor) for name, tensor in self.conditions.items()}
        return Batch(change(self.values), over(self.mask), over(self.edges), conditions)


class Space(ABC):
    """What every sample space can do. The spaces themselves are frozen dataclasses."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def fields(self) -> dict[str, np.dtype]:
        """The flat arrays that hold a stored sample, with the smallest type that fits."""

    @abstractmethod
    def pack(self, sample: Sample) -> Arrays:
        """Flatten a sample into the arrays that `fields` names. A sample that does not fit is an error."""

    def pack_many(self, samples: Sequence[Sample]) -> tuple[Arrays, Arrays]:
        """Flatten samples one behind the other; also return how much of each array belongs to each sample."""
        packed = [self.pack(sample) for sample in samples]
        lengths = {name: np.array([len(one[name]) for one in packed], np.int64) for name in self.fields}
        flat = {name: np.concatenate([np.empty(0, t), *(p[name] for p in packed)]) for name, t in self.fields.items()}
        return flat, lengths

    @abstractmethod
    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Sample:
        """Rebuild the sample that `pack` flattened."""

    @abstractmethod
    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        """Put samples side by side, padded to the largest of them."""

    @abstractmethod
    def separate(self, batch: Batch) -> list[Sample]:
        """Undo `collate`: one sample per row, without its padding."""

    @abstractmethod
    def noise(self, streams: Streams) -> Batch:
        """Draw the space's prior: standard normal where values are continuous, uniform where they are symbols."""

    @abstractmethod
    def sizes(self, batch: Batch) -> Tensor:
        """Count the elements of each sample, which is what a loss per element is divided by. Shapes: (batch,)."""

    def gather(self, arrays: Arrays, offsets: Arrays, rows: np.ndarray) -> Batch:
        """Collate stored samples: sample i of field f is ``arrays[f][offsets[f][i]:offsets[f][i + 1]]``."""
        samples = [
            self.unpack({name: flat[offsets[name][row] : offsets[name][row + 1]] for name, flat in arrays.items()})
            for row in rows
        ]
        return self.collate(samples)

    def reduce(self, elements: Tensor, batch: Batch) -> Tensor:
        """Sum a loss over the real positions of each sample. Shapes: (batch, ...) -> (batch,)."""
        if batch.mask is not None:
            elements = elements * self.spread(batch.mask, elements)
        return elements.flatten(1).sum(1)

    def spread(self, numbers: Tensor, like: Tensor) -> Tensor:
        """Give numbers per sample (or per position) trailing axes, so that they broadcast against `like`."""
        return numbers.reshape(numbers.shape + (1,) * (like.ndim - numbers.ndim))

    def to_config(self) -> dict[str, Any]:
        """Describe the space as JSON values. `space_from_config` reads it back."""
        return {"kind": self.kind, **asdict(self)}  # type: ignore[call-overload]  # each space is a dataclass


def smallest_integer(levels: int) -> np.dtype:
    """Return the smallest unsigned type that holds 0 to levels - 1."""
    return np.min_scalar_type(max(levels - 1, 0))


def tensor_from(array: np.ndarray, dtype: torch.dtype = torch.int64) -> Tensor:
    """Copy an array (which may be a read-only memory map) into a tensor."""
    return torch.from_numpy(array.astype(np.int64 if dtype == torch.int64 else np.float32))


def check_symbols(tensor: Tensor, count: int, what: str) -> None:
    """Refuse symbols outside 0 to count - 1."""
    if tensor.numel() and not (int(tensor.min()) >= 0 and int(tensor.max()) < count):
        raise RepresentationError(
            f"{what} runs from {int(tensor.min())} to {int(tensor.max())}, but this space holds 0 to {count - 1}"
        )


@dataclass(frozen=True)
class Tokens(Space):
    """Sequences of symbols 0 to vocabulary_size - 1, of any length up to max_length unless `variable` is False.

    A sample is a one-dimensional int64 tensor of content alone: begin, end and padding are no symbols of the space.

    Example:
        >>> space = Tokens(vocabulary_size=5, max_length=4)
        >>> batch = space.collate([torch.tensor([1, 2, 3]), torch.tensor([4])])
        >>> batch.values.tolist(), batch.mask.sum(1).tolist()
        ([[1, 2, 3], [4, 0, 0]], [3, 1])
    """

    kind = "tokens"
    vocabulary_size: int
    max_length: int
    variable: bool = True

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"tokens": smallest_integer(self.vocabulary_size)}

    def pack(self, sample: Sample) -> Arrays:
        return self.pack_many([sample])[0]

    def pack_many(self, samples: Sequence[Sample]) -> tuple[Arrays, Arrays]:
        lengths = np.array([len(sample) for sample in samples], np.int64)
        allowed = (0 if self.variable else self.max_length, self.max_length)
        for length in (lengths.min(initial=allowed[0]), lengths.max(initial=allowed[0])):
            if not allowed[0] <= length <= allowed[1]:
                limit = "at most" if self.variable else "exactly"
                raise RepresentationError(f"a sequence of {length} tokens; this space holds {limit} {self.max_length}")
        flat = torch.cat([torch.empty(0, dtype=torch.int64), *(s for s in samples if isinstance(s, Tensor))])
        check_symbols(flat, self.vocabulary_size, "a token")
        return {"tokens": flat.numpy().astype(self.fields["tokens"])}, {"tokens": lengths}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        return tensor_from(arrays["tokens"])

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        lengths = torch.tensor([len(sample) for sample in samples])
        values = torch.nn.utils.rnn.pad_sequence([s for s in samples if isinstance(s, Tensor)], batch_first=True)
        mask = torch.arange(values.shape[1]) < lengths[:, None]
        return Batch(values, mask.to(values.device), conditions=conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        if batch.mask is None:
            return list(batch.values)
        return [row[:length] for row, length in zip(batch.values, batch.mask.sum(1).tolist(), strict=True)]

    def gather(self, arrays: Arrays, offsets: Arrays, rows: np.ndarray) -> Batch:
        flat, starts = arrays["tokens"], offsets["tokens"]
        first = starts[rows]
        lengths = starts[rows + 1] - first
        steps = np.arange(lengths.max(initial=0))
        mask = steps < lengths[:, None]
        places = np.where(mask, first[:, None] + steps, 0)
        values = flat[places].astype(np.int64) * mask if len(flat) else np.zeros(mask.shape, np.int64)
        return Batch(torch.from_numpy(values), torch.from_numpy(mask))

    def noise(self, streams: Streams) -> Batch:
        values = (streams.uniform(self.max_length) * self.vocabulary_size).long()
        return Batch(values, torch.ones_like(values, dtype=torch.bool))

    def sizes(self, batch: Batch) -> Tensor:
        """Count tokens, and one for the end where the length is not given."""
        lengths = (
            torch.full_like(batch.values[:, 0], batch.values.shape[1]) if batch.mask is None else batch.mask.sum(1)
        )
        return lengths + int(self.variable)


@dataclass(frozen=True)
class Vector(Space):
    """Points of a real vector space. A sample is a float tensor of shape (size,).

    Example:
        >>> Vector(2).collate([torch.zeros(2), torch.ones(2)]).values.shape
        torch.Size([2, 2])
    """

    kind = "vector"
    size: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return (self.size,)

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"values": np.dtype(np.float32)}

    def pack(self, sample: Sample) -> Arrays:
        return {"values": checked_shape(sample, self.shape).numpy().astype(np.float32).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        return tensor_from(arrays["values"], torch.float32).reshape(self.shape)

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        return Batch(torch.stack([s for s in samples if isinstance(s, Tensor)]), conditions=conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        return list(batch.values)

    def noise(self, streams: Streams) -> Batch:
        return Batch(streams.normal(*self.shape).float())

    def sizes(self, batch: Batch) -> Tensor:
        return torch.full((len(batch),), math.prod(self.shape), device=batch.values.device)


def checked_shape(sample: Sample, shape: tuple[int, ...]) -> Tensor:
    """Return the tensor if it has this shape; refuse it otherwise."""
    found = tuple(sample.shape) if isinstance(sample, Tensor) else type(sample).__name__
    if found != shape or not isinstance(sample, Tensor):
        raise RepresentationError(f"a sample of shape {found}; this space holds {shape}")
    return sample


@dataclass(frozen=True)
class Grid(Space):
    """Cells on one, two or three axes, with `channels` values each.

    With `levels` the values are symbols 0 to levels - 1 (an 8-bit picture has 256); with None they are real numbers.
    A sample has the shape (channels, *shape), int64 or float32.

    Example:
        >>> Grid(channels=1, shape=(8, 8), levels=17).noise(Streams(0, range(3))).values.shape
        torch.Size([3, 1, 8, 8])
    """

    kind = "grid"
    channels: int
    shape: tuple[int, ...]
    levels: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))  # JSON has lists only
        if not 1 <= len(self.shape) <= 3:
            raise ValueError(f"a grid has one, two or three axes; {self.shape} has {len(self.shape)}")

    @property
    def full_shape(self) -> tuple[int, ...]:
        """The shape of one sample: channels, then the axes."""
        return (self.channels, *self.shape)

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"values": np.dtype(np.float32) if self.levels is None else smallest_integer(self.levels)}

    def pack(self, sample: Sample) -> Arrays:
        values = checked_shape(sample, self.full_shape)
        if self.levels is not None:
            check_symbols(values, self.levels, "a cell")
        return {"values": values.numpy().astype(self.fields["values"]).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        dtype = torch.float32 if self.levels is None else torch.int64
        return tensor_from(arrays["values"], dtype).reshape(self.full_shape)

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        return Batch(torch.stack([s for s in samples if isinstance(s, Tensor)]), conditions=conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        return list(batch.values)

    def noise(self, streams: Streams) -> Batch:
        return Batch(streams.normal(*self.full_shape).float())

    def sizes(self, batch: Batch) -> Tensor:
        return torch.full((len(batch),), math.prod(self.full_shape), device=batch.values.device)


@dataclass(frozen=True)
class Points(Space):
    """Unordered sets of up to `count` points with `features` real numbers each. A sample has shape (n, features).

    Example:
        >>> batch = Points(count=4, features=3).collate([torch.zeros(4, 3), torch.zeros(2, 3)])
        >>> batch.mask.sum(1).tolist()
        [4, 2]
    """

    kind = "points"
    count: int
    features: int

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"values": np.dtype(np.float32)}

    def pack(self, sample: Sample) -> Arrays:
        if not isinstance(sample, Tensor) or sample.ndim != 2 or sample.shape[1] != self.features:
            raise RepresentationError(f"a set of points must have shape (n, {self.features})")
        if len(sample) > self.count:
            raise RepresentationError(f"{len(sample)} points; this space holds at most {self.count}")
        return {"values": sample.numpy().astype(np.float32).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        return tensor_from(arrays["values"], torch.float32).reshape(-1, self.features)

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        return Tokens.collate(self, samples, conditions)  # type: ignore[arg-type]  # the same padding along the first axis

    def separate(self, batch: Batch) -> list[Sample]:
        return Tokens.separate(self, batch)  # type: ignore[arg-type]

    def noise(self, streams: Streams) -> Batch:
        values = streams.normal(self.count, self.features).float()
        return Batch(values, torch.ones(values.shape[:2], dtype=torch.bool, device=values.device))

    def sizes(self, batch: Batch) -> Tensor:
        assert batch.mask is not None
        return batch.mask.sum(1) * self.features


@dataclass(frozen=True)
class Graph(Space):
    """Graphs of up to `max_nodes` nodes with typed nodes and typed edges; edge type 0 means no edge.

    Example:
        >>> space = Graph(max_nodes=9, node_types=4, edge_types=5)
        >>> bond = torch.tensor([[0, 1], [1, 0]])
        >>> batch = space.collate([GraphSample(torch.tensor([0, 2]), bond)])
        >>> batch.values.shape, batch.edges.shape
        (torch.Size([1, 2]), torch.Size([1, 2, 2]))
    """

    kind = "graph"
    max_nodes: int
    node_types: int
    edge_types: int

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"nodes": smallest_integer(self.node_types), "edges": smallest_integer(self.edge_types)}

    def pack(self, sample: Sample) -> Arrays:
        assert isinstance(sample, GraphSample)
        nodes, edges = sample
        if len(nodes) > self.max_nodes:
            raise RepresentationError(f"a graph of {len(nodes)} nodes; this space holds at most {self.max_nodes}")
        check_symbols(nodes, self.node_types, "a node type")
        check_symbols(edges, self.edge_types, "an edge type")
        types = self.fields
        return {"nodes": nodes.numpy().astype(types["nodes"]), "edges": edges.numpy().astype(types["edges"]).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> GraphSample:
        nodes, edges = tensor_from(arrays["nodes"]), tensor_from(arrays["edges"])
        return GraphSample(nodes, edges.reshape(len(nodes), len(nodes)))

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        graphs = [sample for sample in samples if isinstance(sample, GraphSample)]
        sizes = torch.tensor([len(graph.nodes) for graph in graphs])
        width = int(sizes.max())
        nodes = torch.nn.utils.rnn.pad_sequence([graph.nodes for graph in graphs], batch_first=True)
        edges = nodes.new_zeros(len(graphs), width, width)
        for row, graph in zip(edges, graphs, strict=True):
            row[: len(graph.nodes), : len(graph.nodes)] = graph.edges
        return Batch(nodes, torch.arange(width) < sizes[:, None], edges, conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        assert batch.mask is not None and batch.edges is not None
        sizes = batch.mask.sum(1).tolist()
        return [
            GraphSample(nodes[:size], edges[:size, :size])
            for nodes, edges, size in zip(batch.values, batch.edges, sizes, strict=True)
        ]

    def noise(self, streams: Streams) -> Batch:
        nodes = (streams.uniform(self.max_nodes) * self.node_types).long()
        upper = (streams.uniform(self.max_nodes, self.max_nodes) * self.edge_types).long().triu(1)
        return Batch(nodes, torch.ones_like(nodes, dtype=torch.bool), upper + upper.transpose(1, 2))

    def sizes(self, batch: Batch) -> Tensor:
        """Count nodes and unordered pairs of nodes."""
        assert batch.mask is not None
        nodes = batch.mask.sum(1)
        return nodes + nodes * (nodes - 1) // 2


SPACES: dict[str, type[Space]] = {space.kind: space for space in (Vector, Tokens, Grid, Points, Graph)}


def space_from_config(config: Mapping[str, Any]) -> Space:
    """Rebuild the space that `to_config` described.

    Example:
        >>> space_from_config(Tokens(30, 60).to_config())
        Tokens(vocabulary_size=30, max_length=60, variable=True)
    """
    options = dict(config)
    kind = options.pop("kind", None)
    if kind not in SPACES:
        raise RepresentationError(f"there is no sample space {kind!r}; {nearest(str(kind), SPACES)}")
    return SPACES[kind](**options)


def with_conditions(batch: Batch, conditions: Mapping[str, Tensor]) -> Batch:
    """Return the batch, asked to be something else."""
    return replace(batch, conditions=conditions)
