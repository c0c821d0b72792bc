"""What ``gdl image`` adds to the verbs of every domain."""

import typer

from gdl_core.domains import Domain
from gdl_image.evaluating import evaluate
from gdl_image.painting import inpaint


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl image`` its own `evaluate`, and `inpaint`."""
    app.command("evaluate")(evaluate)
    app.command("inpaint")(inpaint)
