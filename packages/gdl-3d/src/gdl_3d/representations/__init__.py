"""The forms in which networks see shapes: cells that are filled, distances, points, and tokens of a mesh."""
