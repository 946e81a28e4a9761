"""Random attacks on the whole command, each from a seed: bytes in, exit code out.

`attack(seed, folder)` makes a project in `folder`, runs the command in this process, and raises
`AssertionError` if anything gets out that must not: an exception, an exit code for a bug, a
failure without a reason, a file that does not say what the spec says.
"""

from __future__ import annotations

import json
import random
import re
import shlex
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath

import yaml
from conftest import PROJECT, World
from hostile import (
    CONSTANTS,
    EXPRESSIONS,
    FRAGMENTS,
    LEVELS,
    SEEDS,
    arguments,
    assignments,
    crossed,
    depends_of,
    exactly,
    harmless,
    level_name,
    skeleton,
    toml,
    toml_value,
)

from gen_sweeps.spec.model import (
    Arm,
    Axis,
    Constant,
    Level,
    Reference,
    Section,
    Spec,
    Strategy,
    Treatment,
    Value,
)

TEXTS = tuple(text for text in FRAGMENTS if not re.search("[\ud800-\udfff]", text))

BASE = '''\
"""{{ sweep.name | docstring }}

{{ sweep.marker }}
"""
{% for section in base %}
{{ section.heading | comment }}
{% for constant in section.constants %}
{{ constant.name }} = {{ constant.value | python }}  {{ constant.doc | comment }}
{% endfor %}
{% endfor %}
'''

ARM = '''\
"""{{ strategy.title | docstring }}: {{ strategy.doc | docstring }}

{{ sweep.marker }}
"""
from generated._base import *

text = {{ text | python }}
opt = {{ opt }}
label = {{ label | python }}
run_name = {{ run_name | python }}
seed = {{ seed | python }}
size = {{ size | python }}
width = {{ width | python }}
extra = {{ extra | python }}
several = [{{ width | python }}, {"key": {{ label | python }}}]
said = """{{ label | docstring }}, {{ size }}"""


class Run{{ size | replace(".", "_") | replace("-", "_") | name }}:
    """{{ label | docstring }} {{ run_name | docstring }}."""

    run = {{ treatment }}
'''

DATA = """\
# {{ label | comment }}
label: {{ label | json }}
seed: {{ seed | json }}
size: {{ size | json }}
all: {{ [run_name, {"label": label}, text] | json }}
"""

SCRIPT = """\
#!/bin/sh
#SBATCH --job-name={{ strategy }}_{{ size }}
# {{ label | comment }}
run --seed={{ seed | string | sh }} {{ word | sh }} x{{ word | sh }}y {{ size | sh }} "$HOME" \\
    {{ {"label": label, "text": text} | json | sh }}
"""

TABLE = """\
label = {{ label | json }}  {{ size | comment }}
seed = {{ seed | json }}
all = {{ [run_name, {"label": label}, text] | json }}
"""

TEMPLATES = {
    "_base.py.jinja": BASE,
    "arm_{strategy}_{seed}_{size}.py.jinja": ARM,
    "arm_{strategy}_{seed}_{size}.yaml.jinja": DATA,
    "arm_{strategy}_{seed}_{size}.sh.jinja": SCRIPT,
    "arm_{strategy}_{seed}_{size}.toml.jinja": TABLE,
    "seed_{seed}.json.jinja": "{{ [seed, text] | json }}\n",
    "all.sh.jinja": "{% for arm in arms %}\nrun {{ arm.name }} {{ arm.word | sh }}\n{% endfor %}\n",
}

EXTRA = {"run_name": "{strategy}_{seed}", "extra": "x"}
"""Variables that every template sees, as they are written."""

TOKENS = (
    *("[axes.x]", "levels = [1, 1]", "[axes.seed.x]", "[[overrides]]", "when = {}", "vars.x = 1"),
    *('x = { python = "lambda: 0" }', 'x = { python = "10**10**10" }', 'x = { var = "seed" }'),
    *('x = "{strategy}{seed}{{seed}}"', 'extends = "spec.toml"', "exclude = [{}]", "x = None"),
    *('{ python = "' + "(" * 300 + '" }', "line_length = 0", 'when = { seed = ["x"] }'),
    *("[sweep]", "[treatment]", "[vars]", '[base."x"]', "[strategies.x]", "[[strategies]]", "[x"),
    *("name = 1", 'output = "../../x"', 'output = "."', 'control = ""', "vary = []", "args = 1"),
    *(
        'call = "a.b"',
        'vary = ["__debug__"]',
        'x = { base = "RATE" }',
        'x = { base = "NO" }',
        "\x00",
    ),
    *(
        "x = 1979-05-27",
        "x = nan",
        "x = -0.0",
        "x = 0x" + "f" * 5000,
        "x = " + "[" * 200,
        "a." * 300,
    ),
    *(
        "=",
        '"""',
        "'''",
        "\\",
        '"',
        "'",
        "#",
        "\r",
        "\n",
        "\ufeff",
        "\u2028",
        "{",
        "}",
        "[",
        "]",
        ",",
    ),
    *(
        "9" * 5000,
        "1e999",
        "true",
        "\\ud800",
        "\\u0000",
        "\x7f",
        "é" * 300,
        "x" * 300,
        "con",
        "a/b",
    ),
)

FORMS = (
    *(
        "{{ arms }}",
        "{{ arm }}",
        "{{ width }}",
        "{{ strategy }}",
        "{{ base }}",
        "{{ treatment }}",
        "{{ sweep.name }}",
        "{{",
        "%}",
    ),
    *("{% for x in base %}", "{% endfor %}", "{% include 'x' %}", "{% raw %}", "{% macro m() %}"),
    *(
        "{{ text }}",
        "{{ text | safe }}",
        '"{{ text | python }}"',
        "{{ text | name }}",
    ),
    *(
        "{{ 10 ** 10 ** 10 }}",
        "{{ 'x' * 10 ** 12 }}",
        "{{ range(10 ** 12) | list }}",
        "{{ [[[]]] }}",
    ),
    *(
        "{% set x = namespace() %}",
        "{{ ''.__class__ }}",
        "{{ '%99999d' % 1 }}",
        "{{ 1 / 0 }}",
        "{#",
    ),
    *(
        "f'{ {{ text }} }'",
        "# {{ text }}",
        '"""',
        "'''",
        "\\",
        "(",
        ")",
        "\t",
        "lambda: 0",
    ),
    *("{{ '\\x00' }}", "\x00", "\x0c", "\r", "\ufeff", "@generated by gen-sweeps", "{{ self }}"),
)


def attack(seed: int, folder: Path) -> int:
    """Run one attack in an empty folder that is made and removed; return the exit code."""
    rng = random.Random(seed)  # noqa: S311 - it is to be repeated
    folder.mkdir()
    try:
        kind = rng.choices([_spec_bytes, _values, _templates, _output], [35, 40, 15, 10])[0]
        return kind(rng, folder)
    finally:
        shutil.rmtree(folder)


def command(folder: Path, *options: str) -> int:
    """Run the command; check that it says why it fails, and return its exit code."""
    result = World(folder).run("spec.toml", *options)
    assert result.exit_code in (0, 1, 2), result
    assert (result.exit_code == 0) or "error: " in result.err
    return result.exit_code


def _spec_bytes(rng: random.Random, folder: Path) -> int:
    """Attack with a spec file that has been changed in some places."""
    real = rng.random() < 0.05
    spec = _some_spec(rng, folder, rng.randrange(2))
    source = _real_spec() if real else toml(spec, "", EXTRA).encode()
    (folder / "spec.toml").write_bytes(mutated(rng, source, TOKENS))
    if real:
        shutil.copytree(PROJECT / "templates", folder / "templates")
    else:
        _write_templates(folder)
    option = rng.choice([(), (), ("--check",), ("--diff",), ("--output-format", "json")])
    return command(folder, *option)


def _values(rng: random.Random, folder: Path) -> int:
    """Attack with values; what comes out must say what the spec says, in the harmless code."""
    spec = _some_spec(rng, folder, 3)
    newline = rng.choice(["\n", "\r\n"])
    # A brace beside those of a name would be another thing: `{{strategy}}` is an escape.
    pieces = [f"-{_text(rng)}-" for _ in range(3)]
    pattern = f"{pieces[0]}{{strategy}}{pieces[1]}{{seed}}{pieces[2]}"
    extra = {arm.name: _value(rng, []) for arm in spec.arms}
    written = toml(spec, _overrides(spec, extra), {"run_name": pattern})
    sources = _written(folder, written, newline)
    usual = _usual(
        folder,
        toml(
            harmless(spec),
            _overrides(spec, dict.fromkeys(extra, 0)),
            {"run_name": "x{strategy}{seed}"},
        ),
    )
    assert sources.keys() == usual.keys()
    for name, source in sources.items():
        if name.endswith(".py"):
            assert skeleton(source, "Call") == skeleton(usual[name], "Call")
    base = assignments(sources["_base.py"])
    for constant in (constant for section in spec.base for constant in section.constants):
        assert exactly(base[constant.name]) == exactly(constant.value)
    for arm in spec.arms:
        assert arm.strategy is not None
        stem = "_".join(arm.levels.values())
        source = sources[f"arm_{stem}.py"]
        wanted = {**spec.treatment.shared, **arm.strategy.args}
        assert exactly(arguments(source, "Call")) == exactly(wanted)
        run_name = "".join(
            (pieces[0], arm.levels["strategy"], pieces[1], arm.levels["seed"], pieces[2])
        )
        all_vars = {**arm.vars, **arm.values, "run_name": run_name, "extra": extra[arm.name]}
        found = assignments(source)
        for name in ("text", "opt", "label", "run_name", "seed", "size", "width", "extra"):
            assert exactly(found[name]) == exactly(all_vars[name]), name
        _check_companions(all_vars, stem, sources)
    return 0


def _overrides(spec: Spec, extra: Mapping[str, Value]) -> str:
    """Return overrides that set a variable in each arm."""
    return "\n".join(
        f"[[overrides]]\nwhen = {toml_value({**arm.levels, **_as_written(arm)})}\n"
        f"vars = {{ extra = {toml_value(extra[arm.name])} }}"
        for arm in spec.arms
    )


def _as_written(arm: Arm) -> Mapping[str, Value]:
    return {"seed": arm.values["seed"]}


def _check_companions(wanted: Mapping[str, Value], stem: str, sources: Mapping[str, str]) -> None:
    """Check what the files of an arm say that are no Python."""
    data = yaml.load(sources[f"arm_{stem}.yaml"], yaml.CSafeLoader)
    assert data["label"] == wanted["label"]
    assert exactly(data["seed"]) == exactly(wanted["seed"])
    assert data["size"] == wanted["size"]
    assert data["all"] == [wanted["run_name"], {"label": wanted["label"]}, wanted["text"]]
    table = tomllib.loads(sources[f"arm_{stem}.toml"])
    assert exactly(table["seed"]) == exactly(wanted["seed"])
    assert (table["label"], table["all"]) == (data["label"], data["all"])
    *_, first, second = sources[f"arm_{stem}.sh"].splitlines()
    _, seed, word, inner, size, home, value = shlex.split(first.removesuffix("\\") + second)
    assert json.loads(value) == {"label": wanted["label"], "text": wanted["text"]}
    assert (word, inner, size, home) == (
        *(wanted["word"], f"x{wanted['word']}y", wanted["size"]),
        "$HOME",
    )
    assert seed.startswith("--seed=")


def _written(folder: Path, text: str, newline: str = "\n") -> dict[str, str]:
    """Return the Python files that the command makes of a spec, by their names."""
    _write_templates(folder)
    (folder / "spec.toml").write_text(text, encoding="utf-8", newline=newline)
    assert command(folder, "--force", "-q") == 0
    files = (path for path in (folder / "generated").iterdir() if path.name != "manifest.json")
    return {path.name: path.read_text(encoding="utf-8") for path in files}


@lru_cache(maxsize=1000)
def _usual(folder: Path, text: str) -> dict[str, str]:
    """Return the files of a harmless spec, of which there are few."""
    return _written(folder, text)


def _templates(rng: random.Random, folder: Path) -> int:
    """Attack with templates that have been changed in some places."""
    (folder / "spec.toml").write_text(toml(_some_spec(rng, folder, 1), "", EXTRA), encoding="utf-8")
    _write_templates(folder)
    for path in sorted((folder / "templates").iterdir()):
        if rng.random() < 0.7:
            path.write_bytes(mutated(rng, path.read_bytes(), FORMS))
    return command(folder, "--output-format", "json")


def _output(rng: random.Random, folder: Path) -> int:
    """Attack with an output folder in which somebody has changed files, the manifest above all."""
    spec = _some_spec(rng, folder, 1)
    spec.path.write_text(toml(spec, "", EXTRA), encoding="utf-8")
    _write_templates(folder)
    assert command(folder, "-q") == 0
    foreign = folder / "generated" / "foreign.py"
    foreign.write_bytes(b"mine\r\n")
    note = {"spec": "../spec.toml", "files": {"foreign.py": ["0" * 64], "_base.py": ["1"]}}
    (folder / "generated" / ".gen-sweeps-pending.json").write_text(json.dumps(note))
    hostile = (
        "<<<<<<< a\n",
        '{"file": [',
        "null",
        "9" * 5000,
        '"../x"',
        "[" * 5000,
        '{"manifest": 3}',
    )
    for path in sorted((folder / "generated").iterdir()):
        if path != foreign and rng.random() < 0.4:
            path.write_bytes(mutated(rng, path.read_bytes(), (*hostile, *TOKENS)))
    strategies = spec.strategies[: rng.randint(1, 3)]
    spec.path.write_text(toml(replace(spec, strategies=strategies), "", EXTRA), encoding="utf-8")
    option = rng.choice([(), ("--check",), ("--diff",), ("--force",)])
    code = command(folder, *option)
    assert foreign.read_bytes() == b"mine\r\n"
    if option == ("--force",):
        # What the manifest says no more is not known to be ours: it is left alone, and told.
        said = World(folder).run("spec.toml", "--check").err
        wrong = [line for line in said.splitlines() if line.startswith("error: ")]
        assert all("is extra: it looks like a strategy's file" in line for line in wrong), wrong
    return code


def mutated(rng: random.Random, data: bytes, tokens: tuple[str, ...]) -> bytes:
    """Return `data` with a few changes: tokens put in, pieces dropped, moved and flipped."""
    for _ in range(rng.randint(0, 3)):
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.choice([0, 1, 1, 5, 30, 1000]))
        lines = data.split(b"\n")
        match rng.randrange(6):
            case 0 | 1:
                data = data[:start] + rng.choice(tokens).encode() + data[end:]
            case 2:
                data = data[:start] + data[end:]
            case 3:
                data = (
                    data[:start]
                    + bytes(rng.randrange(256) for _ in range(end - start))
                    + data[end:]
                )
            case 4:
                lines.insert(rng.randrange(len(lines)), rng.choice(tokens).encode())
                data = b"\n".join(lines)
            case _:
                lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
                data = b"\n".join(lines)
    return data


def _write_templates(folder: Path) -> None:
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    for name, text in TEMPLATES.items():
        (templates / name).write_text(text, encoding="utf-8")


def _text(rng: random.Random) -> str:
    parts = (
        rng.choice(TEXTS)
        if rng.random() < 0.8
        else chr(rng.choice([rng.randrange(0xD800), 0x1F600]))
        for _ in range(rng.choice([0, 1, 1, 2, 4]))
    )
    return "".join(parts)


def _value(rng: random.Random, known: list[str], depth: int = 0) -> Value:
    match rng.randrange(9 if depth < 3 else 6):
        case 0:
            return rng.choice([True, False])
        case 1:
            return rng.choice([0, -1, 2**63, -(2**64), 10**4299, rng.randrange(-(10**6), 10**6)])
        case 2:
            some = rng.choice([0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1e16, 5e-324])
            return rng.choice(
                [some, rng.uniform(-1e9, 1e9), rng.random() * 10.0 ** rng.randint(-300, 300)]
            )
        case 3 if known:
            return Reference(rng.choice(known))
        case 4 if rng.random() < 0.3:
            return rng.choice(EXPRESSIONS)
        case 6:
            return tuple(_value(rng, known, depth + 1) for _ in range(rng.randrange(4)))
        case 7 | 8:
            keys = dict.fromkeys(_text(rng) for _ in range(rng.randrange(4)))
            table = {key: _value(rng, known, depth + 1) for key in keys}
            # With one of these keys alone a table is a reference.
            return {"x": 1} if list(table) in (["base"], ["python"], ["var"]) else table
        case _:
            return _text(rng)


def _some_spec(rng: random.Random, folder: Path, size: int) -> Spec:
    names = rng.sample(CONSTANTS, rng.randint(0, size) if size else 0)
    known: list[str] = []
    constants = []
    for name in names:
        constants.append(Constant(name, _value(rng, known), _text(rng)))
        known.append(name)
    vary, shared = ("lr", "self"), {"x": _value(rng, known)} if rng.random() < 0.5 else {}
    strategies = tuple(
        Strategy(
            name,
            _line(rng),
            _text(rng),
            {arg: _value(rng, known) for arg in vary if rng.random() < 0.6},
            {"opt": rng.choice(EXPRESSIONS), "label": _text(rng), "word": _word(rng)},
        )
        for name in ["control", *rng.sample(["b", "C", "_", "1.5"], rng.randint(0, max(size, 1)))]
    )
    seeds = rng.sample(SEEDS, rng.randint(1, 2))
    sizes = rng.sample(LEVELS, rng.randint(1, 2))
    axes = (
        Axis("seed", tuple(Level(level_name(seed), seed, {}) for seed in seeds)),
        Axis("size", tuple(Level(it, it, {"width": _value(rng, known)}) for it in sizes)),
    )
    variables = {"text": _text(rng)}
    return Spec(
        path=folder / "spec.toml",
        name=_line(rng) or "x",
        package="generated",
        output=PurePosixPath("generated"),
        templates=PurePosixPath("templates"),
        control={"strategy": "control"},
        treatment=Treatment("Call", (*vary, "opt", "label", "word", "run_name"), shared),
        base=(Section(_text(rng), tuple(constants)),),
        strategies=strategies,
        axes=axes,
        arms=crossed(strategies, axes, variables),
        depends=depends_of(strategies, axes, variables),
    )


def _word(rng: random.Random) -> str:
    """Return a text without what no word of a shell has."""
    return "".join(character for character in _text(rng) if "\x20" <= character < "\x7f")


def _line(rng: random.Random) -> str:
    return "".join(_text(rng).splitlines()[:1])


@cache
def _real_spec() -> bytes:
    return (PROJECT / "spec.toml").read_bytes()
