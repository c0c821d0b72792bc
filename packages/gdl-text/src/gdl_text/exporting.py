"""``gdl text export``: write a model as other libraries have it."""

import typer

from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import Force, Model, OutFolder
from gdl_core.cli.output import tell
from gdl_core.domains import Domain


def export(context: typer.Context, out: OutFolder, model: Model = None, force: Force = False) -> None:
    """Write a model as a folder that transformers loads, with its tokenizer.

    For transformers that write from left to right and are told no conditions.
    """
    domain: Domain = context.obj
    pipeline = open_pipeline(domain, model, "cpu")
    from gdl_text.export import export

    tell(f"wrote {export(pipeline, out, replace=force)}; load it with AutoModelForCausalLM and AutoTokenizer")
