"""Proves that files differ only in what the spec declares."""
