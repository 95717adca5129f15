"""Training: what officers were trained in, on whose word, and whether they may serve."""
