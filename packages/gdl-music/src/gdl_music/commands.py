"""What ``gdl music`` adds to the verbs of every domain."""

import typer

from gdl_core.domains import Domain
from gdl_music.evaluating import evaluate
from gdl_music.preparing import cut, render
from gdl_music.writing import harmonize, infill, proceed, sample


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl music`` its own `sample` and `evaluate`, and `continue`, `infill`, `harmonize`, `cut` and `render`."""
    app.command("sample")(sample)
    app.command("evaluate")(evaluate)
    app.command("continue")(proceed)
    app.command("infill")(infill)
    app.command("harmonize")(harmonize)
    app.command("cut")(cut)
    app.command("render")(render)
