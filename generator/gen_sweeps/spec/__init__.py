"""Reads and models specs: what the experiment is."""
