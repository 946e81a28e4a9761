"""Trains by generated configurations: `python train.py`, or with the names of some."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from training import train


def main() -> None:
    """Train by the configurations that are named, or by all that the manifest names."""
    manifest = Path(__file__).parent / "configs" / "manifest.json"
    records = json.loads(manifest.read_text())
    arms = [record["arm"] for record in records if "values" in record]
    for name in sys.argv[1:] or arms:
        loss = train(import_module(f"configs.{name}").CONFIG)
        print(f"{name:10} mean squared error {loss:.4f}")


if __name__ == "__main__":
    main()
