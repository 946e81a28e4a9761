"""Tests of `gen-sweeps resolve`."""
