"""Followers of texts while they are drawn: what stops them, and what shows them."""

import codecs
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gdl_core.families.autoregressive.following import Follow, Follower, Nobody
from gdl_text.representations.windows import TextRepresentation


class Plain(Nobody):
    """Keeps a batch to text, where a representation has marks beside it."""

    def __init__(self, tokens: int, marks: int) -> None:
        self.text = torch.arange(1 + tokens + marks) <= tokens  # column 0 is the end of a text

    def allowed(self, rows: Tensor) -> Tensor:  # type: ignore[override]  # `Nobody` allows everything
        return self.text.to(rows.device).expand(len(rows), -1)


class Stop(Nobody):
    """Ends each text with the first of some byte strings that comes up in what is drawn."""

    def __init__(self, count: int, pieces: Sequence[bytes], stops: Sequence[bytes]) -> None:
        self.pieces, self.stops = pieces, stops
        self.longest = max(map(len, stops)) - 1
        self.ends = [b""] * count

    def hear(self, rows: Tensor, tokens: Tensor) -> Tensor:
        return torch.tensor([self._stops(row, token) for row, token in _pairs(rows, tokens)], device=rows.device)

    def _stops(self, row: int, token: int) -> bool:
        end = self.ends[row] + self.pieces[token]
        self.ends[row] = end[max(len(end) - self.longest, 0) :]
        return any(stop in end for stop in self.stops)


class Say(Nobody):
    """Says the only text of a batch while it is drawn, character by character; what may begin a stop waits."""

    def __init__(self, pieces: Sequence[bytes], stops: Sequence[str], say: Callable[[str], None]) -> None:
        self.pieces, self.stops, self.say = pieces, stops, say
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.waiting = ""
        self.tokens: list[int] = []
        self.stopped = False

    def hear(self, rows: Tensor, tokens: Tensor) -> Tensor:
        for _, token in _pairs(rows, tokens):
            self.tokens.append(token)
            self._take(self.decoder.decode(self.pieces[token]))
        return torch.tensor([self.stopped] * len(rows), device=rows.device)

    def finish(self) -> None:
        """Say what waited."""
        if not self.stopped:
            self.say(self.waiting + self.decoder.decode(b"", final=True))
        self.waiting = ""

    def _take(self, text: str) -> None:
        text = self.waiting + text
        whole = stopped_at(text, self.stops)
        self.stopped = len(whole) < len(text)
        held = 0 if self.stopped else max((_begun(text, stop) for stop in self.stops), default=0)
        self.say(whole[: len(whole) - held])
        self.waiting = whole[len(whole) - held :]


class Together:
    """Several followers as one: allowed is what all allow, and each may end a text."""

    def __init__(self, followers: Sequence[Follower]) -> None:
        self.followers = followers

    def allowed(self, rows: Tensor) -> Tensor | None:
        masks = [mask for one in self.followers if (mask := one.allowed(rows)) is not None]
        return torch.stack(masks).all(0) if masks else None

    def hear(self, rows: Tensor, tokens: Tensor) -> Tensor | None:
        found = [ended for one in self.followers if (ended := one.hear(rows, tokens)) is not None]
        return torch.stack(found).any(0) if found else None


def plain(representation: TextRepresentation) -> list[Follow]:
    """Return what keeps drawn texts free of marks, where there are any."""
    tokens, marks = representation.size, len(representation.marks)
    return [lambda count: Plain(tokens, marks)] if marks else []


def together(follows: Sequence[Follow]) -> Follow | None:
    """Return what makes all these followers, as one.

    Example:
        >>> together([]) is None
        True
    """
    if len(follows) < 2:
        return follows[0] if follows else None
    return lambda count: Together([follow(count) for follow in follows])


def stopped_at(text: str, stops: Sequence[str], start: int = 0) -> str:
    """Return the text up to the first of some strings in it, looked for from a place on.

    Example:
        >>> stopped_at("To be. Or not.", [".", "not"])
        'To be'
    """
    places = [place for stop in stops if (place := text.find(stop, start)) >= 0]
    return text[: min(places)] if places else text


def _begun(text: str, stop: str) -> int:
    """Return how many characters at the end of a text may be the beginning of a string."""
    return next((size for size in range(min(len(text), len(stop) - 1), 0, -1) if stop.startswith(text[-size:])), 0)


def _pairs(rows: Tensor, tokens: Tensor) -> Sequence[tuple[int, int]]:
    return list(zip(rows.tolist(), tokens.tolist(), strict=True))
