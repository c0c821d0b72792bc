"""Train every recipe for a few minutes on the same molecules and write `docs/recipes.md`.

    python tools/recipes.py --data moses-data/moses/dataset/data --minutes 3

Each recipe is held against its untrained twin and against counting: a back-off model of the last four tokens, fitted
to the same molecules in seconds. Likelihoods are exact and per molecule, so that representations can be compared;
draws are raw. `--only RECIPE` trains one and keeps what is known of the others.
"""

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from gdl_core.families import Family
from gdl_core.pairing import build
from gdl_core.pipeline import Pipeline, train_from_files
from gdl_core.recipes import Recipe
from gdl_core.spaces import Tokens
from gdl_molecules.domain import DOMAIN
from gdl_molecules.files import Writer, read
from gdl_molecules.recipes import RECIPES

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "recipes.json"
TRAINED_ON, HELD_OUT, DRAWN = 20_000, 2_000, 1_000


def main() -> None:
    """Train, measure, and write the page."""
    arguments = read_arguments()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for recipe in RECIPES:
        if arguments.only in (None, recipe.name):
            results[recipe.name] = measure(recipe, arguments)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    (DOCS / "recipes.md").write_text(page(results))


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with train.csv.gz and test.csv.gz of MOSES")
    parser.add_argument("--work", type=Path, default=Path("runs/recipes"), help="default: %(default)s")
    parser.add_argument("--minutes", type=float, default=3.0, help="of training for each (default: %(default)s)")
    parser.add_argument("--only", choices=[recipe.name for recipe in RECIPES])
    return parser.parse_args()


def measure(recipe: Recipe, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train one recipe and say what it reached."""
    print(f"-- {recipe.name}", flush=True)
    work: Path = arguments.work / recipe.name
    file = first_molecules(arguments.data / "train.csv.gz", TRAINED_ON, arguments.work / "train.smi")
    options = {"time": 60 * arguments.minutes, "evaluate_every": 200, "device": "cpu"}
    trained = train_from_files(DOMAIN, [file], work, recipe=recipe.name, options=options, replace=True)
    pipeline = Pipeline.from_pretrained(work, DOMAIN)
    twin = build(pipeline.design, seed=1)
    sequences = [encoded(pipeline, smiles) for smiles in smiles_of(arguments.data / "test.csv.gz", HELD_OUT)]
    held_out = [sequence for sequence in sequences if sequence is not None]
    known = [encoded(pipeline, smiles) for smiles in smiles_of(file, TRAINED_ON)]
    draws = pipeline.sample(DRAWN, seed=0, raw=True)
    draws[:12].draw(DOCS / "pictures" / f"{recipe.name}.svg", force=True)
    return {
        "parameters": sum(parameter.numel() for parameter in pipeline.model.parameters()),
        "space": pipeline.design.space.to_config(),
        "minutes": round(trained.elapsed / 60, 1),
        "epochs": round(trained.epochs, 1),
        "threads": torch.get_num_threads(),
        "nats": mean_nats(pipeline.model, held_out),
        "untrained_nats": mean_nats(twin, held_out),
        "counted_nats": counted_nats([s for s in known if s is not None], held_out, pipeline.design.space),
        "valid": sum(draws.valid) / DRAWN,
        "untrained_valid": valid_share(Pipeline(DOMAIN, pipeline.representation, twin, pipeline.design)),
    }


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


def encoded(pipeline: Pipeline, smiles: str) -> torch.Tensor | None:
    """Encode a molecule; None where the representation refuses it."""
    return next(
        (one if isinstance(one, torch.Tensor) else None) for one in pipeline.representation.encode_many([smiles])
    )


@torch.no_grad()
def mean_nats(model: Family, sequences: Sequence[torch.Tensor]) -> float:
    """Return the mean negative log-likelihood of a molecule."""
    model.eval()
    batches = [sequences[start : start + 200] for start in range(0, len(sequences), 200)]
    losses = torch.cat([model.loss(model.space.collate(batch)) for batch in batches])
    return losses.mean().item()


def valid_share(pipeline: Pipeline) -> float:
    """Return the share of raw draws that are molecules."""
    return sum(pipeline.sample(DRAWN, seed=0, raw=True).valid) / DRAWN


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


def page(results: dict[str, dict[str, Any]]) -> str:
    """Write the page."""
    rows, pictures = [], []
    for recipe in RECIPES:
        if (found := results.get(recipe.name)) is None:
            continue
        rows.append(
            f"| `{recipe.name}` | {recipe.paper} "
            f"| {recipe.family} on {found['space']['kind']} ({recipe.representation}) "
            f"| {found['parameters']:,} | {found['minutes']:g} min, {found['epochs']:g} epochs "
            f"| {found['nats']:.2f} | {found['untrained_nats']:.2f} | {found['counted_nats']:.2f} "
            f"| {found['valid']:.3f} | {found['untrained_valid']:.3f} |"
        )
        pictures.append(f"## {recipe.name}\n\n{recipe.summary}\n\n![Twelve draws](pictures/{recipe.name}.svg)\n")
    threads = max(found["threads"] for found in results.values())
    return PAGE.format(rows="\n".join(rows), pictures="\n".join(pictures), threads=threads, count=TRAINED_ON)


PAGE = """# Recipes

What each named system reaches here after a few minutes; `tools/recipes.py` writes this page. Data: the first {count:,}
molecules of MOSES's training set; hardware: {threads} CPU cores. The likelihood is exact, in nats per molecule, of
the first 2,000 of its test set: lower is better. Beside it stand the untrained twin and a back-off model of token
counts (order 5, Witten and Bell 1991). `valid` is the share of 1,000 raw draws that RDKit reads. A few minutes are the
beginning of a training, and large networks lose to counting there; what `smiles-gpt` becomes after 80 minutes on the
whole set is the shipped model `moses`, on the page of [benchmarks](benchmarks.md).

| recipe | paper | model | parameters | training | nats per molecule | untrained | counting | valid | untrained |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

{pictures}"""


if __name__ == "__main__":
    main()
