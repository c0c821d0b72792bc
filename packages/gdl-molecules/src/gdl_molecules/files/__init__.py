"""Read the files that chemists have, and write those they open: .smi, .csv, .tsv, .sdf, .parquet, most also gzipped."""

from gdl_molecules.files.reading import read
from gdl_molecules.files.writing import Writer

__all__ = ["Writer", "read"]
