"""Trains by generated configurations: `python train.py configs/sgd_seed0.py`."""

from __future__ import annotations

import argparse
import json
import runpy
from pathlib import Path

from training import train


def main() -> None:
    """Train by each configuration in turn, and keep what it reached."""
    parser = argparse.ArgumentParser(description="Train by generated configurations.")
    parser.add_argument("configs", nargs="+", help="files of configs/")
    for file in parser.parse_args().configs:
        config = runpy.run_path(file)["CONFIG"]
        loss = train(config)
        folder = Path(__file__).parent / config.output_dir
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "metrics.json").write_text(json.dumps({"loss": loss}) + "\n")
        print(f"{config.output_dir:20} mean squared error {loss:.4f}")


if __name__ == "__main__":
    main()
