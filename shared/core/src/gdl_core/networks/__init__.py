"""Networks: the arithmetic behind a family's roles. They know spaces and conditions, and no family."""
