"""Cookiecutter makes one project of one context: call it for each strategy, in one process."""

import json
import sys
from pathlib import Path

from cookiecutter.main import cookiecutter

folder = Path(sys.argv[1])
for arm in json.loads((folder / "arms.json").read_text(encoding="utf-8")):
    cookiecutter(
        str(folder / "template"),
        no_input=True,
        extra_context=arm,
        output_dir=str(folder),
        overwrite_if_exists=True,
    )
