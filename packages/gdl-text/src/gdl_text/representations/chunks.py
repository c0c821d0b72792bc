"""Tokens of a text found word by word, each word once: several times as fast as the whole text at a stroke.

GPT-2's pattern, by which byte pairs never reach from one word into the next, divides a text wherever a space or a line
end stands behind what is none. So what stands between two such places can be numbered by itself, and looked up when it
comes again.
"""

import json
import re
from itertools import chain

from tokenizers import Tokenizer

_CHUNK = re.compile(r"[ \t\n\r]*[^ \t\n\r]+|[ \t\n\r]+")
_OTHER_SPACE = re.compile(r"[^\S \t\n\r]")
_LONGEST, _MOST = 32, 1 << 17


class Chunks:
    """Numbers texts as a tokenizer does, and remembers words.

    Example:
        >>> from gdl_text.representations import BytePairs
        >>> pairs = BytePairs(vocabulary=260).fit(["low lower lowest"])
        >>> Chunks(pairs.tokenizer).number("low low") == pairs.tokenizer.encode("low low").ids
        True
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.divides = _divides(tokenizer)
        self.known: dict[str, list[int]] = {}

    def number(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens. Where words cannot be told apart safely, it is taken whole."""
        if not self.divides or _OTHER_SPACE.search(text):
            return list(self.tokenizer.encode(text, add_special_tokens=False).ids)
        chunks = _CHUNK.findall(text)
        new = set(chunks).difference(self.known)
        self.known |= {chunk: self.tokenizer.encode(chunk, add_special_tokens=False).ids for chunk in new}
        numbers = list(chain.from_iterable([self.known[chunk] for chunk in chunks]))
        for chunk in new:
            if len(chunk) > _LONGEST or len(self.known) > _MOST:
                del self.known[chunk]
        return numbers


def _divides(tokenizer: Tokenizer) -> bool:
    """Tell whether a tokenizer has GPT-2's pattern, and nothing that could see more than a word."""
    described = json.loads(tokenizer.to_str())
    pattern = described["pre_tokenizer"] or {}
    return (
        pattern.get("type") == "ByteLevel"
        and pattern.get("use_regex") is True
        and pattern.get("add_prefix_space") is False
        and not described["added_tokens"]
        and not described["model"].get("dropout")
    )
