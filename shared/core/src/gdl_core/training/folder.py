"""The folder of a run: what was asked for, the log, the checkpoints and the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdl_core import __version__
from gdl_core.errors import CheckpointError, UsageError
from gdl_core.folders import delete, naming_disk_errors, new_file, sha256, sweep
from gdl_core.training.options import DEFAULTS, FREE

FORMAT = 1
DATA = "data"
KEPT = 2
"""Checkpoints that stay; older ones are deleted."""


@dataclass(frozen=True)
class RunFolder:
    """The folder of a run::

    data/           the data set, where it was prepared for this run alone
    run.json        options, design, representation, domain, data, versions
    log.jsonl       one line for every report and every validation
    checkpoints/    one folder for each of the last steps that were saved
    model/          the averaged weights, best so far, as a plain saved model
    """

    path: Path

    @property
    def description(self) -> Path:
        """What was asked for."""
        return self.path / "run.json"

    @property
    def log(self) -> Path:
        """The log."""
        return self.path / "log.jsonl"

    @property
    def model(self) -> Path:
        """The saved model."""
        return self.path / "model"

    def checkpoint(self, step: int) -> Path:
        """Return where the checkpoint of a step stands."""
        return self.path / "checkpoints" / str(step)

    def checkpoints(self) -> list[Path]:
        """Return the checkpoints that are there, the newest first."""
        found = (path for path in (self.path / "checkpoints").glob("*") if path.name.isdigit())
        return sorted(found, key=lambda path: -int(path.name))

    def begin(self, description: Mapping[str, Any], *, resume: bool, replace: bool) -> None:
        """Make the folder for a new run, or check that a resumed one is the same run."""
        if resume:
            self._check(description)
            sweep(self.path)
            sweep(self.path / "checkpoints")
            return
        if self._contents():
            self._make_room(replace)
        with naming_disk_errors(self.path):
            (self.path / "checkpoints").mkdir(parents=True, exist_ok=True)
            with new_file(self.description) as draft:
                draft.write_text(json.dumps({"format": FORMAT, "gdl": __version__, **description}, indent=1))

    def _contents(self) -> list[Path]:
        """Return what stands in the folder beside the data, which may have been prepared for the run to begin."""
        return [path for path in self.path.iterdir() if path.name != DATA] if self.path.exists() else []

    def _make_room(self, replace: bool) -> None:
        if not replace:
            raise UsageError(f"{self.path} exists already; resume it, replace it, or choose another folder")
        if not self.description.is_file():
            raise UsageError(f"{self.path} is not the folder of a run, so it is not replaced; choose another folder")
        with naming_disk_errors(self.path):
            for path in self._contents():
                delete(path)

    def read(self) -> dict[str, Any]:
        """Return what was asked for when the run began."""
        try:
            found = json.loads(self.description.read_text())
        except FileNotFoundError as error:
            raise UsageError(f"{self.path} holds no run to resume; start one without resuming") from error
        except ValueError as error:
            raise CheckpointError(f"{self.description} is damaged ({error}); the run cannot be resumed") from error
        if found.get("format", 0) > FORMAT:
            raise CheckpointError(f"{self.path} was written by a newer gdl, {found.get('gdl')}; update gdl-core")
        return found

    def _check(self, description: Mapping[str, Any]) -> None:
        found = self.read()
        wanted = json.loads(json.dumps(description))
        before = DEFAULTS | found.get("options", {})
        for name, value in wanted["options"].items():
            if name not in FREE and before[name] != value:
                raise UsageError(
                    f"{self.path} was started with {name}={before[name]}, not {value}; resume with the same options, "
                    "or start a new run"
                )
        for part in ("design", "representation", "domain", "data"):
            if found.get(part) != wanted[part]:
                raise UsageError(
                    f"{self.path} was started with another {part} ({_difference(found.get(part), wanted[part])}); "
                    "resume with the same one, or start a new run"
                )

    def prune(self) -> None:
        """Delete all but the newest checkpoints."""
        for old in self.checkpoints()[KEPT:]:
            delete(old)


def _difference(found: Any, wanted: Any) -> str:
    """Name the first entry in which two JSON values differ."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted({*found, *wanted}):
            if found.get(key) != wanted.get(key):
                return f"{key}: {_difference(found.get(key), wanted.get(key))}"
    return f"{_short(found)} then, {_short(wanted)} now"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def write_state(folder: Path, state: Mapping[str, Any]) -> None:
    """Write `state.json` beside the files of a checkpoint, with their hashes."""
    files = {str(path.relative_to(folder)): sha256(path) for path in sorted(folder.rglob("*.safetensors"))}
    (folder / "state.json").write_text(json.dumps({"format": FORMAT, **state, "files": files}, indent=1))


def read_state(folder: Path) -> dict[str, Any]:
    """Read `state.json` and check the files that it names."""
    try:
        state = json.loads((folder / "state.json").read_text())
        for name, expected in state["files"].items():
            if sha256(folder / name) != expected:
                raise CheckpointError(f"{folder / name} is damaged: its hash is not the one in state.json")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{folder} is damaged ({error})") from error
    return state


class Log:
    """Lines of JSON, each on the disk as soon as it is said."""

    def __init__(self, path: Path, *, after: int) -> None:
        """Open the log, without what a run that was cut short wrote beyond the step `after`."""
        with naming_disk_errors(path):
            kept = [line for line in _lines(path) if _step_of(line) <= after]
            with new_file(path) as draft:
                draft.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
            self.file = path.open("a", encoding="utf-8")
        self.path = path

    def write(self, entry: Mapping[str, Any]) -> None:
        """Append an entry."""
        with naming_disk_errors(self.path):
            self.file.write(json.dumps(entry) + "\n")
            self.file.flush()

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []


def _step_of(line: str) -> float:
    """Return the step of a line of the log; a line that was cut off lies beyond every step."""
    try:
        return json.loads(line)["step"]
    except (ValueError, KeyError, TypeError):
        return float("inf")
