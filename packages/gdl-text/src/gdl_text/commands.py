"""What ``gdl text`` adds to the verbs of every domain, or has of its own."""

import typer

from gdl_core.domains import Domain
from gdl_text.evaluating import evaluate
from gdl_text.exporting import export
from gdl_text.infilling import infill
from gdl_text.sampling import sample
from gdl_text.scoring import score
from gdl_text.writing import write


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl text`` its own `sample`, `score` and `evaluate`, and `write`, `infill` and `export`."""
    for verb in (sample, score, evaluate, write, infill, export):
        app.command(verb.__name__)(verb)
