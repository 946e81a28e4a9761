"""Runs templates: a text with holes for each file."""
