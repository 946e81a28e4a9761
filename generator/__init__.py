"""Controlled experiments as code: one spec, N files, and the proof that they compare."""
