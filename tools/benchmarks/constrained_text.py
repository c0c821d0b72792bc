"""Count how many texts that are drawn hot and held to a form are of that form.

    pip install gdl-text[constraints]
    python tools/benchmarks/constrained_text.py

The shipped model `poems` writes texts at temperature 1.5, a thousand for each form: a date and a sentence as regular
expressions, and a JSON schema with numbers in bounds, choices, a list and an optional part. Every draw counts, as none
is passed over; what checks them is Python's `re` and `json` with the schema's rules written out, and nothing that held
them. The script ends with 1 unless all are valid and a schema with a keyword that cannot be kept to is refused in a
second.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any

from gdl_core.errors import UsageError
from gdl_text import load
from gdl_text.constraints import Constraint

PATTERNS = {
    "date": r"(1[5-9]|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]",
    "words": r"[A-Z][a-z]{1,9}( [a-z]{1,9}){2,5}[.!?]",
}

SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 24},
        "act": {"type": "integer", "minimum": 1, "maximum": 5},
        "kind": {"enum": ["comedy", "tragedy", "history"]},
        "speakers": {"type": "array", "items": {"type": "string", "maxLength": 8}, "minItems": 1, "maxItems": 3},
        "verse": {"type": "boolean"},
    },
    "required": ["title", "act", "kind", "speakers"],
    "additionalProperties": False,
    "x-guidance": {"whitespace_flexible": False},
}

REFUSED = ({"type": "array", "uniqueItems": True}, {"type": "string", "minLenght": 3}, {"not": {"type": "null"}})
"""Schemas with keywords that cannot be kept to, or do not exist."""


def main() -> None:
    """Draw, count and print."""
    arguments = read_arguments()
    pipeline = load(arguments.model, device="cpu")
    forms: dict[str, tuple[Constraint, Callable[[str], bool]]] = {
        f"regular expression ({name})": (
            Constraint.of_regex(pattern),
            lambda text, p=pattern: bool(re.fullmatch(p, text)),
        )
        for name, pattern in PATTERNS.items()
    }
    forms["JSON schema"] = (Constraint.of_schema(json.dumps(SCHEMA)), fits)
    valid = [count(pipeline, name, *form, arguments) for name, form in forms.items()]
    refused = [seconds_to_refuse(schema) for schema in REFUSED]
    print(f"{len(refused)} of {len(REFUSED)} schemas that cannot be kept to refused, the last in {max(refused):.3f} s")
    sys.exit(0 if all(valid) and max(refused) < 1 else 1)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="poems", help="default: %(default)s")
    parser.add_argument("--count", type=int, default=1000, help="of texts for each form (default: %(default)s)")
    parser.add_argument("--temperature", type=float, default=1.5, help="default: %(default)s")
    return parser.parse_args()


def count(
    pipeline: Any, name: str, constraint: Constraint, valid: Callable[[str], bool], arguments: argparse.Namespace
) -> bool:
    """Draw texts of a form, print how many are of it, and tell whether all are."""
    began = time.process_time()
    drawn = pipeline.sample(
        arguments.count, seed=0, raw=True, temperature=arguments.temperature, top_p=1.0,
        follow=constraint.follow(pipeline.representation),
    )  # fmt: skip
    found = sum(text is not None and valid(text) for text in drawn)
    spent = time.process_time() - began
    print(f"{name}: {found} of {len(drawn)} valid, {len(set(drawn))} different, {spent:.0f} CPU-seconds", flush=True)
    print(f"    such as {drawn[0]!r} and {drawn[1]!r}", flush=True)
    return found == len(drawn)


def fits(text: str) -> bool:
    """Tell whether a text is JSON that fits `SCHEMA`."""
    try:
        value = json.loads(text)
    except ValueError:
        return False
    required = {"title", "act", "kind", "speakers"}
    return (
        isinstance(value, dict)
        and required <= value.keys() <= required | {"verse"}
        and isinstance(value["title"], str)
        and 1 <= len(value["title"]) <= 24
        and type(value["act"]) is int
        and 1 <= value["act"] <= 5
        and value["kind"] in ("comedy", "tragedy", "history")
        and isinstance(value["speakers"], list)
        and 1 <= len(value["speakers"]) <= 3
        and all(isinstance(name, str) and len(name) <= 8 for name in value["speakers"])
        and isinstance(value.get("verse", True), bool)
    )


def seconds_to_refuse(schema: dict[str, Any]) -> float:
    """Return how long it takes until a schema is refused."""
    began = time.perf_counter()
    try:
        Constraint.of_schema(json.dumps(schema))
    except UsageError as refusal:
        print(f"refused: {refusal}")
        return time.perf_counter() - began
    raise SystemExit(f"not refused: {schema}")


if __name__ == "__main__":
    main()
