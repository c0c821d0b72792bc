"""Read the files in which people keep text, and write those they open: .txt, .md, .jsonl, .csv, .parquet, and more."""

from gdl_text.files.reading import read
from gdl_text.files.writing import save

__all__ = ["read", "save"]
