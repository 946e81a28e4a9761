"""No value of a spec becomes code, leaves its literal or comes back as another value."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest
import yaml
from conftest import PROJECT
from hostile import arguments, assignments, evaluate, exactly, harmless, skeleton, specs, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from templates_of_values import write_templates

from gen_sweeps.errors import TemplateError
from gen_sweeps.proof.proving import prove
from gen_sweeps.rendering.renderer import render
from gen_sweeps.spec.model import Arm, Spec, Strategy, Treatment

BOUNDED = settings(max_examples=50)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with this project's own templates."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "templates", folder / "templates")
    path = folder / "templates" / "sweep_{strategy}.py.jinja"
    text = path.read_text(encoding="utf-8")
    # The spec is another one: it has not the constants that the template imports.
    start, end = text.index("    _VLLM_EXPORT_DIR,"), text.index(")\n\n\nclass")
    loops = "{% for s in base %}{% for c in s.constants %}"
    names = f"    Any,\n{loops}    {{{{ c.name }}}},\n{{% endfor %}}{{% endfor %}}"
    text = text[:start].rstrip(" ") + names + text[end:]
    path.write_text(text.replace("DebateMetricStreamerConfig", "Call"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with templates that put values into every place that they may stand in."""
    folder = tmp_path_factory.mktemp("second")
    write_templates(folder / "templates")
    return folder


def files(spec: Spec) -> Mapping[str, str]:
    """Return the proven files of a spec."""
    proof = prove(render(spec))
    return {path: file.source for path, file in proof.rendering.items()}


def check(spec: Spec, made: Mapping[str, str], usual: Mapping[str, str]) -> None:
    """Check that files hold exactly the values of a spec, in the code of the harmless one."""
    assert list(made) == list(usual)
    call = spec.treatment.call
    for path, source in made.items():
        if path.endswith(".py"):
            assert skeleton(source, call) == skeleton(usual[path], call)
    base = assignments(made["_base.py"])
    for section in spec.base:
        for constant in section.constants:
            assert exactly(base[constant.name]) == exactly(constant.value)
    for arm in spec.arms:
        assert arm.strategy is not None
        (path,) = (path for path in made if path in _paths(arm))
        wanted = {**spec.treatment.shared, **arm.strategy.args}
        assert exactly(arguments(made[path], call)) == exactly(wanted)


def _paths(arm: Arm) -> tuple[str, str]:
    strategy, *levels = arm.levels.values()
    return f"sweep_{strategy}.py", f"{strategy}/run_{'_'.join(levels)}.py"


@pytest.mark.slow
@BOUNDED
@given(data=st.data())
def test_hostile_values_come_back_exactly_from_the_projects_own_templates(
    project: Path, data: st.DataObject
) -> None:
    spec = data.draw(specs(folder=project, hostile_vars=False, expressions=False))
    check(spec, files(spec), files(harmless(spec)))


@pytest.mark.slow
@settings(parent=BOUNDED, max_examples=25)
@given(data=st.data())
def test_hostile_values_come_back_exactly_wherever_a_template_may_put_them(
    second: Path, data: st.DataObject
) -> None:
    spec = data.draw(specs(folder=second))
    made = files(spec)
    table = spec.arms[0].vars["table"]
    assert isinstance(table, Mapping)
    check(spec, made, files(harmless(spec, [f"key{index}" for index in range(len(table))])))
    base = assignments(made["_base.py"])
    assert exactly(base["TEXT"]) == exactly(spec.arms[0].vars["text"])
    assert exactly(base["TABLE"]) == exactly(table)
    for arm in spec.arms:
        _, path = _paths(arm)
        found = assignments(made[path])
        for name in ("opt", "label", "seed", "size", "width"):
            assert exactly(found[name]) == exactly({**arm.vars, **arm.values}[name])
        _check_data(arm, made)


def _check_data(arm: Arm, made: Mapping[str, str]) -> None:
    """Check what the data files of an arm say."""
    stem = "_".join(arm.levels.values())
    of_json = json.loads(made[f"data_{stem}.json"])
    of_yaml = yaml.safe_load(made[f"data_{stem}.yaml"])
    label, seed = arm.vars["label"], arm.values["seed"]
    for data in (of_json, of_yaml):
        assert (data["label"], data["seed"]) == (label, seed)
        assert type(data["seed"]) is (float if isinstance(seed, float) else type(seed))
        assert data["all"] == [[arm.levels["strategy"], arm.values["size"], {"label": label}]]
    assert json.loads(made[f"level_{arm.levels['seed']}.json"]) == [seed, arm.vars["text"]]


@BOUNDED
@given(data=st.data())
def test_a_text_printed_bare_in_a_string_is_refused_or_stays_what_it_is(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "bare"
    template = folder / "templates" / "{strategy}.py.jinja"
    template.parent.mkdir(parents=True, exist_ok=True)
    head = '"""{{ sweep.marker }}"""\n'
    place = data.draw(st.sampled_from(['x = "{{ text }}"', "x = '{{ text }}'"]))
    template.write_text(f"{head}{place}\ny = {{{{ treatment }}}}\n", encoding="utf-8")
    strategy = Strategy("a", "", "", {}, {})
    spec = Spec(
        path=folder / "spec.toml",
        name="name",
        package="generated",
        output=PurePosixPath("generated"),
        templates=PurePosixPath("templates"),
        control={"strategy": "a"},
        treatment=Treatment("Call", ("lr",), {}),
        base=(),
        strategies=(strategy,),
        axes=(),
        arms=(Arm("a", {"strategy": "a"}, strategy, {}, {"text": data.draw(texts)}),),
        depends={"text": frozenset()},
    )
    made: Mapping[str, str] = {}
    with suppress(TemplateError):
        made = files(spec)
    for source in made.values():
        (node,) = (n for n in ast.parse(source).body if _assigns(n, "x"))
        assert isinstance(node, ast.Assign)
        assert evaluate(node.value) == spec.arms[0].vars["text"]


def _assigns(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name


@pytest.mark.slow
def test_what_is_made_from_hostile_values_is_formatted_as_ruff_would(
    project: Path, tmp_path: Path
) -> None:
    examples: list[str] = []

    @settings(parent=BOUNDED, max_examples=40)
    @given(spec=specs(folder=project, hostile_vars=False, expressions=False))
    def collect(spec: Spec) -> None:
        made = files(spec)
        examples.extend(made[path] for path in ("_base.py", "sweep_control.py"))

    collect()
    for index, source in enumerate(examples):
        (tmp_path / f"example_{index}.py").write_bytes(source.encode())
    command = ["ruff", "format", "--isolated", "--line-length=100", "--diff", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0
