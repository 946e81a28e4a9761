"""What each file's cog block imports: the page, with a strategy's texts put in."""

import json
from pathlib import Path

import cog

_folder = Path.cwd()
_page = (_folder / "page.txt").read_text(encoding="utf-8")
_arms = {
    arm["name"]: arm for arm in json.loads((_folder / "arms.json").read_text(encoding="utf-8"))
}


def write(name: str) -> None:
    """Write the page of a strategy where the block stands."""
    page = _page
    for key, text in _arms[name].items():
        page = page.replace(f"@{key}@", text)
    cog.outl(page)
