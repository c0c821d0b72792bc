"""Read the meshes that people have, and write those they open: OBJ, STL, PLY, GLB, glTF, OFF, 3MF, npz."""

from gdl_3d.files.reading import read, read_shape
from gdl_3d.files.writing import write_shape

__all__ = ["read", "read_shape", "write_shape"]
