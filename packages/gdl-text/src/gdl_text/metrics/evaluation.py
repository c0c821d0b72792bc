"""Texts against a reference, and against those that a model was trained on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gdl_core.errors import InputError
from gdl_core.metrics import frechet_distance
from gdl_text.metrics import embedding
from gdl_text.metrics.copies import Corpus
from gdl_text.metrics.words import distinct, known_share, self_bleu, words
from gdl_text.spelling import readable

_STEADY = 1000


def evaluate(
    samples: Iterable[str | None], reference: Iterable[str], *, train: Iterable[str] | None = None
) -> dict[str, Any]:
    """Measure texts alone, against a reference, and for copies and known words against what was trained on.

    Shares are between 0 and 1. ``distinct_1`` to ``distinct_3`` are shares of different words, pairs and triples, and
    ``self_bleu`` is 1 where all texts are alike; both depend on how much text there is, so that the same of the
    reference, cut to as much, stands beside them. ``known_words`` is the share of words that stand in `train`, or
    without one in the reference. ``longest_copy`` is in characters, ``copied`` the share of text in spans of 50
    characters that stand in `train`; the same of the reference stand beside them. ``ngram_frechet`` is the Frechet
    distance of passages in an embedding that the result names. A measure that cannot be taken is None, and `notes` says
    why.

    Example:
        >>> found = evaluate(["to be or not"], ["to be or what to do"], train=["to be or be"])
        >>> found["known_words"], found["longest_copy"], found["distinct_1"]
        (0.75, 9, 1.0)
    """
    drawn = [readable(text) for text in samples if text]
    known = [readable(text) for text in reference if text]
    if not drawn or not known:
        raise InputError(f"there is no text {'to compare with' if drawn else 'to measure'}")
    trained = None if train is None else [readable(text) for text in train if text]
    equal = _as_much(known, sum(map(len, drawn)))
    distance, notes = _distance(drawn, known)
    if trained is None:
        notes.append("copies were not looked for: say what the model was trained on (--train)")
    return {
        "samples": len(drawn),
        "reference": len(known),
        "characters": sum(map(len, drawn)),
        **_varied(drawn, ""),
        **_varied(equal, "_of_reference"),
        "known_words": _known(drawn, trained or known),
        **({"known_words_of_reference": _known(equal, trained)} if trained else {}),
        **({} if trained is None else _copies(drawn, equal, trained)),
        "ngram_frechet": distance,
        "embedding": embedding.NAME,
        "notes": notes,
    }


def histograms(texts: Iterable[str]) -> dict[str, list[float]]:
    """Return how long texts, their lines and their words are, each as a list of numbers.

    Example:
        >>> histograms(["to be\\nor"])
        {'characters': [8.0], 'words': [3.0], 'characters in a line': [5.0, 2.0], 'letters in a word': [2.0, 2.0, 2.0]}
    """
    kept = list(texts)
    found = [words(text) for text in kept]
    return {
        "characters": [float(len(text)) for text in kept],
        "words": [float(len(text)) for text in found],
        "characters in a line": [float(len(line)) for text in kept for line in text.split("\n") if line],
        "letters in a word": [float(len(word)) for text in found for word in text],
    }


def _as_much(texts: Sequence[str], characters: int) -> list[str]:
    """Return the first texts up to so many characters; the last is cut between words."""
    kept: list[str] = []
    for text in texts:
        if characters <= 0:
            break
        kept.append(text if len(text) <= characters else text[:characters].rpartition(" ")[0] or text[:characters])
        characters -= len(text)
    return kept


def _varied(texts: Sequence[str], suffix: str) -> dict[str, float | None]:
    found = [words(text) for text in texts]
    runs: dict[str, float | None] = {f"distinct_{size}{suffix}": distinct(found, size) for size in (1, 2, 3)}
    return runs if suffix else {**runs, "self_bleu": self_bleu(found)}


def _known(texts: Sequence[str], dictionary: Sequence[str]) -> float | None:
    return known_share([words(text) for text in texts], {word for text in dictionary for word in words(text)})


def _copies(drawn: Sequence[str], equal: Sequence[str], trained: Sequence[str]) -> dict[str, Any]:
    corpus = Corpus(trained)
    return {
        f"{name}{suffix}": value
        for suffix, texts in (("", drawn), ("_of_reference", equal))
        for name, value in zip(("longest_copy", "copied"), _copied(corpus, texts), strict=True)
    }


def _copied(corpus: Corpus, texts: Sequence[str]) -> Iterator[float]:
    found = corpus.copied(texts)
    yield found.longest
    yield found.share


def _distance(drawn: Sequence[str], known: Sequence[str]) -> tuple[float | None, list[str]]:
    """Compare passages; those of short texts are the texts, each with a line end, put together."""
    own, others = (embedding.passages(["\n".join(texts)])[: embedding.MOST] for texts in (drawn, known))
    fewest = min(len(own), len(others))
    if fewest < 2:
        return None, [f"ngram_frechet was not measured: it needs {2 * embedding.PASSAGE} characters on either side"]
    seen = embedding.features(others)
    view = embedding.Embedding.fit(seen)
    notes = []
    if fewest < _STEADY:
        notes.append(
            f"ngram_frechet is taken over {fewest:,} passages and falls as text is added: compare equal amounts"
        )
    return frechet_distance(view(seen), view(embedding.features(own))), notes
