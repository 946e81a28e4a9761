"""Says what happened: the only package that prints."""
