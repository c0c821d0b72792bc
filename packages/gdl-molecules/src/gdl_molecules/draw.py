"""Pictures of molecules: a grid as SVG or PNG, drawn by RDKit without a display."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from rdkit.Chem import Mol, MolFromSmiles
from rdkit.Chem.Draw.rdMolDraw2D import MolDraw2D, MolDraw2DCairo, MolDraw2DSVG, PrepareMolForDrawing
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError, UsageError, nearest
from gdl_molecules.chemistry import parse

INVALID = "invalid"
"""What stands in the cell of an object that is no molecule."""

_CELL = (240, 200)  # pixels
_FITS_A_CELL = 60  # atoms; a larger molecule would make all others small
_LONGEST_LEGEND = 36


def grid(
    molecules: Iterable[str | Mol | None],
    *,
    columns: int = 4,
    legends: Sequence[str] | None = None,
    highlights: Sequence[Sequence[int]] | None = None,
    format: Literal["svg", "png"] = "svg",
) -> str | bytes:
    """Draw molecules in rows of `columns` cells; return SVG text or the bytes of a PNG.

    `legends` stand under the molecules, and `highlights` names the atoms of each that are coloured. An object that is
    no molecule gets an empty cell that says so. The same molecules give the same picture.

    Example:
        >>> picture = grid(["CCO", "c1ccccc1", "C1C"])
        >>> picture.startswith("<svg") and picture.endswith("</svg>")
        True
    """
    if format not in ("svg", "png"):
        raise UsageError(f"pictures are svg or png, not {format!r}; {nearest(format, ['svg', 'png'])}")
    cells = [_drawable(molecule) for molecule in molecules]
    _check("legends", legends, len(cells))
    _check("highlights", highlights, len(cells))
    if columns < 1:
        raise UsageError(f"a grid has at least one column, not {columns}")
    texts = [_shortened(text) for text in legends or [""] * len(cells)]
    same_scale = all(mol.GetNumAtoms() <= _FITS_A_CELL for mol in cells)
    canvas = _canvas(len(cells), columns, format, same_scale=same_scale)
    with BlockLogs():
        canvas.DrawMolecules(
            cells,
            legends=texts,
            highlightAtoms=[list(atoms) for atoms in highlights] if highlights else None,
        )
    canvas.FinishDrawing()
    drawing = canvas.GetDrawingText()
    return drawing if format == "png" else drawing[drawing.index("<svg") :].strip()


def _canvas(count: int, columns: int, format: str, *, same_scale: bool) -> MolDraw2D:
    width, height = _CELL
    across, down = max(1, min(columns, count)), max(1, -(-count // columns))
    make = MolDraw2DCairo if format == "png" else MolDraw2DSVG
    canvas = make(across * width, down * height, width, height)
    options: Any = canvas.drawOptions()
    options.legendFontSize = 15
    options.prepareMolsBeforeDrawing = False
    options.includeMetadata = False
    options.padding = 0.08
    options.drawMolsSameScale = same_scale
    return canvas


def _drawable(molecule: str | Mol | None) -> Mol:
    """Lay a molecule out flat; what is no molecule becomes the word that says so."""
    try:
        mol = parse("" if molecule is None else molecule)
    except RepresentationError:
        mol = MolFromSmiles("*")
        mol.GetAtomWithIdx(0).SetProp("_displayLabel", INVALID)
    mol.RemoveAllConformers()
    with BlockLogs():
        return PrepareMolForDrawing(mol, kekulize=True)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_LEGEND else f"{text[: _LONGEST_LEGEND - 3]}..."


def _check(name: str, given: Sequence[object] | None, count: int) -> None:
    if given is not None and len(given) != count:
        raise UsageError(f"{len(given)} {name} for {count} molecules; give one for each")
