"""How models of verses are measured: against their untrained twins, a Markov chain, and what counting reaches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self

from chain import Chain
from pictures import BOUNDS
from shipping import load

from gdl_core.families import HasLikelihood
from gdl_core.families.energy.residual import Residual
from gdl_core.families.vae.gaussian import GaussianCodes
from gdl_core.metrics import frechet_distance
from gdl_core.pairing import build
from gdl_core.representation import Record
from gdl_text.metrics import BackOff, embedding
from gdl_text.metrics.words import self_bleu, words
from gdl_text.rating import rate, together
from gdl_text.spelling import readable

ORDERS = range(5, 9)
"""The lengths of the runs of bytes that are counted for comparison."""

HELD_OUT = ("parts", "works")
"""What is held out: the ends of works that are learned, and whole works."""

Parts = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Distance:
    """The `ngram_frechet` of `evaluate` from one reference, for several sets."""

    view: embedding.Embedding
    seen: Any

    @classmethod
    def to(cls, reference: Sequence[str]) -> Self:
        """Make the embedding that fits a reference."""
        features = embedding.features(_passages(reference)[: embedding.MOST])
        view = embedding.Embedding.fit(features)
        return cls(view, view(features))

    def of(self, texts: Sequence[str], passages: int) -> float:
        """Return how far texts are, by so many of their passages: fewer passages are further away."""
        features = embedding.features(_passages(texts)[:passages])
        return frechet_distance(self.seen, self.view(features))


def _passages(texts: Sequence[str]) -> list[str]:
    return embedding.passages(["\n".join(map(readable, texts))])


def rivals(
    pipeline: Any, drawn: Sequence[str], parts: Parts, drawing: Mapping[str, Any], others: Mapping[str, Any]
) -> dict[str, float]:
    """Return the distance of as much text from elsewhere: held-out text, a chain, the model before it was trained.

    `others` are ways to draw with the autoregressor of `verse-ebm`; how much these repeat themselves is told too.
    """
    distance, passages = Distance.to(parts["works"]), len(_passages(drawn))
    sets: dict[str, Sequence[str]] = {
        "ends_of_works": parts["parts"],
        "chain": ["".join(text) for text in islice(Chain(parts["train"], order=6).sample(seed=0), 2 * len(drawn))],
        "untrained": replace(pipeline, model=build(pipeline.design)).sample(len(drawn), seed=0, raw=True, **drawing),
    }
    sets |= {name: alone(pipeline, len(drawn), options) for name, options in others.items()}
    found = {f"ngram_frechet_of_{name}": distance.of(texts, passages) for name, texts in sets.items()}
    return found | {f"self_bleu_of_{name}": _sameness(sets[name]) for name in others}


def alone(pipeline: Any, count: int, options: Mapping[str, Any]) -> list[str]:
    """Draw with the autoregressor of `verse-ebm`: with one candidate the energy has no choice."""
    drawer = pipeline if isinstance(pipeline.model, Residual) else load("verse-ebm", "text")
    return list(drawer.sample(count, seed=0, raw=True, candidates=1, **options))


def _sameness(texts: Sequence[str]) -> float:
    return self_bleu([words(text) for text in texts]) or 0.0


def bits(pipeline: Any, parts: Parts) -> dict[str, float]:
    """Return how many bits a byte held out takes, under names that say whether they are a bound, and by counting."""
    told, pipeline = "", pipeline
    if isinstance(pipeline.model, Residual):
        told, pipeline = "by its autoregressor, ", replace(pipeline, model=pipeline.model.base)
    if not isinstance(pipeline.model, HasLikelihood):
        return {}
    found = {}
    for part in HELD_OUT:
        records = [Record(text, f"{part}:{place}") for place, text in enumerate(parts[part])]
        rated = together(rate(pipeline, records, skipped=print))
        found[f"bits_per_byte_of_{part} ({told}{BOUNDS[rated.kind]})"] = rated.bits
    return found | dict(counted(parts))


def counted(parts: Parts) -> Iterator[tuple[str, float]]:
    """Yield the fewest bits that a byte of the same texts takes by counting runs of bytes."""
    models = [BackOff(parts["train"], order=order) for order in ORDERS]
    for part in HELD_OUT:
        yield f"bits_per_byte_of_{part}_by_counting", min(one.bits(parts[part]) for one in models)


def spread(texts: Sequence[str], most: int) -> list[str]:
    """Return at most so many of the texts, at even distances.

    Example:
        >>> spread("abcdefg", 3), spread("abc", 3)
        (['a', 'd', 'g'], ['a', 'b', 'c'])
    """
    return list(texts[:: -(-len(texts) // most)])


def use_of_codes(pipeline: Any, texts: Sequence[str]) -> dict[str, float]:
    """Return how many nats the codes of a variational autoencoder carry, and the share of their units in use."""
    model, representation = pipeline.model, pipeline.representation
    if not isinstance(model, GaussianCodes):
        return {}
    samples = [sample for windows in representation.encode_windows(texts) for sample in windows]
    nats, share = model.use_of_codes(model.space.collate(samples))
    return {"nats_in_code": nats, "units_in_use": share}
