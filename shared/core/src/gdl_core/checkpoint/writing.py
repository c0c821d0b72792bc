"""Write a model's folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import torch

from gdl_core import __version__
from gdl_core.checkpoint.card import model_card
from gdl_core.checkpoint.weights import tensors_of, write_tensors
from gdl_core.errors import UsageError
from gdl_core.families import Family
from gdl_core.folders import new_folder, sha256
from gdl_core.pairing import Design
from gdl_core.representation import Representation

FORMAT = 1
WEIGHTS, CONFIG, REPRESENTATION, CARD = "model.safetensors", "config.json", "representation.json", "README.md"
FILES = (WEIGHTS, CONFIG, REPRESENTATION, CARD)

StoredType = Literal["float32", "bfloat16", "float16"]


def save(
    folder: str | Path,
    *,
    model: Family,
    design: Design,
    representation: Representation | Mapping[str, Any],
    domain: str,
    card: str | None = None,
    extra: Mapping[str, Any] | None = None,
    dtype: StoredType | None = None,
    replace: bool = False,
) -> Path:
    """Write a model into a folder of its own, beside its place first and then moved in whole; return the folder.

    `representation` is the object or what `describe` says of it. `extra` is kept in the description as `info`, such
    as measures. `dtype` makes the file smaller: weights are read back as float32.
    """
    folder = Path(folder)
    with new_folder(folder, replace=replace) as draft:
        write_into(
            draft, model=model, design=design, representation=representation, domain=domain, card=card, extra=extra,
            dtype=dtype,
        )  # fmt: skip
    return folder


def write_into(
    folder: Path,
    *,
    model: Family,
    design: Design,
    representation: Representation | Mapping[str, Any],
    domain: str,
    card: str | None = None,
    extra: Mapping[str, Any] | None = None,
    dtype: StoredType | None = None,
) -> None:
    """Write the files of a model into a folder that is there."""
    stored = dtype or "float32"
    parameters = sum(parameter.numel() for parameter in model.parameters())
    write_tensors(folder / WEIGHTS, _stored(model, stored))
    _write_json(folder / REPRESENTATION, describe(representation))
    text = card or model_card(
        f"A {design.family} model of {domain}",
        f"Trained with gdl {__version__}.",
        domain=domain,
        family=design.family,
        parameters=parameters,
    )
    (folder / CARD).write_text(text, encoding="utf-8")
    config = {
        "format": FORMAT,
        "gdl": __version__,
        "domain": domain,
        "design": design.to_config(),
        "parameters": parameters,
        "dtype": stored,
        "info": dict(extra or {}),
        "files": {
            name: {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)}
            for name in (WEIGHTS, REPRESENTATION)
        },
    }
    _write_json(folder / CONFIG, config)


def describe(representation: Representation | Mapping[str, Any]) -> dict[str, Any]:
    """Return the name and the config of a representation, as JSON values."""
    if isinstance(representation, Representation):
        return {"name": representation.name, "config": representation.to_config()}
    return dict(representation)


def _stored(model: Family, dtype: StoredType) -> dict[str, torch.Tensor]:
    kind = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[dtype]
    tensors = {n: t.to(kind) if t.is_floating_point() else t for n, t in tensors_of(model).items()}
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise UsageError(f"{name} holds values that {dtype} cannot; a model is only saved whole")
    return tensors


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
