"""One self-contained HTML page about a run or about samples: curves, pictures, properties, measures and the card."""

from gdl_core.report.writing import write_report

__all__ = ["write_report"]
