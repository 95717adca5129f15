"""Both organisations as `accord run` starts them, and what happens between them."""
