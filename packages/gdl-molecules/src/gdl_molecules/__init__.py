"""New molecules from deep generative models: load, sample, train, evaluate."""
