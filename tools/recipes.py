"""Train every recipe for a few minutes on the same molecules and write `docs/recipes.md`.

    python tools/recipes.py --data moses-data/moses/dataset/data --minutes 5

Each recipe is held against its untrained twin, against counting (a back-off model of the last four tokens, fitted to
the same molecules in seconds) and against the baselines of MOSES. Likelihoods are per molecule, so that
representations can be compared; draws are raw. Minutes are of one core's own time, so that what else a machine does
changes nothing. `--only RECIPE` trains one and keeps what is known of the others.
"""

import argparse
import json
import math
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from gdl_core.data import is_dataset
from gdl_core.families import Family, HasLikelihood
from gdl_core.pairing import build
from gdl_core.pipeline import Pipeline, prepare_files, train_from_files
from gdl_core.recipes import Recipe
from gdl_core.spaces import Tokens
from gdl_molecules.chemistry import canonical
from gdl_molecules.domain import DOMAIN
from gdl_molecules.files import Writer, read
from gdl_molecules.metrics import Reference, chemnet
from gdl_molecules.recipes import RECIPES

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "recipes.json"
TRAINED_ON, HELD_OUT, DRAWN, COMPARED = 20_000, 500, 1_000, 5_000
TRIALS = (2, 4, 24)
"""Steps of three trials: the first one warms up, and the others tell by their difference how long a step takes."""


def main() -> None:
    """Train, measure, and write the page."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in arguments.only or [recipe.name for recipe in RECIPES if recipe.representation in ("smiles", "selfies")]:
        recipe = next(recipe for recipe in RECIPES if recipe.name == name)
        results[recipe.name] = measure(recipe, arguments)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    (DOCS / "recipes.md").write_text(page(results))


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.csv.gz and test.csv.gz of MOSES")
    parser.add_argument("--work", type=Path, default=Path("runs/recipes"), help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=5.0, help="of training for each (default: %(default)s)")
    parser.add_argument("--only", nargs="*", choices=[recipe.name for recipe in RECIPES])
    return parser.parse_args()


def measure(recipe: Recipe, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train one recipe and say what it reached."""
    print(f"-- {recipe.name}", flush=True)
    work: Path = arguments.work / recipe.name
    file = first_molecules(arguments.data / "train.csv.gz", TRAINED_ON, arguments.work / "train.smi")
    data = prepared(recipe, file, arguments.work)
    options = {"steps": steps_in(recipe, data, 60 * arguments.minutes), "evaluate_every": 500, "device": "cpu"}
    began = time.process_time()
    trained = train_from_files(DOMAIN, [data], work, recipe=recipe.name, options=options, replace=True)
    seconds = time.process_time() - began
    pipeline = Pipeline.from_pretrained(work, DOMAIN)
    twin = Pipeline(DOMAIN, pipeline.representation, build(pipeline.design, seed=1), pipeline.design)
    return {
        "parameters": sum(parameter.numel() for parameter in pipeline.model.parameters()),
        "space": pipeline.design.space.to_config(),
        "minutes": round(seconds / 60, 1),
        "epochs": round(trained.epochs, 1),
        **likelihoods(pipeline, twin, file, arguments.data / "test.csv.gz"),
        **quality(pipeline, arguments, picture=recipe.name),
        **{f"untrained_{name}": value for name, value in quality(twin, arguments).items()},
    }


def prepared(recipe: Recipe, file: Path, work: Path) -> Path:
    """Encode the molecules as a recipe wants them, once for all recipes that want the same."""
    place = work / f"{recipe.representation}-data"
    if not is_dataset(place):
        prepare_files(DOMAIN, [file], place, representation=recipe.representation)
    return place


def steps_in(recipe: Recipe, data: Path, seconds: float) -> int:
    """Return how many steps of a recipe fit into so many seconds of one core, by short trials."""
    spent = []
    for steps in TRIALS:
        with tempfile.TemporaryDirectory() as home:
            began = time.process_time()
            options = {"steps": steps, "device": "cpu", "validation_share": 0.0}
            train_from_files(DOMAIN, [data], Path(home) / "run", recipe=recipe.name, options=options)
            spent.append(time.process_time() - began)
    return max(1, int(seconds * (TRIALS[2] - TRIALS[1]) / (spent[2] - spent[1])))


def likelihoods(pipeline: Pipeline, twin: Pipeline, file: Path, test: Path) -> dict[str, Any]:
    """Return what held-out molecules cost in nats: under the model, its twin and counting."""
    if not isinstance(pipeline.model, HasLikelihood):
        return {}
    held_out = encoded(pipeline, smiles_of(test, HELD_OUT))
    nats, kind = mean_nats(pipeline.model, held_out)
    counted = counted_nats(encoded(pipeline, smiles_of(file, TRAINED_ON)), held_out, pipeline.design.space)
    return {
        "nats": nats,
        "nats_kind": kind,
        "untrained_nats": mean_nats(twin.model, held_out)[0],
        "counted_nats": counted,
    }


def quality(pipeline: Pipeline, arguments: argparse.Namespace, *, picture: str | None = None) -> dict[str, Any]:
    """Draw from a model; return the share of valid draws, of different ones among these, and their distance to data."""
    draws = pipeline.sample(DRAWN, seed=0, raw=True)
    if picture:
        draws[:12].draw(DOCS / "pictures" / f"{picture}.svg", force=True)
    found = [canonical(smiles) for smiles, valid in zip(draws.smiles, draws.valid, strict=True) if valid]
    seen, reference = chemnet.gaussian(found), reference_of(arguments.data / "test.csv.gz", arguments.work).gaussian
    return {
        "valid": len(found) / DRAWN,
        "unique": len(set(found)) / max(1, len(found)),
        "fcd": seen.distance(reference) if seen and reference else None,
    }


def reference_of(source: Path, work: Path) -> Reference:
    """Measure the first molecules of the test set, once."""
    place = work / "reference.npz"
    if not place.exists():
        Reference.measure(smiles_of(source, COMPARED)).save(place)
    return Reference.load(place)


def first_molecules(source: Path, count: int, place: Path) -> Path:
    """Write the first molecules of a file into a small one."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with Writer(place, columns=["smiles"]) as writer:
            for smiles in smiles_of(source, count):
                writer.write({"smiles": smiles})
    return place


def smiles_of(source: Path, count: int) -> list[str]:
    """Read the first molecules of a file."""
    return [record.object for record in islice(read(source), count)]


def encoded(pipeline: Pipeline, smiles: Sequence[str]) -> list[torch.Tensor]:
    """Encode molecules; those that the representation refuses are left out."""
    return [one for one in pipeline.representation.encode_many(smiles) if isinstance(one, torch.Tensor)]


@torch.no_grad()
def mean_nats(model: Family, sequences: Sequence[torch.Tensor]) -> tuple[float, str]:
    """Return the mean negative log-likelihood of a molecule, and what it is worth."""
    assert isinstance(model, HasLikelihood)
    model.eval()
    batches = [sequences[start : start + 200] for start in range(0, len(sequences), 200)]
    found = [model.log_prob(model.space.collate(batch)) for batch in batches]
    return -torch.cat([one.values for one in found]).mean().item(), found[0].kind


def counted_nats(
    known: Iterable[torch.Tensor], held_out: Sequence[torch.Tensor], space: Tokens, order: int = 4
) -> float:
    """Return the mean negative log-likelihood under counts, by the smoothing of Witten and Bell (1991)."""
    end = space.vocabulary_size
    counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for sequence in known:
        tokens = [*sequence.tolist(), end]
        for place, token in enumerate(tokens):
            for length in range(min(order, place) + 1):
                counts[tuple(tokens[place - length : place])][token] += 1

    def probability(token: int, context: tuple[int, ...]) -> float:
        lower = probability(token, context[1:]) if context else 1 / (end + 1)
        seen = counts.get(context)
        if not seen:
            return lower
        total, kinds = seen.total(), len(seen)
        return (seen[token] + kinds * lower) / (total + kinds)

    total = 0.0
    for sequence in held_out:
        tokens = [*sequence.tolist(), end]
        for place, token in enumerate(tokens):
            total -= math.log(probability(token, tuple(tokens[max(0, place - order) : place])))
    return total / len(held_out)


def page(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the page."""
    rows, pictures = [], []
    for recipe in RECIPES:
        if (found := results.get(recipe.name)) is None:
            continue
        rows.append(row(recipe, found))
        pictures.append(f"## {recipe.name}\n\n{recipe.summary}\n\n![Twelve draws](pictures/{recipe.name}.svg)\n")
    return PAGE.format(
        rows="\n".join(rows), pictures="\n".join(pictures), count=TRAINED_ON, held_out=HELD_OUT, drawn=DRAWN,
        compared=COMPARED,
    )  # fmt: skip


def row(recipe: Recipe, found: Mapping[str, Any]) -> str:
    """Write the row of a recipe; where it has no such measure, a dash."""
    variant = f", {recipe.variant}" if recipe.variant else ""
    cores = f" on {found['threads']} cores" if "threads" in found else ""
    bound = "≤ " if found.get("nats_kind") == "lower_bound" else ""
    cells = [
        f"`{recipe.name}`",
        recipe.paper,
        f"{recipe.family}{variant} on {found['space']['kind']} ({recipe.representation})",
        f"{found['parameters']:,}",
        f"{found['minutes']:g} min{cores}, {found['epochs']:g} epochs",
        *(mark + figure(found.get(name), 2) for mark, name in ((bound, "nats"), (bound, "untrained_nats"))),
        figure(found.get("counted_nats"), 2),
        *(
            f"{figure(found.get(name), places)} ({figure(found.get(f'untrained_{name}'), places)})"
            for name, places in (("valid", 3), ("unique", 3), ("fcd", 2))
        ),
    ]
    return f"| {' | '.join(cells)} |"


def figure(value: float | None, places: int) -> str:
    """Write a number, or a dash where there is none."""
    return "–" if value is None else f"{value:.{places}f}"


PAGE = """# Recipes

What each named system reaches here after a few minutes; `tools/recipes.py` writes this page. Data: the first {count:,}
molecules of MOSES's training set; hardware: one core of a shared CPU, whose own minutes are counted. Nats are those of
a molecule, the mean over the first {held_out:,} of the test set: lower is better, ≤ marks an upper bound. Beside them
stand the untrained twin and a back-off model of token counts (order 5, Witten and Bell 1991). Rows on two cores are
older: their minutes are by the clock, and their nats the mean over 2,000 molecules.

`valid` is the share of {drawn:,} raw draws that RDKit reads, `unique` the share of different ones among these, `FCD`
the Fréchet ChemNet distance of these to the first {compared:,} molecules of the test set; the untrained twin in
brackets. FCD falls as samples are added, so these few make it larger than the figures that papers print. MOSES prints
4.24 for 30,000 molecules that were put together at random of the fragments of its whole training set, its strongest
baseline without a network (Polykovskiy et al. 2020, arXiv:1811.12823).

A few minutes are the beginning of a training, and large networks lose to counting there; what `smiles-gpt` becomes
after 80 minutes on the whole set is the shipped model `moses`, on the page of [benchmarks](benchmarks.md).
The autoencoders count the divergence at little of its worth, so that codes are faithful, and their bounds are weak.

| recipe | paper | model | parameters | training | nats | untrained | counting | valid | unique | FCD |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

{pictures}"""


if __name__ == "__main__":
    main()
