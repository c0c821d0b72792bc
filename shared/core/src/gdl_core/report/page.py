"""One HTML page that needs nothing but itself: no font, no address to load anything from, no script but its own."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --ink: #1f2328; --faint: #5c6370; --rule: #dcd9d0;
  --panel: #ffffff; --first: #1668b8; --second: #c2541a; --third: #2b8a3e; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e6e3dc; --faint: #a3a8b0; --rule: #343a42;
  --panel: #1d2126; --first: #6cb2f0; --second: #f0955c; --third: #7ccf8a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; }
.lead, .note, figcaption { color: var(--faint); }
.lead { margin: 0; font-size: 1.05rem; }
nav { margin: 1rem 0 0; display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; }
a { color: var(--first); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; }
th[scope=row] { width: 17rem; max-width: 45vw; font-weight: 500; }
td.number, th.number { text-align: right; padding: .35rem 0 .35rem 1rem; }
td.number { white-space: nowrap; }
td { overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: .8rem 1rem;
  overflow-x: auto; }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1.25rem; }
figure { margin: 0; }
table + .charts, table + figure, .charts + table, .charts + figure { margin-top: 1.25rem; }
figure.chart { background: var(--panel); border: 1px solid var(--rule); border-radius: 8px; padding: .75rem; }
svg { display: block; width: 100%; height: auto; }
.chart text { fill: var(--faint); font: 12.5px system-ui, sans-serif; }
.chart .grid { stroke: var(--rule); }
.chart .axis { stroke: var(--faint); }
.chart polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.chart polygon { fill-opacity: .16; stroke-width: 1.6; }
.series0 { --own: var(--first); } .series1 { --own: var(--second); } .series2 { --own: var(--third); }
polyline, polygon { stroke: var(--own); fill: var(--own); }
circle { fill: var(--own); }
.chart circle { fill-opacity: .75; }
.shade0 { --own: #440154; } .shade1 { --own: #46327e; } .shade2 { --own: #365c8d; } .shade3 { --own: #277f8e; }
.shade4 { --own: #1fa187; } .shade5 { --own: #4ac16d; } .shade6 { --own: #a0da39; } .shade7 { --own: #d8c518; }
@media (prefers-color-scheme: dark) { .shade0 { --own: #7d3fa0; } .shade1 { --own: #6a5bb8; } }
.key { display: inline-flex; align-items: center; gap: .4rem; margin-right: 1.2rem; font-size: .9rem; }
.key::before { content: ""; width: 1.1rem; height: .25rem; border-radius: 2px; background: var(--own); }
.picture { background: #ffffff; border: 1px solid var(--rule); border-radius: 8px; padding: .5rem; }
@media print { nav { display: none; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:"  # a page that may load nothing


@dataclass(frozen=True)
class Section:
    """A heading and the HTML under it, and the script that brings it to life."""

    title: str
    body: str
    script: str = ""

    @property
    def anchor(self) -> str:
        """The name by which a link inside the page reaches this section."""
        return re.sub(r"\W+", "-", self.title.lower()).strip("-")


def page(title: str, lead: str, sections: Sequence[Section]) -> str:
    """Assemble a whole page; every argument but a section's body and script is plain text.

    Scripts stand at the end, each once, and the page's policy lets these and no others run.

    Example:
        >>> "<h1>A run</h1>" in page("A run", "of yesterday", [])
        True
    """
    links = "".join(f'<a href="#{section.anchor}">{escape(section.title)}</a>' for section in sections)
    bodies = "".join(
        f'<section id="{section.anchor}"><h2>{escape(section.title)}</h2>{section.body}</section>'
        for section in sections
    )
    scripts = list(dict.fromkeys(section.script for section in sections if section.script))
    policy = "".join([POLICY, "; script-src" if scripts else "", *map(_allowed, scripts)])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{STYLE}</style></head>'
        f'<body><main><header><h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p><nav>{links}</nav></header>'
        f"{bodies}</main>{''.join(f'<script>{script}</script>' for script in scripts)}</body></html>\n"
    )


def _allowed(script: str) -> str:
    """Name a script in the page's policy, by its hash."""
    return f" 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a table; numbers stand to the right.

    Example:
        >>> table(["measure", "value"], [["valid", 0.99]]).count('class="number"')  # the head and the cell
        2
    """
    rows = list(rows)
    kinds = [_kind(value) for value in rows[0]] if rows else [""] * len(head)
    heading = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(head, kinds, strict=True))
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>"


def facts(values: Mapping[str, Any]) -> str:
    """Write names and values as a table without a head; what is None is left out."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(_plain(value))}</td></tr>'
        for name, value in values.items()
        if value is not None
    )
    return f"<table><tbody>{rows}</tbody></table>"


def picture(svg: str, caption: str) -> str:
    """Put a domain's SVG into the page, without what only a file of its own needs."""
    drawing = svg[svg.find("<svg") :]
    drawing = re.sub(r"""\s+xmlns(:\w+)?=(["']).*?\2""", "", drawing, count=8)
    return f'<figure><div class="picture">{drawing}</div><figcaption>{escape(caption)}</figcaption></figure>'


def _kind(value: Any) -> str:
    return ' class="number"' if isinstance(value, int | float) else ""


def _cell(value: Any) -> str:
    return f"<td{_kind(value)}>{escape(_plain(value))}</td>"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
