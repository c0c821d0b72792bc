"""Hold simple stand-ins for furniture against furniture that is held out: the bars that a model must beat.

    apt-get download sweethome3d-furniture && dpkg -x sweethome3d-furniture_*.deb furniture
    python tools/benchmarks/shape_measures.py furniture/usr/share/sweethome3d/furniture

Samples are 200 pieces of the training part, and the boxes and ellipsoids of their extents; the reference is all that is
held out. Then the Chamfer distance is timed against scipy's KD-tree, and the checks of meshes against trimesh's own
calls, in turn and in CPU time; both must agree. The script ends with 1 when they do not.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import trimesh
from scipy.spatial import cKDTree

from gdl_3d.files import read
from gdl_3d.metrics import Reference, evaluate
from gdl_3d.metrics.distances import chamfer_matrix, earth_mover_matrix
from gdl_3d.render import render
from gdl_3d.shape import Shape
from gdl_3d.soundness import soundness, weld

ROWS = ("chamfer_mmd", "chamfer_cov", "chamfer_1nna", "emd_mmd", "emd_cov", "emd_1nna", "jsd", "solid")


def main() -> None:
    """Print the table of bars and the times."""
    options = arguments()
    train, held_out = furniture(options.folder)
    chosen = np.random.default_rng(options.seed).permutation(len(train))[: options.count]
    real = [train[number] for number in chosen]
    reference = Reference.measure(held_out, points=options.points)
    print(f"{len(train)} shapes to train on, {len(reference)} held out, {options.points} points each")
    clouds = Reference.measure(real, points=options.points).clouds
    part = slice(options.timed)
    agree = [time_chamfer(clouds[part], reference.clouds[part]), time_checks(real)]
    time_earth_mover(clouds[:5])
    time_picture()
    for name, shapes in {"real, training": real, "boxes": boxes(real), "ellipsoids": ellipsoids(real)}.items():
        print_measures(name, evaluate(shapes, reference, points=options.points, earth_mover=options.emd))
    print_near(reference, Reference.measure(train, points=options.points))
    sys.exit(0 if all(agree) else 1)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="where the .sh3f files are")
    parser.add_argument("--count", type=int, default=200, help="samples (default: %(default)s)")
    parser.add_argument("--points", type=int, default=512, help="points for each shape (default: %(default)s)")
    parser.add_argument("--timed", type=int, default=200, help="clouds that are timed (default: %(default)s)")
    parser.add_argument("--emd", action="store_true", help="also the earth mover's distance: takes an hour")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def furniture(folder: str) -> tuple[list[Shape], list[Shape]]:
    """Read what is to train on and what is held out."""
    records = list(read(folder, skipped=lambda skip: print(f"skipped {skip}")))
    return tuple([one.object for one in records if one.properties["split"] == part] for part in ("train", "test"))


def boxes(shapes: Sequence[Shape]) -> list[Shape]:
    """Return a box of the extents of each shape."""
    return [Shape.from_trimesh(trimesh.creation.box(np.maximum(shape.extents, 1e-6))) for shape in shapes]


def ellipsoids(shapes: Sequence[Shape]) -> list[Shape]:
    """Return a ball that is stretched to the extents of each shape."""
    ball = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=3))
    return [Shape(ball.vertices * np.maximum(shape.extents, 1e-6) / 2, ball.faces) for shape in shapes]


def print_measures(name: str, found: dict[str, Any]) -> None:
    """Print the measures of one kind of samples in a line."""
    print(f"{name:<16}" + ", ".join(f"{row} {found[row]:.4f}" for row in ROWS if row in found))


def print_near(reference: Reference, train: Reference) -> None:
    """Print how near what is held out comes to what is to train on: the threshold of `near_train`, and quarters."""
    nearest = chamfer_matrix(reference.clouds, train.clouds).min(1)
    quarters = ", ".join(f"{number:.6f}" for number in np.quantile(nearest, [0.25, 0.5, 0.75]))
    print(f"Chamfer distance of what is held out to the nearest training shape, quarters: {quarters}")


def time_chamfer(left: np.ndarray, right: np.ndarray) -> bool:
    """Compare with KD-trees that are built once for each cloud."""
    times, values = in_turn({"ours": lambda: chamfer_matrix(left, right), "KD-tree": lambda: by_trees(left, right)})
    worst = float(np.abs(values["ours"] - values["KD-tree"]).max())
    print(f"Chamfer of {len(left)}x{len(right)} clouds: {compared(times)}; largest difference {worst:.1e}")
    return worst < 1e-12


def by_trees(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Measure with scipy's KD-tree."""
    rows, columns = [cKDTree(cloud) for cloud in left], [cKDTree(cloud) for cloud in right]
    return np.array(
        [
            [
                np.square(second.query(one)[0]).mean() + np.square(first.query(other)[0]).mean()
                for second, other in zip(columns, right, strict=True)
            ]
            for first, one in zip(rows, left, strict=True)
        ]
    )


def time_checks(shapes: Sequence[Shape]) -> bool:
    """Compare with trimesh's calls, on the shapes as they are."""
    times, values = in_turn(
        {"ours": lambda: [soundness(shape) for shape in shapes], "trimesh": lambda: [by_trimesh(one) for one in shapes]}
    )
    pairs = zip(shapes, values["ours"], values["trimesh"], strict=True)
    other = [shape for shape, one, theirs in pairs if one.watertight != theirs[0]]
    ours = [shape for shape in other if as_it_is(shape) or as_it_is(weld(shape))]
    print(f"checks of {len(shapes)} meshes: {compared(times)}; of one mind on {len(shapes) - len(other)}")
    print(f"  of the others trimesh finds {len(ours)} closed as they are, or welded and without faces of no area")
    return len(ours) == len(other)


def as_it_is(shape: Shape) -> bool:
    """Ask trimesh whether a mesh is closed, with its vertices and faces left alone."""
    return bool(trimesh.Trimesh(shape.vertices, shape.faces, process=False).is_watertight)


def by_trimesh(shape: Shape) -> tuple[bool, float, int]:
    """Ask trimesh the same, with its vertices merged as it does by itself."""
    mesh = trimesh.Trimesh(shape.vertices, shape.faces)
    return bool(mesh.is_watertight and mesh.is_winding_consistent), float(mesh.volume), int(mesh.body_count)


def time_earth_mover(clouds: np.ndarray) -> None:
    """Tell how long an exact matching takes."""
    start = time.process_time()
    earth_mover_matrix(clouds, clouds)
    print(f"earth mover's distance: {(time.process_time() - start) / len(clouds) ** 2 * 1000:.1f} ms a pair")


def time_picture() -> None:
    """Tell how long a picture of 20,000 faces takes."""
    ball = trimesh.creation.icosphere(subdivisions=5)
    start = time.process_time()
    render(np.asarray(ball.vertices), np.asarray(ball.faces), size=512)
    print(f"a picture of 512x512 of {len(ball.faces):,} faces: {time.process_time() - start:.2f} s")


def in_turn(work: dict[str, Callable[[], Any]], rounds: int = 2) -> tuple[dict[str, float], dict[str, Any]]:
    """Do each by turns; return the least CPU seconds and the last results."""
    times, values = dict.fromkeys(work, np.inf), {}
    for _ in range(rounds):
        for name, call in work.items():
            start = time.process_time()
            values[name] = call()
            times[name] = min(times[name], time.process_time() - start)
    return times, values


def compared(times: dict[str, float]) -> str:
    """Write times and their ratio."""
    (ours, own), (rival, other) = times.items()
    return f"{ours} {own:.2f} s, {rival} {other:.2f} s of CPU, ratio {own / other:.2f}"


if __name__ == "__main__":
    main()
