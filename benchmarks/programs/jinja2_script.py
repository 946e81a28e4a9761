"""What one writes in an hour instead of using a tool: render a page for each strategy."""

import json
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

folder = Path(sys.argv[1])
environment = Environment(
    loader=FileSystemLoader(folder),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - the output is Python
)
template = environment.get_template("page.py.jinja")
output = folder / "out"
output.mkdir(exist_ok=True)
for arm in json.loads((folder / "arms.json").read_text(encoding="utf-8")):
    source = template.render(arm=arm)
    (output / f"sweep_{arm['name']}.py").write_text(source, encoding="utf-8")
