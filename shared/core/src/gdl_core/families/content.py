"""Random numbers that follow from what a sample is, so that its score is the same each time and in any batch."""

import torch

from gdl_core.randomness import Streams
from gdl_core.spaces import Batch

MIXER = 0x1E3779B97F4A7C16


def streams_of(filled: Batch) -> Streams:
    """Return a stream for each sample that follows from its content: whenever and beside whomever, it meets one noise.

    Example:
        >>> streams = streams_of(Batch(torch.tensor([[1, 2], [2, 1], [1, 2]])))
        >>> streams.indices[0] == streams.indices[2], streams.indices[0] == streams.indices[1]
        (tensor(True), tensor(False))
    """
    parts = [part.float().view(torch.int32) if part.is_floating_point() else part for part in filled.parts]
    words = torch.cat([part.flatten(1).long() for part in parts], 1)
    factors = torch.arange(words.shape[1], device=words.device) * MIXER + 1  # products and sums wrap, as they should
    return Streams(0, (words * factors).sum(1), device=words.device)
