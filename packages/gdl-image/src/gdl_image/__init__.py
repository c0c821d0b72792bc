"""New pictures from deep generative models: load, sample, train."""
