"""Commands that belong to no service; `services/__main__.py` registers them."""
