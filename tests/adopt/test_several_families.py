"""Files that are different programs are told so, with those that belong together."""

from __future__ import annotations

from adopted_families import optimizers
from conftest import World

OTHER = "\n".join(f"def step_{number}(x):\n    return x * {number}\n" for number in range(12))
ALONE = "\n".join(f"print({number!r}, 'words of its own')" for number in range(30)) + "\n"


def _world(empty: World, files: dict[str, str]) -> World:
    for name, text in files.items():
        empty.write(f"configs/{name}", text)
    return empty


def test_two_families_are_told_with_the_commands_to_run(empty: World) -> None:
    tools = {f"tool_{name}.py": OTHER.replace("12", name) for name in ("1", "2", "3")}
    world = _world(empty, optimizers() | tools)
    before = world.files()
    done = world.run("adopt", *(f"configs/{name}" for name in world.files("configs")))
    assert (done.exit_code, done.out, world.files()) == (1, "", before)
    assert "configs/hopper_adam.py and 4 more are not one family" in done.err
    assert (
        "run `gen-sweeps adopt configs/tool_1.py configs/tool_2.py configs/tool_3.py`" in done.err
    )


def test_a_file_unlike_the_others_is_named(empty: World) -> None:
    world = _world(empty, optimizers() | {"hopper_plot.py": ALONE})
    done = world.run("adopt", *(f"configs/{name}" for name in world.files("configs")))
    assert done.exit_code == 1
    assert "configs/hopper_plot.py is like no other file" in done.err


def test_files_that_differ_in_too_many_places_to_read_are_told_apart(empty: World) -> None:
    serve = [f"def step_{number}(x): return x * {number}\n" for number in range(46)]
    train = [f"{line}print('trained', step_{number})\n" for number, line in enumerate(serve)]
    files = {
        f"{kind}_{name}.py": f"lr = 0.{number}\n" + "".join(lines)
        for kind, lines in (("serve", serve), ("train", train))
        for number, name in enumerate("abc", 1)
    }
    world = _world(empty, files)
    done = world.run("adopt", *(f"configs/{name}" for name in files))
    assert (done.exit_code, done.out) == (1, "")
    assert "configs/serve_a.py and 2 more are not one family" in done.err
    assert "configs/train_a.py and 2 more are another family" in done.err
