"""What ``gdl 3d`` adds to the verbs of every domain."""

import typer

from gdl_3d import checks, making
from gdl_core.domains import Domain


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl 3d`` its own `sample`, and the verbs for single shapes and for files."""
    making.register(app)
    checks.register(app)
