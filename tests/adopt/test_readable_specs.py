"""What a person finds in the spec and template that `gen-sweeps adopt` writes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from conftest import World


def _adopted(world: World, files: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Adopt files; return the spec and the template, which make exactly these files."""
    for name, text in files.items():
        world.write(f"runs/{name}", text)
    done = world.run("adopt", *(f"runs/{name}" for name in files))
    assert (done.exit_code, done.err) == (0, "")
    assert world.run("runs/spec.toml", "--check").exit_code == 0
    (template,) = world.path("runs/templates").iterdir()
    return tomllib.loads(world.read("runs/spec.toml")), template.read_text()


def _trainer(name: str, lr: str, *more: str) -> str:
    imported = "from speech import Profiler, Schedule, angle, train"
    lines = (imported, f'name = "{name}"', f"lr = {lr}", *more, "steps = 1000", "train(lr, steps)")
    return "".join(f"{line}\n" for line in lines)


def test_what_is_printed_in_a_branch_only_has_a_default_too(empty: World) -> None:
    warm = ["warmup = 50", "decay = 0.9"]
    spec, template = _adopted(
        empty,
        {
            "a.py": _trainer("a", "0.1", "warmup = 10", "decay = 0.9"),
            "b.py": _trainer("b", "0.2", "warmup = 20", "decay = 0.9"),
            "c.py": _trainer("c", "0.3", "warmup = 30", "decay = 0.5"),
            "d.py": _trainer("d", "0.4", "warmup = 40", "decay = 0.9"),
            "e.py": _trainer("e", "0.5", *warm),
            "f.py": _trainer("f", "0.6"),
        },
    )
    assert (
        "{% if warmup is defined %}\nwarmup = {{ warmup }}\ndecay = {{ decay }}\n{% end" in template
    )
    assert spec["vars"]["decay"] == 0.9
    assert "warmup" not in spec["vars"], "where it is not defined, nothing is printed"
    assert spec["strategies"]["e"]["vars"] == {"lr": 0.5, "warmup": 50}


def test_what_some_files_have_alike_stands_in_the_template(empty: World) -> None:
    files = {
        f"{name}.py": _trainer(
            name, f"0.{number}", f"warmup = {number}0", "layers = 3", "decay = 0.9"
        )
        for number, name in enumerate("abcde", 1)
    }
    spec, template = _adopted(empty, {**files, "f.py": _trainer("f", "0.6", "layers = 3")})
    assert "{% if warmup is defined %}\nwarmup = {{ warmup }}\n{% endif %}" in template
    assert "{% if warmup is defined %}\ndecay = 0.9\n{% endif %}" in template
    assert "decay" not in str(spec)


def test_places_that_say_the_same_in_each_file_are_one_variable(empty: World) -> None:
    spec, template = _adopted(
        empty,
        {
            f"{name}.py": _trainer(name, "0.1", f"width = {width}", "", f"head_dim = {width}")
            for name, width in (("tiny", 192), ("small", 384), ("base", 768), ("large", 1024))
        },
    )
    assert "width = {{ width }}\n\nhead_dim = {{ width }}\n" in template
    assert spec["treatment"]["vary"] == ["strategy", "width"]


def test_values_that_are_equal_by_chance_are_variables_of_their_own(empty: World) -> None:
    spec, _ = _adopted(
        empty,
        {
            f"{name}.py": _trainer(
                name,
                "0.1",
                f"layers = {number}",
                f"epochs = {number}",
                f"amp = {number > 8}",
                f"shuffle = {number > 8}",
            )
            for name, number in (("a", 8), ("b", 8), ("c", 16), ("d", 8))
        },
    )
    assert spec["treatment"]["vary"] == ["strategy", "layers", "epochs", "amp", "shuffle"]


def test_a_file_that_breaks_a_line_otherwise_has_a_branch_for_it_alone(empty: World) -> None:
    files = {
        f"{name}.py": _trainer(name, "0.1", f'base = ["models/{base}/v1.py"]')
        for name, base in (("a", "resnet"), ("b", "vit"), ("c", "convnext"), ("d", "swin"))
    }
    files["e.py"] = _trainer("e", "0.1", "base = [", '    "models/regnet/v1.py"', "]")
    _, template = _adopted(empty, files)
    assert template.count("{% if") == 1
    assert 'base = [\n    "models/regnet/v1.py"\n]\n{% else %}\nbase = ["models/{{' in template


def test_an_argument_of_some_files_with_several_values_is_one_variable(empty: World) -> None:
    values = {"a": "None", "b": "None", "c": "angle", "d": "angle", "e": "", "f": ""}
    _, template = _adopted(
        empty,
        {
            f"{name}.py": _trainer(name, "0.1", *([f"assign = {value}"] if value else []))
            for name, value in values.items()
        },
    )
    assert "{% if assign is defined %}\nassign = {{ assign }}\n{% endif %}" in template


def test_a_name_that_templates_use_otherwise_is_not_taken(empty: World) -> None:
    spec, _ = _adopted(
        empty,
        {
            f"{name}.py": _trainer(name, "0.1", f'_base_ = "{base}"')
            for name, base in (("a", "resnet"), ("b", "vit"), ("c", "convnext"))
        },
    )
    assert spec["treatment"]["vary"] == ["strategy", "base_name"]


def test_flags_are_called_like_the_code_that_they_switch(empty: World) -> None:
    block = ("# turned on in June", "profiler = Profiler()", "profiler.start()", "")
    spec, template = _adopted(
        empty,
        {
            "a.py": _trainer("a", "0.1"),
            "b.py": _trainer("b", "0.1", *block),
            "c.py": _trainer("c", "0.1", ""),
            "d.py": _trainer("d", "0.1", *block),
        },
    )
    assert "{% if has_profiler %}\n# turned on in June\n" in template
    assert "blank_before_steps" in spec["treatment"]["vary"]


def test_combinations_that_are_missing_are_excluded_together(empty: World) -> None:
    envs, optimizers = ("ant", "cheetah", "hopper", "walker"), ("adam", "lion", "sgd")
    spec, _ = _adopted(
        empty,
        {
            f"{env}_{optimizer}.py": _trainer(f"{env}_{optimizer}", "0.1", f'env = "{env}"')
            for env in envs
            for optimizer in optimizers
            if optimizer == "adam" or env in ("ant", "cheetah")
        },
    )
    assert spec["axes"]["env"]["levels"] == [*envs]
    (excluded,) = spec["sweep"]["exclude"]
    assert [*excluded.values()] == [["hopper", "walker"], ["lion", "sgd"]]


def test_most_strategies_take_a_line_and_long_ones_a_table(empty: World) -> None:
    long = ", ".join(f"layer_{number}=True" for number in range(8))
    files = {f"{it}.py": _trainer(it, f"0.{n}") for n, it in enumerate("abcdef", 1)}
    files["g.py"] = _trainer("g", f"Schedule({long})")
    _adopted(empty, files)
    text = empty.read("runs/spec.toml")
    assert "[strategies]\na = { vars = { lr = 0.1 } }\nb = { vars = { lr = 0.2 } }\n" in text
    assert "\n\n[strategies.g]\nvars.lr = { python =" in text


def test_what_is_calculated_from_a_number_of_the_name_is_no_variable(empty: World) -> None:
    spec, template = _adopted(
        empty,
        {
            f"{name}_seed{seed}.py": _trainer(
                name, "0.1", f"seed = {seed}", f"eval_seed = {seed + 100}", f"port = {seed * 10}"
            )
            for name in ("adam", "sgd")
            for seed in (1, 2, 3)
        },
    )
    assert "eval_seed = {{ seed + 100 }}\nport = {{ seed * 10 }}\n" in template
    assert spec["treatment"]["vary"] == ["strategy"]
    assert "vars" not in spec


def test_a_level_that_some_combinations_lack_is_no_control(empty: World) -> None:
    names = ("deep_4k", "large_1k", "large_4k", "small_1k", "small_4k")
    spec, _ = _adopted(empty, {f"{it}.py": _trainer(it, "0.1", f'size = "{it}"') for it in names})
    assert spec["sweep"]["control"] == "large", "deep comes first, but not with 1k"
    assert spec["treatment"]["vary"] == ["name"]


def test_what_a_docstring_says_of_its_file_is_one_title_and_one_doc(empty: World) -> None:
    said = {
        "plain": ("Reward as it comes", "Nothing is passed at all."),
        "mixed": (
            "Reward mixing",
            "r' = a * G + (1 - a) * r\n\nMixes the joint reward with its own.",
        ),
        "coma": (
            "Counterfactual advantage",
            "A = r - b\n\nThe baseline is estimated from rollouts.",
        ),
    }
    docstring = '"""{}: one arm.\n\n{}\n\nOn MATH-500.\n"""\n\n'
    spec, template = _adopted(
        empty,
        {
            f"{name}.py": docstring.format(title, doc) + _trainer("x", "0.1")
            for name, (title, doc) in said.items()
        },
    )
    assert template.startswith(
        '"""{{ strategy.title | docstring }}: one arm.\n\n'
        '{{ strategy.doc | docstring }}\n\nOn MATH-500.\n"""\n'
    )
    for name, (title, doc) in said.items():
        assert spec["strategies"][name] == {"title": title, "doc": doc}


def test_docstrings_that_end_otherwise_are_still_made_again(empty: World) -> None:
    _, template = _adopted(
        empty,
        {
            "a.py": '"""An arm.\n\nIt warms up.\n"""\n' + _trainer("x", "0.1"),
            "b.py": '"""An arm.\n\nNothing is special."""\n' + _trainer("x", "0.1"),
            "c.py": '"""An arm.\n\nIt decays, and early.\n"""\n' + _trainer("x", "0.1"),
        },
    )
    assert template.startswith('"""An arm.\n\n')


def test_names_say_what_a_reader_would_call_the_place(empty: World) -> None:
    nets = {"dqn": "DQNet", "c51": "C51Net", "qrdqn": "QRNet"}
    spec, _ = _adopted(
        empty,
        {
            f"{name}.py": f"from lab.{file} import build\nfrom lab.net import {net}\n"
            + _trainer("x", "0.1", f'data = dict(type="{net}Data")')
            for (name, net), file in zip(nets.items(), ("deep", "wide", "thin"), strict=True)
        },
    )
    assert spec["treatment"]["vary"] == ["lab_module", "net_imported", "data_type"]


def test_names_say_what_a_place_is_a_part_of(empty: World) -> None:
    spec, template = _adopted(
        empty,
        {
            f"{name}.py": f"from lab.tasks import {task}_datasets, eval\n"
            + _trainer("x", "0.1", f'layout = "NCHW{flow}"', f"eval.batch_size = {size}")
            + f"batch_size = {size * 3}\n"
            + f'base = "../models/{size}_v1.py", "../schedules/{task}.py"\n'
            for name, task, flow, size in (
                ("a", "olympiad", "", 7),
                ("b", "livecode", "_Flow", 9),
                ("c", "gpqa", "_Flow", 12),
            )
        },
    )
    assert "from lab.tasks import {{ datasets_name | name }}_datasets, eval\n" in template
    assert 'layout = "NCHW{{ layout_suffix }}"\n' in template
    assert "eval.batch_size = {{ eval_batch_size }}\n" in template
    assert "\nbatch_size = {{ batch_size }}\n" in template
    assert {"datasets_name", "layout_suffix", "batch_size"} < {*spec["treatment"]["vary"]}


def test_a_name_has_only_what_all_files_call_the_place(empty: World) -> None:
    spec, _ = _adopted(
        empty,
        {
            f"{it}.py": _trainer("x", "0.1", f'net_{it}_url = "https://x.org/{it}{it}{it}.pt"')
            for it in ("canny", "depth", "pose")
        },
    )
    assert "net_url" in spec["treatment"]["vary"]


def test_options_of_a_script_are_called_by_their_own_keys(empty: World) -> None:
    spec, template = _adopted(
        empty,
        {
            f"{name}.sh": f"python train.py fsdp=-1 tensor={size} \\\n  steps=100 --seed=0\n"
            for name, size in (("a", 1), ("b", 2), ("c", 4))
        },
    )
    assert "fsdp=-1 tensor={{ tensor }} " in template
    assert spec["treatment"]["vary"] == ["tensor"]


def test_flags_of_comments_are_called_so(empty: World) -> None:
    noted = {f"{it}.py": _trainer("x", "0.1", "# batch_size = 3200", "") for it in "ab"}
    plain = {f"{it}.py": _trainer("x", "0.1") for it in "cd"}
    spec, _ = _adopted(empty, noted | plain)
    assert spec["treatment"]["vary"] == ["has_batch_size_comment"]


def test_a_list_that_differs_in_many_places_is_one_branch(empty: World) -> None:
    words = ("ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay")

    def labels(file: int) -> str:
        own = (words[(row + file * (row + 1)) % 10] for row in range(10))
        rows = (f'    "{word}", "common", "row_{row}",\n' for row, word in enumerate(own))
        return f"labels = [\n{''.join(rows)}]\n"

    spec, template = _adopted(
        empty, {f"{it}.py": labels(n) + _trainer("x", "0.1") for n, it in enumerate("abc")}
    )
    assert spec["treatment"]["vary"] == ["labels_preset"]
    assert {it["vars"]["labels_preset"] for it in spec["strategies"].values()} == {*"abc"}
    assert template.count('"common", "row_4"') == 3
    assert template.count("{%") == 4


def test_one_flag_serves_what_is_there_and_what_is_not(empty: World) -> None:
    spec, template = _adopted(
        empty,
        {
            f"{name}.py": _trainer(
                "x", "0.1", *(("amp = True", "scaler = angle") if name < "d" else ()), "layers = 3"
            )
            + ("" if name < "d" else "# in full precision\nprint(lr)\n")
            for name in "abcdefg"
        },
    )
    (flag,) = spec["treatment"]["vary"]
    assert f"{{% if {flag} %}}\namp = True\nscaler = angle\n{{% endif %}}" in template
    assert f"{{% if not {flag} %}}\n# in full precision\nprint(lr)\n{{% endif %}}" in template
