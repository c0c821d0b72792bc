"""``gdl <domain> sample``: draw new objects from a model."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gdl_core.cli.asking import Request, asks
from gdl_core.cli.files import STDIN, check_out, check_written
from gdl_core.cli.model import open_pipeline
from gdl_core.cli.options import Force, Json, OptionalOut, Picture, given
from gdl_core.cli.output import print_json, tell
from gdl_core.cli.progress import counting
from gdl_core.cli.skips import Skips, skips
from gdl_core.domains import Domain
from gdl_core.errors import UsageError
from gdl_core.folders import new_file

if TYPE_CHECKING:
    from gdl_core.pipeline import Pipeline


@dataclass(frozen=True)
class Drawn:
    """What was drawn, and what it takes to draw it again."""

    samples: Any
    seed: int
    model: str

    def facts(self) -> dict[str, Any]:
        """Describe the run as JSON values."""
        return {"model": self.model, "count": len(self.samples), "seed": self.seed}


@asks()
def sample(
    context: typer.Context,
    asked: Request,
    out: OptionalOut = None,
    picture: Picture = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Draw new objects from a model.

    All are valid and no two alike, unless --raw asks for every draw as it came.
    """
    deliver(context.obj, asked, out, picture, force=force, json=json)


def deliver(domain: Domain, asked: Request, out: Path | None, picture: Path | None, *, force: bool, json: bool) -> None:
    """Draw what is asked for, write it and a picture of it, and say what was done."""
    check_written(domain, out)
    check_outputs(out, picture, force=force)
    check_picture(domain, picture)
    drawn = draw(domain, asked)
    with skips(None, keep=json) as skip:
        write(drawn.samples, out, skip, force=force, json=json)
    if picture:
        drawn.samples.draw(picture, force=force)
    finish(drawn, out, json=json, rows=list(map(text_of, drawn.samples)))
    skip.leave()


def check_outputs(out: Path | None, picture: Path | None, *, force: bool) -> None:
    """Refuse, before any work, to write over what is there."""
    check_out(None if is_stdout(out) else out, force=force)
    check_out(picture, force=force)


def check_picture(domain: Domain, picture: Path | None) -> None:
    """Refuse a picture where the domain's samples cannot be drawn, or not as such a file."""
    if picture and not domain.has("collection"):
        raise UsageError(f"{domain.name} draws no pictures; leave --picture out")
    if picture and picture.suffix.lower() not in (".svg", ".png"):
        raise UsageError(f"{picture}: a picture is an .svg or a .png file")


def is_stdout(out: Path | None) -> bool:
    """Say whether results go to stdout."""
    return out is None or str(out) == STDIN


def draw(domain: Domain, asked: Request, *, keep: Iterable[Callable[[Any], bool]] = ()) -> Drawn:
    """Draw what is asked for, with progress on stderr. Without a seed one is chosen, and said."""
    return draw_from(open_pipeline(domain, asked.model, asked.device), asked, keep=keep)


def draw_from(pipeline: "Pipeline", asked: Request, *, keep: Iterable[Callable[[Any], bool]] = ()) -> Drawn:
    """Do what `draw` does, from a model that is open already."""
    seed = secrets.randbits(31) if asked.seed is None else asked.seed
    from gdl_core.conditions import unseen
    from gdl_core.pipeline.search import shard_size

    for line in unseen(pipeline.design.conditions, asked.conditions):
        tell(f"warning: {line}")
    with counting("sampled", shard_size(asked.count, asked.shard)) as progress:
        samples = pipeline.sample(
            asked.count,
            seed=seed,
            raw=asked.raw,
            keep=tuple(keep),
            shard=asked.shard,
            conditions=asked.conditions or None,
            prefix=asked.prefix,
            progress=progress,
            **given(batch_size=asked.batch_size),
            **asked.options,
            **asked.held(pipeline),
        )
    if asked.seed is None:
        tell(f"seed {seed} (--seed {seed} draws the same again)")
    return Drawn(samples, seed, str(asked.model or pipeline.domain.default_model))


def write(samples: Any, out: Path | None, skip: Skips, *, force: bool, json: bool) -> None:
    """Save samples in the way of their domain, or as lines where it has none; to stdout where no place is given.

    What cannot stand in such a file goes to `skip`.
    """
    if is_stdout(out):
        if not json:
            print_lines(samples)
    elif hasattr(samples, "save"):
        samples.save(out, force=force, skipped=skip)
    else:
        assert out is not None
        write_lines(out, map(text_of, samples))


def collected(domain: Domain, objects: Sequence[Any], out: Path | None) -> Any:
    """Return objects as the collection of their domain, where it has one and a file is to be written."""
    return domain.load("collection")(objects) if domain.has("collection") and not is_stdout(out) else objects


def text_of(sample: Any) -> str:
    """Return a sample as text; what is no object is empty."""
    return "" if sample is None else str(sample)


def print_lines(samples: Iterable[Any]) -> None:
    """Print one sample in a line."""
    for sample in samples:
        print(text_of(sample))


def write_lines(out: Path, lines: Iterable[str]) -> None:
    """Write lines to a file that appears whole or not at all."""
    with new_file(out) as draft, draft.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def finish(drawn: Drawn, out: Path | None, *, json: bool, rows: Sequence[Any]) -> None:
    """Say what was done; with `json` as a document, which holds the samples where no file does."""
    if json:
        print_json({**drawn.facts(), **placed(out, rows)})
    elif not is_stdout(out):
        tell(f"wrote {len(drawn.samples):,} samples to {out}")


def placed(out: Path | None, rows: Sequence[Any]) -> dict[str, Any]:
    """Tell where samples are, as JSON values: in a file, or where there is none, here."""
    return {"out": None, "samples": rows} if is_stdout(out) else {"out": str(out)}
