"""What ``gdl 3d`` adds to the verbs of every domain."""

import typer

from gdl_3d import checks, evaluating
from gdl_core.domains import Domain


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl 3d`` its own `evaluate`, and the verbs for single shapes."""
    evaluating.register(app)
    checks.register(app)
