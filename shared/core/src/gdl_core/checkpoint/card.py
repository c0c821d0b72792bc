"""The model card: a README that people read and that the Hugging Face Hub understands."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def model_card(
    title: str,
    text: str,
    *,
    domain: str,
    family: str,
    parameters: int,
    licence: str | None = None,
    facts: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
    tags: Sequence[str] = (),
) -> str:
    """Write a card: front matter for the Hub, a title, a text, and tables of facts and of measures.

    Example:
        >>> print(model_card("Words", "A toy.", domain="text", family="vae", parameters=12).splitlines()[0])
        ---
    """
    front: dict[str, Any] = {"library_name": "gdl", "tags": ["gdl", domain, family, *tags]}
    if licence:
        front["license"] = licence
    lines = ["---", *(f"{key}: {json.dumps(value)}" for key, value in front.items()), "---", "", f"# {title}", "", text]
    table = {"domain": domain, "family": family, "parameters": f"{parameters:,}", **(facts or {})}
    lines += ["", *_table("", "", table)]
    if metrics:
        lines += [
            "",
            "## Measures",
            "",
            *_table("measure", "value", {name: _figure(value) for name, value in metrics.items()}),
        ]
    return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _table(left: str, right: str, rows: Mapping[str, Any]) -> list[str]:
    cells = (f"| {key} | {str(value).replace('|', chr(92) + '|')} |" for key, value in rows.items())
    return [f"| {left} | {right} |", "| --- | --- |", *cells]
