"""The same script as the one for Jinja2, for Mako."""

import json
import sys
from pathlib import Path

from mako.template import Template

folder = Path(sys.argv[1])
template = Template(filename=str(folder / "page.py.mako"), strict_undefined=True)  # noqa: S702
output = folder / "out"
output.mkdir(exist_ok=True)
for arm in json.loads((folder / "arms.json").read_text(encoding="utf-8")):
    source = template.render(arm=arm)
    (output / f"sweep_{arm['name']}.py").write_text(source, encoding="utf-8")
