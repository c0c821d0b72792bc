"""What ``gdl image`` adds to the verbs of every domain."""

from dataclasses import asdict

import typer

from gdl_core.cli.options import Json
from gdl_core.cli.output import print_facts, print_json
from gdl_core.domains import Domain
from gdl_image.evaluating import evaluate
from gdl_image.painting import inpaint
from gdl_image.sources import SOURCES


def register(app: typer.Typer, domain: Domain) -> None:
    """Give ``gdl image`` its own `evaluate`, and `inpaint` and `data`."""
    app.command("evaluate")(evaluate)
    app.command("inpaint")(inpaint)
    app.command("data")(data)


def data(json: Json = False) -> None:
    """List sets of pictures, and the commands that get them.

    Nothing is downloaded. Any folder of pictures of your own will do as well.
    """
    rows = [asdict(source) for source in SOURCES]
    if json:
        print_json(rows)
        return
    for row in rows:
        print_facts(row)
        print()
