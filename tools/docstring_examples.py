"""Let the documentation show `Example:` sections as code. Loaded by mkdocstrings, see mkdocs.yml."""

import re
from typing import Any

import griffe

HEADING = re.compile(r"^Examples?:$", re.MULTILINE)


class DocstringExamples(griffe.Extension):  # type: ignore[misc]
    """Call a docstring's `Example:` what the parser calls it, so that its `>>>` lines become a session."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring:
            obj.docstring.value = HEADING.sub("Examples:", obj.docstring.value)
