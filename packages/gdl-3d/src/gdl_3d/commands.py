"""What ``gdl 3d`` adds to the verbs of every domain."""

import typer

from gdl_3d import checks, evaluating, making
from gdl_core.domains import Domain


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl 3d`` its own `sample` and `evaluate`, and the verbs for single shapes and for files."""
    making.register(app)
    evaluating.register(app)
    checks.register(app)
