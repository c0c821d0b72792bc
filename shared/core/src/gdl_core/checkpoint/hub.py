"""Fetch a model from the Hugging Face Hub with its own client."""

import re
from pathlib import Path

from gdl_core.checkpoint.writing import FILES
from gdl_core.errors import CheckpointError

NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+(@[\w./-]+)?")
"""``owner/name``, or ``owner/name@revision``."""


def fetch(name: str) -> Path:
    """Return the local folder of a model on the Hub, after downloading it unless the client's cache holds it."""
    import huggingface_hub
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repository, _, revision = name.partition("@")
    try:
        folder = huggingface_hub.snapshot_download(repository, revision=revision or None, allow_patterns=list(FILES))
    except HFValidationError as error:
        raise CheckpointError(f"{name} is neither a folder nor a name on the Hugging Face Hub: {error}") from error
    except (LocalEntryNotFoundError, OSError, HfHubHTTPError) as error:
        reason = str(error).strip().split("\n")[0]
        raise CheckpointError(
            f"{name} is no folder here and cannot be fetched from the Hugging Face Hub ({reason}); "
            "check the name and the connection, or log in if it is private"
        ) from error
    return Path(folder)
