"""Read a model's folder, and name what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gdl_core.checkpoint.hub import NAME, fetch
from gdl_core.checkpoint.outline import Outline
from gdl_core.checkpoint.weights import check_shapes, fill, read_tensors, shapes_in, tensors_of
from gdl_core.checkpoint.writing import CARD, CONFIG, FORMAT, REPRESENTATION, WEIGHTS
from gdl_core.errors import CheckpointError, GdlError, nearest
from gdl_core.families import Family
from gdl_core.folders import sha256
from gdl_core.pairing import Design, build

PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt", ".joblib")


@dataclass(frozen=True)
class Loaded:
    """A model as it was saved. `representation` holds the name and the config of its representation."""

    folder: Path
    model: Family
    design: Design
    domain: str
    representation: dict[str, Any]
    config: dict[str, Any]
    card: str


def load(name: str | Path, *, domain: str | None = None) -> Loaded:
    """Load a model from its folder, from the folder of a run, or from the Hugging Face Hub (``owner/name@revision``).

    The model is in evaluation mode, in float32, on the CPU. Whatever is wrong is a `CheckpointError` that names it:
    hashes, names and shapes of the weights, and that they are finite, are all checked. No pickle is opened.
    """
    folder = find(name)
    config = read_config(folder)
    _check_domain(folder, config, domain)
    _check_files(folder, config["files"])
    try:
        design = Design.from_config(config["design"])
    except (GdlError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / CONFIG}: the design cannot be read ({error})") from error
    return Loaded(
        folder,
        _build(folder, design),
        design,
        config["domain"],
        _read_json(folder / REPRESENTATION),
        config,
        (folder / CARD).read_text(encoding="utf-8", errors="replace") if (folder / CARD).is_file() else "",
    )


def find(name: str | Path) -> Path:
    """Return the folder that holds the model called `name`."""
    folder = Path(name)
    if folder.is_dir():
        return _within(folder)
    if folder.exists():
        raise CheckpointError(f"{folder} is a file; a saved model is a folder that holds {CONFIG} and {WEIGHTS}")
    if NAME.fullmatch(str(name)) and not folder.parent.is_dir():
        return fetch(str(name))
    near = [path.name for path in folder.parent.iterdir() if path.is_dir()] if folder.parent.is_dir() else []
    raise CheckpointError(f"there is no folder {folder}; {nearest(folder.name, near)}")


def _within(folder: Path) -> Path:
    """Return the folder itself, or the model inside the folder of a run."""
    if (folder / CONFIG).is_file() or (folder / WEIGHTS).is_file():
        return folder
    steps = sorted((folder / "checkpoints").glob("[0-9]*"), key=lambda path: int(path.name))
    for inner in [folder / "model", *(step / "model" for step in reversed(steps))]:
        if (inner / CONFIG).is_file():
            return inner
    if (folder / "run.json").is_file():
        raise CheckpointError(f"{folder} is a run that has saved no model yet; let it train longer")
    raise CheckpointError(f"{folder} holds no model: {CONFIG} and {WEIGHTS} are missing{_pickles(folder)}")


def _pickles(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    return f"; {names[0]} is a pickle, which can run any code when opened, and is never read" if names else ""


def read_config(folder: Path) -> dict[str, Any]:
    """Read `config.json` and check that this version understands it."""
    config = _read_json(folder / CONFIG)
    version = config.get("format")
    if not isinstance(version, int):
        raise CheckpointError(f"{folder / CONFIG} was not written by gdl: it names no format")
    if version > FORMAT:
        raise CheckpointError(
            f"{folder} was saved by a newer version, gdl {config.get('gdl')} (format {version}; this one reads up to "
            f"{FORMAT}); update with `pip install --upgrade gdl-core`"
        )
    for key, kind in (("domain", str), ("design", dict), ("files", dict)):
        if not isinstance(config.get(key), kind):
            raise CheckpointError(f"{folder / CONFIG} is damaged: {key!r} is missing or no {kind.__name__}")
    return config


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} is missing{_pickles(path.parent)}; the folder is incomplete") from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); fetch or write the model again") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} is damaged: it holds no JSON object")
    return content


def _check_domain(folder: Path, config: Mapping[str, Any], domain: str | None) -> None:
    found = config["domain"]
    if domain is not None and found != domain:
        raise CheckpointError(
            f"{folder} is a model of the domain {found!r}, not {domain!r}; use `gdl {found}`, which the package "
            f"gdl-{found} brings"
        )


def _check_files(folder: Path, files: Mapping[str, Any]) -> None:
    for name in (WEIGHTS, REPRESENTATION):
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{path} is missing{_pickles(folder)}; the folder is incomplete")
        expected = files.get(name, {})
        if path.stat().st_size != expected.get("bytes"):
            raise CheckpointError(
                f"{path} has {path.stat().st_size} bytes instead of {expected.get('bytes')}; it was cut off or "
                "changed: fetch or write the model again"
            )
        if sha256(path) != expected.get("sha256"):
            raise CheckpointError(f"{path} is damaged: its hash is not the one in {CONFIG}; fetch the model again")


def _build(folder: Path, design: Design) -> Family:
    """Build the model and fill it, once its shapes are known to fit: a lying design must not claim the memory."""
    path = folder / WEIGHTS
    try:
        with Outline():
            expected = tensors_of(build(design))
    except (GdlError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"{folder / CONFIG}: the design cannot be built ({error})") from error
    check_shapes(shapes_in(path), expected, path)
    model = build(design)
    with torch.no_grad():
        fill(model, read_tensors(path), path)
    return model.eval()
