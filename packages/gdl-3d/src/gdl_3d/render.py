"""Pictures of meshes and point clouds, drawn by a z-buffer in numpy: no display, graphics card or OpenGL."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Faces = NDArray[np.int64]
Picture = NDArray[np.uint8]

AZIMUTH, ELEVATION = 35.0, 22.0
"""From where a shape is seen unless told otherwise, in degrees: to the right of its front, and from above."""

COLOUR = (0.45, 0.62, 0.80)
PAPER = (1.0, 1.0, 1.0)

FINER = 2
"""Pixels are drawn so many times finer along each axis, and averaged."""

_DISTANCE = 5.0  # of the eye, in radii of the shape
_CREASE = 0.7  # cosine; where faces meet more sharply, the edge is seen
_BALL = 0.011  # radius of a point, in widths of the picture
_AT_ONCE = 1 << 18  # pixels looked at together
_EDGE = 1e-9  # of a face: what lies on the edge of two is in both
_MOST = 1 << 28  # pixels looked at in all; where faces cover more, the picture is drawn coarser and enlarged
_LIGHTS = (((-0.45, 0.75, 0.60), 0.62), ((0.70, 0.10, 0.70), 0.34))


def render(
    vertices: Floats,
    faces: Faces | None = None,
    *,
    size: int = 512,
    azimuth: float = AZIMUTH,
    elevation: float = ELEVATION,
    colour: tuple[float, float, float] = COLOUR,
) -> Picture:
    """Draw a mesh, or without faces a cloud of points, on white; +Y is up, and the whole shape fits in.

    Both sides of a face are seen. The same shape gives the same picture.

    Shapes: (vertices, 3), (faces, 3) -> (size, size, 3), bytes.

    Example:
        >>> picture = render(np.eye(3), np.array([[0, 1, 2]]), size=32)
        >>> picture.shape, bool((picture[0, 0] == 255).all()), bool((picture[16, 16] < 255).any())
        ((32, 32, 3), True, True)
    """
    fine = size * FINER
    seen = turned_to_eye(vertices, azimuth, elevation)
    if faces is None:
        shown, normals = _draw_points(_on_screen(seen, fine), fine)
    else:
        while fine > 64 and _Boxes.around(_on_screen(seen, fine)[faces], fine).sizes.sum() > _MOST:
            fine //= 2
        shown, normals = _draw_faces(seen, _on_screen(seen, fine), faces, fine)
    return picture_of(shown, normals, size, colour, fine=fine)


def turntable(
    vertices: Floats, faces: Faces | None = None, *, frames: int = 24, size: int = 256, elevation: float = ELEVATION
) -> list[Picture]:
    """Draw a shape from all sides, once around."""
    turns = (AZIMUTH + 360 * frame / frames for frame in range(frames))
    return [render(vertices, faces, size=size, azimuth=turn, elevation=elevation) for turn in turns]


def turned_to_eye(vertices: Floats, azimuth: float, elevation: float) -> Floats:
    """Turn a shape to the eye, with its box in the middle and radius 1: x to the right, y up, z towards the eye."""
    if not len(vertices):
        return np.zeros((0, 3))
    middle = vertices - (vertices.min(0) + vertices.max(0)) / 2
    a, e = np.radians(azimuth), np.radians(elevation)
    around = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    down = np.array([[1, 0, 0], [0, np.cos(e), -np.sin(e)], [0, np.sin(e), np.cos(e)]])
    return middle @ (down @ around).T / max(np.linalg.norm(middle, axis=1).max(), 1e-300)


def eye_and_rays(size: int) -> Floats:
    """Return where the eye is and where it looks through each fine pixel, row by row. Shapes: -> (pixels, 6)."""
    fine = size * FINER
    up, across = np.divmod(np.arange(fine * fine), fine)
    middle = np.stack([across + 0.5 - fine / 2, fine / 2 - up - 0.5], 1) / _scale(fine)
    ends = np.concatenate([middle, np.full((len(middle), 1), -_DISTANCE)], 1)
    return np.concatenate([np.tile([0, 0, _DISTANCE], (len(ends), 1)), ends], 1)


def picture_of(
    pixels: Faces, normals: Floats, size: int, colour: tuple[float, float, float], *, fine: int | None = None
) -> Picture:
    """Light the fine pixels in which something is seen, by the normals there; all others are white.

    Shapes: (shown,), (shown, 3) -> (size, size, 3), bytes.
    """
    across = size * FINER if fine is None else fine
    image = np.tile(np.array(PAPER), (across * across, 1))
    image[pixels] = _shaded(normals, colour)
    return _averaged(image.reshape(across, across, 3), size)


def _scale(size: int) -> float:
    """Return how many pixels a length of 1 in the middle of the shape takes."""
    return float(0.94 * size / 2 * np.sqrt(1 - 1 / _DISTANCE**2))


def _on_screen(seen: Floats, size: int) -> Floats:
    """Project to pixels; depth, which is larger for what is nearer, is bent so that faces stay flat."""
    nearer = seen / (1 - seen[:, 2:] / _DISTANCE)
    half, scale = size / 2, _scale(size)
    return np.stack([half + scale * nearer[:, 0], half - scale * nearer[:, 1], nearer[:, 2]], 1)


@dataclass(frozen=True)
class _Boxes:
    """The pixels around things on the screen. Shapes: (things, 2), (things, 2)."""

    low: Faces
    high: Faces

    @classmethod
    def around(cls, corners: Floats, size: int) -> "_Boxes":
        """Shapes: (things, corners, 2 or more)."""
        low = np.floor(corners[..., :2].min(1)).astype(np.int64).clip(0, size)
        high = np.ceil(corners[..., :2].max(1)).astype(np.int64).clip(0, size)
        return cls(low, high)

    @property
    def sizes(self) -> Faces:
        return (self.high - self.low).prod(1)

    def pixels(self) -> Iterator[tuple[Faces, Faces, Faces]]:
        """Yield things and their pixels: number of the thing, column, row."""
        sizes, widths = self.sizes, self.high[:, 0] - self.low[:, 0]
        ends = np.cumsum(sizes)
        start = 0
        while start < len(sizes):
            done = ends[start - 1] if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
            things = np.repeat(np.arange(start, stop), sizes[start:stop])
            place = np.arange(len(things)) + done - (ends - sizes)[things]
            row, column = np.divmod(place, widths[things])
            yield things, column + self.low[things, 0], row + self.low[things, 1]
            start = stop


class _Buffer:
    """For each pixel the thing that is nearest to the eye."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.keys = np.zeros(size * size, dtype=np.uint64)

    def put(self, things: Faces, columns: Faces, rows: Faces, depths: Floats) -> None:
        level = ((depths / _DISTANCE + 1) * (1 << 30)).clip(1, (1 << 32) - 1).astype(np.uint64)
        np.maximum.at(self.keys, rows * self.size + columns, level << np.uint64(32) | things.astype(np.uint64))

    def shown(self) -> tuple[Faces, Faces]:
        """Return the pixels in which something is seen, and what."""
        pixels = np.flatnonzero(self.keys)
        return pixels, (self.keys[pixels] & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _draw_faces(seen: Floats, places: Floats, faces: Faces, size: int) -> tuple[Faces, Floats]:
    """Return the pixels in which faces are seen, and the normals there."""
    corners = places[faces]
    planes = _planes(corners)
    buffer = _Buffer(size)
    for things, columns, rows in _Boxes.around(corners, size).pixels():
        second, third = _shares(planes[things], columns, rows)
        inside = np.flatnonzero((second >= -_EDGE) & (third >= -_EDGE) & (second + third <= 1 + _EDGE))
        things, second, third = things[inside], second[inside], third[inside]
        first_depth, second_depth, third_depth = corners[things, :, 2].T
        depths = first_depth + second * (second_depth - first_depth) + third * (third_depth - first_depth)
        buffer.put(things, columns[inside], rows[inside], depths)
    pixels, shown = buffer.shown()
    second, third = _shares(planes[shown], pixels % size, pixels // size)
    normals = smooth_normals(seen, faces)[shown]
    return pixels, np.einsum("ji,ijk->ik", np.stack([1 - second - third, second, third]), normals)


def _planes(corners: Floats) -> Floats:
    """Return, for the shares of the second and the third corner, the constant and the slopes along x and y.

    Shapes: (faces, 3, 3) -> (faces, 6). A face that is seen from its edge gets not-a-number, which is in no pixel.
    """
    (ax, ay), (bx, by), (cx, cy) = (corners[:, corner, :2].T for corner in range(3))
    with np.errstate(divide="ignore", invalid="ignore"):
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        second = np.stack([ay * (cx - ax) - ax * (cy - ay), cy - ay, ax - cx]) / area
        third = np.stack([ax * (by - ay) - ay * (bx - ax), ay - by, bx - ax]) / area
    return np.ascontiguousarray(np.concatenate([second, third]).T)


def _shares(planes: Floats, columns: Faces, rows: Faces) -> tuple[Floats, Floats]:
    """Return how much of the second and the third corner is in the middle of a pixel. Shapes: (n, 6), (n,), (n,)."""
    x, y = columns + 0.5, rows + 0.5
    with np.errstate(invalid="ignore"):
        return (
            planes[:, 0] + planes[:, 1] * x + planes[:, 2] * y,
            planes[:, 3] + planes[:, 4] * x + planes[:, 5] * y,
        )


def smooth_normals(seen: Floats, faces: Faces) -> Floats:
    """Return a unit normal for each corner of each face: smooth, but for sharp edges. Shapes: -> (faces, 3, 3)."""
    first, second, third = seen[faces].transpose(1, 0, 2)
    flat = np.cross(second - first, third - first)
    sums = [np.bincount(faces.ravel(), np.repeat(flat[:, axis], 3), len(seen)) for axis in range(3)]
    sharp, smooth = _unit(flat)[:, None, :], _unit(np.stack(sums, 1))[faces]
    return np.asarray(np.where((sharp * smooth).sum(-1, keepdims=True) > _CREASE, smooth, sharp))


def _draw_points(places: Floats, size: int) -> tuple[Faces, Floats]:
    """Draw each point as a small ball; return the pixels in which they are seen, and the normals there."""
    radius = max(_BALL * size, 1.0)
    buffer = _Buffer(size)
    ends = np.stack([places[:, :2] - radius, places[:, :2] + radius], 1)
    for things, columns, rows in _Boxes.around(ends, size).pixels():
        normals = _ball(places[things], columns, rows, radius)
        inside = np.isfinite(normals[:, 2])
        things, normals = things[inside], normals[inside]
        buffer.put(things, columns[inside], rows[inside], places[things, 2] + 2 * _BALL * normals[:, 2])
    pixels, shown = buffer.shown()
    return pixels, _ball(places[shown], pixels % size, pixels // size, radius)


def _ball(middles: Floats, columns: Faces, rows: Faces, radius: float) -> Floats:
    x, y = (columns + 0.5 - middles[:, 0]) / radius, (middles[:, 1] - rows - 0.5) / radius
    with np.errstate(invalid="ignore"):
        return np.stack([x, y, np.sqrt(1 - x**2 - y**2)], 1)


def _shaded(normals: Floats, colour: tuple[float, float, float]) -> Floats:
    """Light what has these normals: two lamps, and a sky that is brighter than the ground."""
    normals = _unit(np.where(normals[:, 2:] < 0, -normals, normals))
    light = 0.32 + 0.14 * normals[:, 1:2]
    for towards, strength in _LIGHTS:
        light = light + strength * (normals @ _unit(np.array([towards])).T).clip(0)
    return (np.array(colour) * light * 1.05).clip(0, 1)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-300)


def _averaged(image: Floats, size: int) -> Picture:
    fine = len(image)
    if fine >= size:
        image = image.reshape(size, fine // size, size, fine // size, 3).mean((1, 3))
    else:
        nearest = np.arange(size) * fine // size
        image = image[nearest][:, nearest]
    return (image * 255 + 0.5).astype(np.uint8)
