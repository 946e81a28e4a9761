"""Texts that all arms share, in YAML, JSON, TOML and shell scripts."""

from __future__ import annotations

import pytest
from conftest import MINIMAL_SPEC, World

SPEC = MINIMAL_SPEC.replace("[base.", "[vars]\nword = WORD\n\n[base.")


def made(world: World, word: str, text: str, name: str = "all.yaml") -> tuple[int, str]:
    """Return how printing a word in a companion ends, and what is said."""
    world.write("spec.toml", SPEC.replace("WORD", f'"{word}"'))
    world.write(f"templates/{name}.jinja", text)
    result = world.run("spec.toml", "-q")
    return result.exit_code, result.err


@pytest.mark.parametrize("word", ["no", "Yes", "on", "null", "true", "1e3", "010"])
@pytest.mark.parametrize(
    "text", ["a: {{ word }}\n", "a: [x, {{ word }}]\n", "- {{ word }}  # why\n", "{{ word }}"]
)
def test_a_word_that_may_be_read_as_another_type_is_refused(
    world: World, word: str, text: str
) -> None:
    exit_code, said = made(world, word, text)
    assert exit_code == 2
    assert said == (
        f'error: templates/all.yaml.jinja:1: prints "{word}" as it is, which may be read as '
        "another type\nhint: print it through `| json`, with no quotes around it\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a: {{ word | json }}\n",
        'a: "{{ word }}"\n',
        "a: x{{ word }}\n",
        "a: repo:{{ word }}\n",
        "a: {{ word }}-1.yaml\n",
        "{{ word }}: 1\n",
        "a: well, {{ word }}!\n",
    ],
)
def test_a_part_of_a_text_is_a_part_of_a_text(world: World, text: str) -> None:
    assert made(world, "no", text) == (0, "")


def test_in_a_toml_file_too_and_in_no_text_for_people(world: World) -> None:
    assert made(world, "1979", "a = {{ word }}\n", "all.toml")[0] == 2
    world.path("templates/all.toml.jinja").unlink()
    assert made(world, "1979", "a = {{ word }}\n", "all.md") == (0, "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("#!/bin/sh\necho {{ word }}\n", 2),
        ("#!/bin/sh\n\necho '{{ word | sh }}'\n", 3),
        ("cat <<E\n{{ word | sh }}\nE\n", 2),
        ("echo {{ sweep.name | sh }}\necho {{ word | json }}\n", 2),
    ],
)
def test_what_a_shell_would_misread_is_refused_at_the_templates_line(
    world: World, text: str, line: int
) -> None:
    exit_code, said = made(world, "a; b", text, "all.sh")
    assert exit_code == 2
    assert said.startswith(f"error: templates/all.sh.jinja:{line}: ")
