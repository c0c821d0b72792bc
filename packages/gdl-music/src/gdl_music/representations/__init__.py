"""How pieces become points of a sample space, and come back."""
