"""What a run's folder says about its training, as sections of a page."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gdl_core.errors import CheckpointError
from gdl_core.report.charts import curves
from gdl_core.report.page import Section, facts

DESCRIPTION = "run.json"


def training_sections(run: Path) -> list[Section]:
    """Draw the curves of a run; a folder that is no run has none."""
    return [Section("Training", _curves(read_log(run)))] if (run / DESCRIPTION).is_file() else []


def settings_sections(run: Path) -> list[Section]:
    """List the settings of a run; a folder that is no run has none."""
    path = run / DESCRIPTION
    return [Section("Settings", facts(_settings(_read_json(path))))] if path.is_file() else []


def read_log(run: Path) -> list[dict[str, Any]]:
    """Read the events of a run; a last line that was cut off by a crash is left out."""
    path = run / "log.jsonl"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return [event for line in lines if (event := _event(line))]


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "step" in event else None


def _curves(events: list[dict[str, Any]]) -> str:
    steps = [event for event in events if event.get("event") == "step"]
    checks = [event for event in events if event.get("event") == "validation"]
    if not steps:
        return '<p class="note">This run has no log yet.</p>'
    unit = str(steps[-1]["unit"])
    losses = {"training": _points(steps, "loss")}
    if checks:
        losses["validation (averaged weights)"] = _points(checks, "validation")
    rates = curves({"learning rate": _points(steps, "learning_rate")}, across="step", up="learning rate")
    speeds = curves(
        {"samples per second": _points(steps, "samples_per_second")}, across="step", up="samples per second"
    )
    shown = [curves(losses, across="step", up=f"loss, {unit}", decades=True), rates, speeds]
    return f'{facts(_outcome(steps, checks))}<div class="charts">{"".join(shown)}</div>'


def _points(events: list[dict[str, Any]], name: str) -> tuple[list[float], list[float]]:
    return [event["step"] for event in events], [event[name] for event in events]


def _outcome(steps: list[dict[str, Any]], checks: list[dict[str, Any]]) -> dict[str, Any]:
    last = steps[-1]
    best = min((check["validation"] for check in checks), default=None)
    return {
        "steps": last["step"],
        "epochs": last.get("epoch"),
        "training time": f"{last['elapsed'] / 60:.1f} minutes",
        "last training loss": f"{last['loss']:.4f} {last['unit']}",
        "best validation loss": None if best is None else f"{best:.4f} {last['unit']}",
    }


def _settings(description: Mapping[str, Any]) -> dict[str, Any]:
    design, data = description.get("design", {}), description.get("data", {})
    options = {name.replace("_", " "): value for name, value in description.get("options", {}).items()}
    network = {f"network: {name.replace('_', ' ')}": value for name, value in design.get("network_options", {}).items()}
    return {
        "family": design.get("family"),
        "space": design.get("space", {}).get("kind"),
        "network": design.get("network"),
        **network,
        "representation": description.get("representation", {}).get("name"),
        "can be asked for": ", ".join(condition["name"] for condition in design.get("conditions", ())) or None,
        "samples in the data": data.get("count"),
        **options,
        "gdl": description.get("gdl"),
    }


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); the run's folder is damaged") from error
