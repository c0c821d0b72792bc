"""``gdl text infill``: fill the gaps of a text, from both sides."""

import secrets
from typing import Annotated

import typer

from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import Count, Device, FamilyOptions, Force, Json, Model, OptionalOut, Seed, family_options
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.sample import check_outputs, is_stdout, placed
from gdl_core.cli.skips import skips
from gdl_core.domains import Domain


def infill(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A text with gaps: three or more underscores, one for each token.")],
    gap: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many tokens each gap has (default: its underscores), or at most has (default: what fits)."
        ),
    ] = None,
    count: Count = 1,
    model: Model = None,
    out: OptionalOut = None,
    seed: Seed = None,
    option: FamilyOptions = None,
    device: Device = "auto",
    force: Force = False,
    json: Json = False,
) -> None:
    """Fill the gaps of a text, and keep the rest as it is.

    For families that see both sides of a gap, such as masked diffusion. With a model of characters, each underscore
    becomes one character. A model that writes from left to right, trained with the representation option infill=true,
    fills one gap, of any length up to --gap.
    """
    domain: Domain = context.obj
    check_outputs(out, None, force=force)
    chosen = secrets.randbits(31) if seed is None else seed
    pipeline = open_pipeline(domain, model, device)
    from gdl_text.gaps import fill
    from gdl_text.spelling import readable
    from gdl_text.texts import Texts

    found = Texts(fill(pipeline, text, count=count, gap=gap, seed=chosen, **family_options(option)))
    with skips(None, keep=json) as skip:
        if not is_stdout(out) or not json:
            found.save("-" if out is None else out, force=force, skipped=skip)
    if json:
        print_json({"count": len(found), "seed": chosen, **placed(out, [readable(one or "") for one in found])})
    if seed is None:
        tell(f"seed {chosen} (--seed {chosen} draws the same again)")
    skip.leave()
