"""Models and tokenizers as folders that transformers, and what reads its files, loads."""

import json
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from tokenizers.processors import TemplateProcessing

from gdl_core.checkpoint.weights import write_tensors
from gdl_core.errors import UsageError
from gdl_core.folders import new_folder
from gdl_core.networks.exchange import as_qwen3
from gdl_core.pipeline import Pipeline
from gdl_text.files.kinds import SEPARATOR
from gdl_text.representations import BytePairs, Bytes, Characters
from gdl_text.representations.bpe import LETTER_OF
from gdl_text.representations.windows import TextRepresentation

MARK_NAMES = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
"""What the marks of a model that fills gaps are called elsewhere."""


def export(pipeline: Pipeline, folder: str | Path, *, replace: bool = False) -> Path:
    """Write a model that writes from left to right as transformers has it: Qwen3's architecture and a tokenizer.

    ``AutoModelForCausalLM.from_pretrained(folder)`` then gives the same logits, and ``AutoTokenizer`` the same tokens,
    each number one greater: 0 is ``<|endoftext|>``, which begins every text and ends it. Nothing of transformers is
    needed to write it.

    Raises:
        UsageError: The model is of another family or network, or is told conditions; the folder is there already.
    """
    representation: Any = pipeline.representation  # each one of this domain is of text
    config, weights = as_qwen3(getattr(pipeline.model, "network", pipeline.model))
    names = {"bos_token": SEPARATOR, "eos_token": SEPARATOR, "model_max_length": representation.max_length + 1}
    described = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False, **names}
    with new_folder(Path(folder), replace=replace) as place:
        write_tensors(place / "model.safetensors", weights)
        written = {
            "config.json": config,
            "tokenizer.json": json.loads(exported_tokenizer(representation).to_str()),
            "tokenizer_config.json": described,
            "generation_config.json": {"bos_token_id": 0, "eos_token_id": 0, "do_sample": True},
        }
        for name, document in written.items():
            (place / name).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
    return Path(folder)


def exported_tokenizer(representation: TextRepresentation) -> Tokenizer:
    """Return the tokenizer of a representation, with ``<|endoftext|>`` as token 0 and all others one further.

    Example:
        >>> tokenizer = exported_tokenizer(Characters("abc"))
        >>> tokenizer.encode("cab").ids, tokenizer.decode([3, 1, 2])
        ([0, 3, 1, 2], 'cab')
    """
    if isinstance(representation, BytePairs):
        tokenizer = _shifted(representation)
    elif isinstance(representation, Bytes):
        tokenizer = Tokenizer(models.BPE({SEPARATOR: 0} | {LETTER_OF[byte]: byte + 1 for byte in range(256)}, []))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)  # type: ignore[assignment]
        tokenizer.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    elif isinstance(representation, Characters):
        numbers = {letter: number + 1 for number, letter in enumerate(representation.alphabet)}
        tokenizer = Tokenizer(models.WordLevel({SEPARATOR: 0} | numbers, unk_token=SEPARATOR))
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")  # type: ignore[assignment]
        tokenizer.decoder = decoders.Fuse()  # type: ignore[assignment]
    else:
        raise UsageError(f"the representation {representation.name!r} has no counterpart elsewhere")
    special = [SEPARATOR, *MARK_NAMES[: len(representation.marks)]]
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in special])
    tokenizer.post_processor = TemplateProcessing(single=f"{SEPARATOR} $A", special_tokens=[(SEPARATOR, 0)])  # type: ignore[assignment]
    return tokenizer


def _shifted(pairs: BytePairs) -> Tokenizer:
    """Return the tokenizer with all numbers one further."""
    described = json.loads(pairs.tokenizer.to_str())
    vocabulary = described["model"]["vocab"]
    if SEPARATOR in vocabulary or any(token["content"] == SEPARATOR for token in described["added_tokens"]):
        raise UsageError(f"this tokenizer has a token {SEPARATOR} of its own, beside the end of every text here")
    described["model"]["vocab"] = {SEPARATOR: 0} | {token: number + 1 for token, number in vocabulary.items()}
    for token in described["added_tokens"]:
        token["id"] += 1
    return Tokenizer.from_str(json.dumps(described))
