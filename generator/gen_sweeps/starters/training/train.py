"""Trains by a generated configuration: `python train.py configs/sgd_seed0.py`."""

from __future__ import annotations

import argparse
import json
import os
import runpy
from pathlib import Path

from training import train


def main() -> None:
    """Train by a configuration; write what each step reached as a line of JSON."""
    parser = argparse.ArgumentParser(description="Train by a generated configuration.")
    parser.add_argument("config", help="a file of configs/")
    config = runpy.run_path(parser.parse_args().config)["CONFIG"]
    path = Path(os.environ.get("GEN_SWEEPS_METRICS", f"{config.name}.jsonl"))
    with path.open("w") as metrics:
        for step, loss in train(config):
            metrics.write(json.dumps({"step": step, "loss": loss}) + "\n")
            metrics.flush()
    print(f"{config.name}: mean squared error {loss:.4f} after {step} steps")


if __name__ == "__main__":
    main()
