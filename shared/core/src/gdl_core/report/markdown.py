"""Enough Markdown for a model card: headings, paragraphs, lists, tables, code. Everything is escaped; nothing links."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby


def to_html(text: str) -> str:
    """Turn the Markdown of a model card into HTML; front matter and the first title are left out.

    Example:
        >>> to_html("# Card\\n\\nTrained on **MOSES**.\\n\\n- one\\n- two")
        '<p>Trained on <strong>MOSES</strong>.</p><ul><li>one</li><li>two</li></ul>'
    """
    lines = re.sub(r"\A---\n.*?\n---\n", "", text.replace("\r\n", "\n"), flags=re.DOTALL).split("\n")
    return "".join(_block(kind, list(block)) for kind, block in groupby(_fenced(lines), key=_kind))


def _fenced(lines: Iterable[str]) -> Iterable[tuple[bool, str]]:
    inside = False
    for line in lines:
        if line.startswith("```"):
            inside = not inside
            continue
        yield inside, line


def _kind(entry: tuple[bool, str]) -> str:
    fenced, line = entry
    if fenced:
        return "code"
    if not line.strip():
        return "gap"
    if line.startswith("#"):
        return "heading"
    if re.match(r"\s*([-*]|\d+\.)\s", line):
        return "list"
    return "table" if line.startswith("|") else "text"


def _block(kind: str, entries: Sequence[tuple[bool, str]]) -> str:
    lines = [line for _, line in entries]
    if kind == "gap":
        return ""
    if kind == "code":
        return f"<pre>{escape(chr(10).join(lines))}</pre>"
    if kind == "heading":
        return "".join(f"<h3>{_inline(line.lstrip('# '))}</h3>" for line in lines if not line.startswith("# "))
    if kind == "list":
        items = (re.sub(r"^\s*([-*]|\d+\.)\s+", "", line) for line in lines)
        return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>"
    if kind == "table":
        return _table([re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in lines])
    return f"<p>{_inline(' '.join(lines))}</p>"


def _table(rows: Sequence[Sequence[str]]) -> str:
    kept = [row for row in rows if not all(re.fullmatch(r"\s*:?-+:?\s*", cell) for cell in row)]
    head = [_row(row, "th") for row in kept[:1] if any(map(str.strip, row))]
    return f"<table>{''.join(head)}{''.join(_row(row, 'td') for row in kept[1:])}</table>"


def _row(cells: Sequence[str], kind: str) -> str:
    return f"<tr>{''.join(f'<{kind}>{_inline(cell.strip())}</{kind}>' for cell in cells)}</tr>"


def _inline(text: str) -> str:
    safe = escape(text.replace("\\|", "|"))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"\1 (\2)", safe)
