"""How molecules become points of a sample space: one module for each representation."""
