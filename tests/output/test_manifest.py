"""`manifest.json`: what it says, and how it is read after git, an editor or a formatter had it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from gen_sweeps.output.manifest import (
    Owner,
    UnreadableManifestError,
    manifest_bytes,
    merged,
    read,
)
from gen_sweeps.spec.model import (
    Arm,
    Axis,
    Expression,
    Level,
    Reference,
    Spec,
    SpelledFloat,
    Strategy,
    Treatment,
    Value,
)


def digest(number: int) -> str:
    """Return what stands for the sha256 of a file."""
    return f"{number:064x}"


def small_spec(names: tuple[str, ...] = ("adam", "sgd"), seeds: tuple[int, ...] = (0, 1)) -> Spec:
    """Return a spec of strategies crossed with seeds; each sets `lr` and the variable `opt`."""
    strategies = tuple(
        Strategy(name, "", "", {"lr": SpelledFloat("1e-3")}, {"opt": Expression(f"torch.{name}")})
        for name in names
    )
    levels = tuple(Level(str(seed), seed, {}) for seed in seeds)
    arms = tuple(
        Arm(
            f"{strategy.name}-{level.name}",
            {"strategy": strategy.name, "seed": level.name},
            strategy,
            {"seed": level.value},
            {"queue": "short", **strategy.vars},
        )
        for level in levels
        for strategy in strategies
    )
    return Spec(
        path=Path("spec.toml"),
        name="cartpole",
        package="configs",
        output=PurePosixPath("configs"),
        templates=PurePosixPath("templates"),
        control={"strategy": names[0]},
        treatment=Treatment("Adam", ("lr", "opt"), {}),
        base=(),
        strategies=strategies,
        axes=(Axis("seed", levels),),
        arms=arms,
        depends={"queue": frozenset(), "opt": frozenset({"strategy"})},
    )


def small_manifest(spec: Spec) -> bytes:
    """Return the manifest of a spec: a shared file, one for each seed, and one for each arm."""
    owners: dict[str, Owner] = {"_base.py": None}
    owners |= {f"data_{level.name}.py": {"seed": level.name} for level in spec.axes[0].levels}
    owners |= {f"run_{arm.name}.py": arm.name for arm in spec.arms}
    digests = {path: digest(number) for number, path in enumerate(owners)}
    return manifest_bytes(spec, digests, owners, {"lr": ["optimizer.lr"]})


def claims_of(data: bytes) -> dict[str, list[str]]:
    """Return what a manifest claims, in an order that is of no weight."""
    return {path: sorted(digests) for path, digests in read(data).claims.items()}


def test_each_record_has_a_line_and_stands_between_empty_ones() -> None:
    assert small_manifest(small_spec(("adam",))).decode() == (
        "[\n"
        '{"manifest": 2, "spec": "../spec.toml", "sweep": "cartpole", '
        '"control": {"strategy": "adam"}},\n'
        "\n"
        '{"factor": "lr", "places": ["optimizer.lr"]},\n'
        "\n"
        f'{{"file": "_base.py", "sha256": "{digest(0)}"}},\n'
        "\n"
        f'{{"file": "data_0.py", "levels": {{"seed": 0}}, "sha256": "{digest(1)}"}},\n'
        "\n"
        f'{{"file": "data_1.py", "levels": {{"seed": 1}}, "sha256": "{digest(2)}"}},\n'
        "\n"
        '{"arm": "adam-0", "levels": {"strategy": "adam", "seed": 0}, '
        '"values": {"lr": 1e-3, "opt": {"python": "torch.adam"}}},\n'
        "\n"
        f'{{"file": "run_adam-0.py", "arm": "adam-0", "sha256": "{digest(3)}"}},\n'
        "\n"
        '{"arm": "adam-1", "levels": {"strategy": "adam", "seed": 1}, '
        '"values": {"lr": 1e-3, "opt": {"python": "torch.adam"}}},\n'
        "\n"
        f'{{"file": "run_adam-1.py", "arm": "adam-1", "sha256": "{digest(4)}"}},\n'
        "\n"
        '{"end": "manifest"}\n'
        "]\n"
    )


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (SpelledFloat("1_0.5E+3"), "10.5e3"),
        (0.001, "0.001"),
        (float("-inf"), '{"float": "-inf"}'),
        (SpelledFloat("nan"), '{"float": "nan"}'),
        (Reference("LR"), '{"base": "LR"}'),
        (Expression('f("\n")'), '{"python": "f(\\"\\n\\")"}'),
        (True, "true"),
        (2**70, str(2**70)),
        ("a\n\u2028\N{SNOWMAN}", '"a\\n\\u2028\\u2603"'),
        ((1, ("x",), {}), '[1, ["x"], {}]'),
        ({'"': SpelledFloat("1e-3")}, '{"\\"": 1e-3}'),
    ],
)
def test_a_value_is_what_json_makes_of_it_and_a_float_as_it_is_spelled(
    value: Value, printed: str
) -> None:
    spec = small_spec(("adam",), (0,))
    strategy = Strategy("adam", "", "", {"lr": value}, {})
    arm = Arm("adam-0", spec.arms[0].levels, strategy, {"seed": 0}, {"opt": value})
    changed = replace(spec, strategies=(strategy,), arms=(arm,))
    text = manifest_bytes(changed, {}, {}, {}).decode()
    assert f'"values": {{"lr": {printed}, "opt": {printed}}}' in text
    assert json.loads(text)[1]["arm"] == "adam-0"


def test_what_it_claims_is_each_file_with_its_content() -> None:
    manifest = read(small_manifest(small_spec()))
    assert list(manifest.specs) == ["../spec.toml"]
    assert manifest.claims["run_sgd-1.py"] == [digest(6)]
    assert len(manifest.claims) == 7


def _pretty(data: bytes) -> bytes:
    return json.dumps(json.loads(data), indent=2, sort_keys=True).encode()


@pytest.mark.parametrize(
    "touch",
    [
        _pretty,
        lambda data: json.dumps(json.loads(data), separators=(",", ":")).encode(),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n\n", b"\n").rstrip(),
    ],
)
def test_one_that_a_formatter_or_a_checkout_has_touched_says_the_same(
    touch: Callable[[bytes], bytes],
) -> None:
    data = small_manifest(small_spec())
    assert touch(data) != data
    assert claims_of(touch(data)) == claims_of(data)


def _conflict(ours: bytes, theirs: bytes, base: bytes | None = None) -> bytes:
    middle = b"" if base is None else b"||||||| 1f2e3d\n" + base
    return b"<<<<<<< HEAD\n" + ours + middle + b"=======\n" + theirs + b">>>>>>> theirs\n"


@pytest.mark.parametrize("touch", [bytes, _pretty, lambda data: data.replace(b"\n", b"\r\n")])
@pytest.mark.parametrize(
    "base",
    [
        None,
        b"",
        b'{"file": "gone.py", "sha256": "0"},\n',
        b"<<<<<<<<< 1\n1\n=========\n2\n>>>>>>>>> 2\n",
    ],
)
def test_a_conflicted_one_is_read_as_both_sides(
    touch: Callable[[bytes], bytes], base: bytes | None
) -> None:
    ours, theirs = small_manifest(small_spec(("a", "b"))), small_manifest(small_spec(("a", "c")))
    whole = _conflict(touch(ours).rstrip() + b"\n", touch(theirs).rstrip() + b"\n", base)
    assert claims_of(whole) == claims_of(ours) | claims_of(theirs)

    lines = ours.split(b"\n")
    number = next(n for n, line in enumerate(lines) if b"run_a-0.py" in line)
    other = lines[number].replace(digest(3).encode(), digest(99).encode())
    lines[number] = _conflict(lines[number] + b"\n", other + b"\n", base).rstrip()
    inside = b"\n".join(lines)
    assert claims_of(inside) == claims_of(ours) | {"run_a-0.py": [digest(3), digest(99)]}


def test_one_that_is_merged_with_the_old_form_is_read_as_both() -> None:
    old = (
        b'{"generator": "gen-sweeps", "version": 1, "spec": "../spec.toml", "files": {"x": "1"}}\n'
    )
    new = small_manifest(small_spec())
    assert claims_of(_conflict(new, old)) == claims_of(new) | {"x": ["1"]}
    assert claims_of(old) == {"x": ["1"]}


def test_two_lines_of_one_file_as_a_union_leaves_them_are_two_claims() -> None:
    data = small_manifest(small_spec())
    line = f'{{"file": "_base.py", "sha256": "{digest(0)}"}},\n'.encode()
    both = data.replace(line, line + line.replace(digest(0).encode(), digest(99).encode()))
    assert read(both).claims["_base.py"] == [digest(0), digest(99)]


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda data: data[: len(data) // 2], "is not JSON"),
        (lambda data: data[: data.rindex(b'{"end"')], "is not JSON"),
        (lambda _: b"", "is not JSON"),
        (lambda data: data.decode().encode("utf-16"), "is not JSON"),
        (lambda _: b"[" * 100_000, "is not JSON"),
        (lambda data: data.replace(b"2", b"1" * 5000, 1), "is not JSON"),
        (lambda data: b"<<<<<<< HEAD\n" + data + b">>>>>>> b\n", "has conflict markers"),
        (lambda data: _conflict(data, b"x\n"), "has conflict markers"),
        (lambda data: data.replace(b'{"manifest": 2', b'{"manifest": 3'), "has version 3; this"),
        (lambda data: _conflict(data, data.replace(b": 2", b": 3", 1)), "has version 3; this"),
        (lambda data: data.replace(b'"manifest": 2', b'"manifest": "2"'), "is not a manifest"),
        (lambda _: b"[]", "is not a manifest"),
        (lambda _: b"[1, null]", "is not a manifest"),
        (lambda _: b"3", "is not a manifest"),
        (lambda _: b'{"name": "my package"}', "is not a manifest"),
        (lambda data: data.replace(b'"../spec.toml"', b"[]"), "does not name its spec"),
        (lambda data: data.replace(b'"_base.py"', b"3"), "does not name what its files hold"),
        (lambda data: data.replace(b'"arm": "sgd-0"', b'"arm": {}'), "does not name what"),
        (lambda data: data.replace(b"_base.py", b"../x.py"), "none of its own"),
        (lambda data: data.replace(b"_base.py", b"/etc/passwd"), "none of its own"),
        (lambda data: data.replace(b"_base.py", b"Manifest.json"), "none of its own"),
        (lambda data: data.replace(b"_base.py", b"a/.gen-sweeps-x.tmp"), "none of its own"),
        (lambda data: data.replace(b"_base.py", b"\\ud800"), "none of its own"),
    ],
)
def test_one_that_can_not_be_read_says_why(damage: Callable[[bytes], bytes], what: str) -> None:
    with pytest.raises(UnreadableManifestError, match=what):
        read(damage(small_manifest(small_spec())))


def _some(spec: Spec, names: tuple[str, ...]) -> bytes:
    """Return the manifest of what a run makes that was asked for some arms only."""
    lines = small_manifest(spec).decode().split("\n\n")
    arms = {arm.name for arm in spec.arms} - set(names)
    return "\n\n".join(
        x for x in lines if not any(f'"arm": "{arm}", "sha' in x for arm in arms)
    ).encode()


def test_some_arms_written_into_an_up_to_date_manifest_change_nothing() -> None:
    spec = small_spec()
    whole, order = small_manifest(spec), [arm.name for arm in spec.arms]
    names = ("sgd-0",)
    assert merged(whole, _some(spec, names), names, order) == whole
    assert merged(_pretty(whole), _some(spec, names), names, order) != b""


def test_records_of_arms_not_asked_for_stay_as_they_are() -> None:
    spec = small_spec()
    before = small_manifest(spec).replace(b"1e-3", b"2e-3").replace(b"000", b"aaa")
    after = small_manifest(spec)
    found = merged(before, _some(spec, ("sgd-1",)), {"sgd-1"}, [arm.name for arm in spec.arms])
    records = {line for line in found.decode().split("\n\n") if '"arm"' in line}
    fresh = {line for line in after.decode().split("\n\n") if '"sgd-1"' in line}
    assert records - set(before.decode().split("\n\n")) == fresh


def test_without_a_manifest_the_new_one_has_what_was_asked_for() -> None:
    spec = small_spec()
    found = json.loads(merged(None, _some(spec, ("sgd-1",)), {"sgd-1"}, []))
    assert [record["arm"] for record in found if "values" in record] == ["sgd-1"]
    assert found[-1] == {"end": "manifest"}


def test_a_conflict_is_kept_for_what_was_not_asked_for() -> None:
    spec = small_spec()
    whole = small_manifest(spec)
    theirs = whole.replace(digest(3).encode(), digest(98).encode())
    theirs = theirs.replace(digest(6).encode(), digest(99).encode())
    order = [arm.name for arm in spec.arms]
    found = merged(_conflict(whole, theirs), _some(spec, ("sgd-1",)), {"sgd-1"}, order)
    assert claims_of(found) == claims_of(whole) | {"run_adam-0.py": [digest(3), digest(98)]}


def test_the_places_of_a_factor_that_other_arms_show_are_kept() -> None:
    spec = small_spec()
    places = {"lr": ["optimizer.lr", "name"], "opt": ["optimizer"]}
    old = manifest_bytes(spec, {}, {}, places)
    new = manifest_bytes(spec, {}, {}, {"size": ["hidden"], "lr": ["optimizer.lr"]})
    found = [r for r in json.loads(merged(old, new, [], [])) if "factor" in r]
    assert found == [
        {"factor": "lr", "places": ["optimizer.lr", "name"]},
        {"factor": "opt", "places": ["optimizer"]},
        {"factor": "size", "places": ["hidden"]},
    ]
