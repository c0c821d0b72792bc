"""Train every recipe for a few minutes on the same molecules and write `docs/recipes.md`.

    python tools/train/qm9.py --model digress --data qm9/qm9pack/data --work runs/qm9 --only split
    python tools/recipes.py --moses moses-data/moses/dataset/data --qm9 runs/qm9 --minutes 5

Recipes that write tokens learn MOSES, those that make graphs learn QM9. Each is held against its untrained twin and
against baselines without a network: counting (a back-off model of the last four tokens, fitted to the same molecules in
seconds), atoms and bonds drawn one by one, and the combinatorial generator of MOSES. Likelihoods are per molecule, so
that representations can be compared; draws are raw. Minutes are of one core's own time, so that what else a machine
does changes nothing. `--only RECIPE` trains one and keeps what is known of the others.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from baselines import Independent, counted_nats
from recipe_data import HELD_OUT, MOSES, QM9, Data, data_of, smiles_of
from recipe_page import INDEPENDENT, page

from gdl_core.families import Family, HasLikelihood
from gdl_core.pairing import build
from gdl_core.pipeline import Pipeline, train_from_files
from gdl_core.recipes import Recipe
from gdl_core.spaces import Sample
from gdl_molecules.chemistry import canonical
from gdl_molecules.domain import DOMAIN
from gdl_molecules.metrics import Reference, chemnet
from gdl_molecules.molecules import Molecules
from gdl_molecules.recipes import RECIPES

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "recipes.json"
DRAWN = 1_000
TRIALS = (2, 4, 24)
"""Steps of three trials: the first one warms up, and the others tell by their difference how long a step takes."""


def main() -> None:
    """Train, measure, and write the page."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for recipe in RECIPES:
        if data_of(recipe).folder(arguments) and recipe.name in (arguments.only or [recipe.name]):
            print(f"-- {recipe.name}", flush=True)
            results[recipe.name] = measure(recipe, arguments)
            if data_of(recipe) is QM9 and INDEPENDENT not in results:
                results[INDEPENDENT] = independent(arguments.work / recipe.name, arguments)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    (DOCS / "recipes.md").write_text(page(results, drawn=DRAWN))


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moses", type=Path, help="folder with train.csv.gz and test.csv.gz; else no tokens")
    parser.add_argument("--qm9", type=Path, help="folder with train.smi and test.smi; else no graphs")
    parser.add_argument("--work", type=Path, default=Path("runs/recipes"), help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=5.0, help="of training for each (default: %(default)s)")
    parser.add_argument("--only", nargs="*", choices=[recipe.name for recipe in RECIPES])
    return parser.parse_args()


def measure(recipe: Recipe, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train one recipe and say what it reached."""
    data, work = data_of(recipe), arguments.work / recipe.name
    prepared = data.prepared(recipe, arguments)
    options = {"steps": steps_in(recipe, prepared, 60 * arguments.minutes), "evaluate_every": 500, "device": "cpu"}
    began = time.process_time()
    trained = train_from_files(DOMAIN, [prepared], work, recipe=recipe.name, options=options, replace=True)
    seconds = time.process_time() - began
    pipeline = Pipeline.from_pretrained(work, DOMAIN)
    twin = Pipeline(DOMAIN, pipeline.representation, build(pipeline.design, seed=1), pipeline.design)
    draws = pipeline.sample(DRAWN, seed=0, raw=True)
    draws[:12].draw(DOCS / "pictures" / f"{recipe.name}.svg", force=True)
    untrained = quality(twin.sample(DRAWN, seed=0, raw=True), data.reference(arguments))
    return {
        "parameters": sum(parameter.numel() for parameter in pipeline.model.parameters()),
        "space": pipeline.design.space.to_config(),
        "minutes": round(seconds / 60, 1),
        "epochs": round(trained.epochs, 1),
        **likelihoods(pipeline, twin, data, arguments),
        **quality(draws, data.reference(arguments)),
        **{f"untrained_{name}": value for name, value in untrained.items()},
    }


def independent(run: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Say what atoms and bonds reach that are drawn one by one, in the kinds of a run's representation."""
    pipeline = Pipeline.from_pretrained(run, DOMAIN)
    baseline = Independent(
        encoded(pipeline, smiles_of(QM9.molecules(arguments), QM9.count)), pipeline.representation.space
    )
    draws = Molecules(pipeline.representation.decode(graph) for graph in baseline.sample(DRAWN, seed=0))
    nats = baseline.nats(encoded(pipeline, QM9.held_out(arguments, HELD_OUT)))
    return {"nats": nats, **quality(draws, QM9.reference(arguments))}


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


def likelihoods(pipeline: Pipeline, twin: Pipeline, data: Data, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what held-out molecules cost in nats: under the model, its twin and, where they are tokens, counting."""
    if not isinstance(pipeline.model, HasLikelihood):
        return {}
    held_out = encoded(pipeline, data.held_out(arguments, HELD_OUT))
    nats, kind = mean_nats(pipeline.model, held_out)
    found = {"nats": nats, "nats_kind": kind, "untrained_nats": mean_nats(twin.model, held_out)[0]}
    if data is MOSES:
        known = encoded(pipeline, smiles_of(data.molecules(arguments), data.count))
        found["counted_nats"] = counted_nats(known, held_out, pipeline.design.space)
    return found


def quality(draws: Molecules, reference: Reference) -> dict[str, Any]:
    """Return the share of valid draws, of different ones among these, and their distance to data."""
    found = [canonical(smiles) for smiles, valid in zip(draws.smiles, draws.valid, strict=True) if valid]
    seen, known = chemnet.gaussian(found), reference.gaussian
    return {
        "valid": len(found) / len(draws),
        "unique": len(set(found)) / max(1, len(found)),
        "fcd": seen.distance(known) if seen and known else None,
    }


def encoded(pipeline: Pipeline, smiles: Sequence[str]) -> list[Any]:
    """Encode molecules; those that the representation refuses are left out."""
    return [one for one in pipeline.representation.encode_many(smiles) if not isinstance(one, Exception)]


@torch.no_grad()
def mean_nats(model: Family, samples: Sequence[Sample]) -> tuple[float, str]:
    """Return the mean negative log-likelihood of a molecule, and what it is worth."""
    assert isinstance(model, HasLikelihood)
    model.eval()
    batches = [samples[start : start + 200] for start in range(0, len(samples), 200)]
    found = [model.log_prob(model.space.collate(batch)) for batch in batches]
    return -torch.cat([one.values for one in found]).mean().item(), found[0].kind


if __name__ == "__main__":
    main()
