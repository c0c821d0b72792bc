"""SDF: structures with coordinates, each followed by its named data."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rdkit.Chem import Mol, MolToMolBlock, MolToSmiles
from rdkit.Chem.rdDepictor import Compute2DCoords
from rdkit.rdBase import BlockLogs

from gdl_core.errors import RepresentationError, Skipped
from gdl_core.representation import Record
from gdl_molecules.chemistry import parse, parse_block
from gdl_molecules.files.kinds import value_of
from gdl_molecules.files.text import Lines

_TAG = re.compile(r">.*?<([^<>]+)>")
_MOST_LINES = 100_000


def read_sdf(lines: Lines) -> Iterator[Record]:
    """Read each structure as SMILES, its title as the property ``name``, its data items as properties."""
    for start, block in _blocks(lines):
        where = f"{lines.name}:{start}"
        try:
            if len(block) > _MOST_LINES:
                raise RepresentationError(f"a record of more than {_MOST_LINES:,} lines is no molecule")
            yield Record(_smiles(block), where, _properties(block))
        except RepresentationError as error:
            lines.skip(Skipped(where, str(error)))


def _blocks(lines: Lines) -> Iterator[tuple[int, list[str]]]:
    """Cut the lines where ``$$$$`` ends a record. Of an endless record only the beginning is kept."""
    block: list[str] = []
    start = 1
    for line in lines:
        if line.startswith("$$$$"):
            yield start, block
            block, start = [], lines.number + 1
        elif len(block) <= _MOST_LINES:
            block.append(line.rstrip("\n"))
    if any(map(str.strip, block)):
        yield start, block


def _smiles(block: list[str]) -> str:
    end = next((index for index, line in enumerate(block) if line.startswith("M  END")), None)
    if end is None:
        raise RepresentationError("the record breaks off: its structure has no line 'M  END'")
    mol = parse_block("\n".join(block[: end + 1]) + "\n")
    with BlockLogs():
        return MolToSmiles(mol)


def _properties(block: list[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {"name": block[0].strip()} if block[0].strip() else {}
    values: list[str] | None = None
    for line in block:
        if line.startswith(">") and (tag := _TAG.match(line)):
            values = properties[tag[1]] = []
        elif not line.strip():
            values = None
        elif values is not None:
            values.append(line)
    return {
        name: value_of("\n".join(value)) if isinstance(value, list) else value for name, value in properties.items()
    }


def sdf_record(smiles: str, row: Mapping[str, Any], mol: Mol | None = None) -> str:
    """Write a molecule with the coordinates it has, or else drawn flat, and its columns as data items."""
    copy = parse(smiles) if mol is None else Mol(mol)
    with BlockLogs():
        if not copy.GetNumConformers():
            Compute2DCoords(copy)
        copy.SetProp("_Name", str(row.get("name") or "").replace("\n", " "))
        block = MolToMolBlock(copy)
    items = (f">  <{name}>\n{_flat(value)}\n\n" for name, value in row.items() if name != "name" and value is not None)
    return f"{block}{''.join(items)}$$$$\n"


def _flat(value: Any) -> str:
    """Write a value without the empty lines and dollar signs that would end it."""
    lines = [line for line in str(value).splitlines() if line.strip() and not line.startswith("$$$$")]
    return "\n".join(lines)
