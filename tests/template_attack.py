"""Attacks the budget of templates, by hand: random templates that try to take time or memory.

    uv run python tests/template_attack.py --count 1000 --seed 0

Each attack has a number, which is all that is needed to run it again (`--seed N --count 1`). It
is a template of at most 200 bytes around the treatment, checked by the command in a child process.
What takes more than 5 seconds of the processor or more than 500 MB, or ends otherwise than with an
exit code, is printed, and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random

from conftest import World

from gen_sweeps.__main__ import run

MAX_BYTES = 200

MAX_SECONDS = 5

MAX_MEGABYTES = 500

SPEC = """\
[sweep]
name = "s"
package = "generated"
output = "generated"
control = "a"
[treatment]
call = "F"
vary = ["x"]
[vars]
text = "some text"
table = { a = 1, b = 2 }
[strategies.a]
[strategies.b]
args = { x = 1 }
"""

NUMBERS = ("2", "9", "99", "999", "9999", "99999", "999999", "9999999", "10**9", "9**9999")

TEXTS = ("'a'", "'ab'", "' '", "'\\n'", "'x y '", "'{}'", "'%s'", "text", "'a,'", "'-<&'", "'ß'")

GRAMMAR = {
    "N": (
        *NUMBERS,
        *("T|length", "L|length", "T.count(T)", "T.find(T)", "L.count(V)", "L.index(V)", "L|sum"),
        *("(N+N)", "(N*N)", "(N//2)", "N%N", "N|abs", "N|round(N)", "T|int", "T|wordcount", "-1"),
        *("L|map('length')|sum", "(T==T)|int", "(L<L)|int", "(V in L)|int", "N.bit_length()"),
    ),
    "T": (
        *TEXTS,
        *("T*N", "T*N", "T~T", "T+T", "V~V", "T|upper", "T|title", "T|trim", "T|replace(T,T)"),
        *("T|center(N)", "T|indent(N)", "T|indent(T)", "T|truncate(N)", "T|wordwrap(N)", "L|join"),
        *("L|join(T)", "L|string", "N|string", "T.replace(T,T)", "T.join(L)", "T.ljust(N)"),
        *("T.zfill(N)", "T.expandtabs(N)", "T.strip(T)", "T.title()", "T.casefold()", "T[N:]"),
        *("T[::2]", "L|first", "T.format(V)", "T|format(V)", "T%V", "L|python", "V|json", "T|sh"),
        *("T|capitalize", "T.swapcase()", "T|lower", "L|last", "L|map('string')|join", "T|python"),
        *("'%9s'*N%(V,)", "'{0}{0}'.format(T)", "T.center(N,' ')", "T|docstring", "T|comment"),
    ),
    "L": (
        *("[V]*N", "[V]*N", "range(N)|list", "range(N)", "[V,V]", "L+L", "[L,L]", "{V:V}", "(V,)"),
        *("T.split()", "T.split(T)", "T.splitlines()", "T|list", "L|sort", "L|unique|list", "[]"),
        *("L|reverse|list", "L|batch(N)|list", "L|batch(N,V)|list", "L|slice(N)|list", "L[N:]"),
        *("L|groupby(0)|list", "L|map('string')|list", "L|select|list", "L|select('in',L)|list"),
        *("L|reject('==',V)|list", "L|map('replace',T,T)|list", "table|items|list", "L|list"),
        *(
            "T.partition(T)",
            "T.rsplit(T,N)",
            "L[::-1]",
            "L|map('upper')|list",
            "L|sort(reverse=true)",
        ),
        *(
            "T|batch(N)|list",
            "T|slice(N)|list",
            "L|map('center',N)|list",
            "{V:V}|dictsort",
            "table",
        ),
        *("L|map('list')|list", "L|sum(start=[])", "[L]*N", "L|tojson", "dict(a=V,b=V)|items|list"),
    ),
    "V": ("N", "T", "T", "L", "L"),
    "S": (
        *(
            "{% set a=T %}",
            "{% set b=L %}",
            "{% set n.t=T %}",
            "{% set n.l=L %}",
            "{% set n.i=N %}",
        ),
        *("{{ '' if V }}", "{{ '' if V in L }}", "{{ '' if V==V }}", "{{ '' if L<L }}", "{{ T }}"),
        *("{% set a %}{{ a }}{{ T }}{% endset %}", "{% filter upper %}{{ T }}{% endfilter %}"),
        *("{% for i in range(N) %}S{% endfor %}",) * 8,
        *("{% for i in L %}S{% endfor %}", "{% for j in L if V %}S{% endfor %}"),
        *("{% for i in L recursive %}{{ loop(L) }}{% endfor %}", "{% with a=T %}S{% endwith %}"),
        *("{% macro m(x) %}S{% endmacro %}{{ m(V) }}{{ m(V) }}", "{{ '' if V is eq(V) }}"),
        *("{% for i in L %}{{ loop.cycle(V,V) }}{% endfor %}", "{% set n.l=[n.l,V] %}"),
        *("{% for i in L %}{{ '' if loop.changed(V) }}{% endfor %}", "{% set n.t=n.t~n.t %}"),
        *("{% set n.t=n.t+T %}", "{% set n.l=n.l+L %}", "{% set n.i=n.i*n.i %}"),
        *("{% set n.l=n.l+[L] %}", "{% set n.l={V:n.l} %}", "{% set n.l=[n.l,n.l] %}"),
    ),
}
"""What numbers, texts, lists, values and statements are made of; single letters are replaced."""

KNOWN = {"N": ("n.i", "n.i"), "T": ("a", "a", "n.t"), "L": ("b", "b", "n.l")}
"""What each kind is called once it has been set."""

STARTS = (
    "{% set a='a'*M %}{% set b=[1]*M %}",
    "{% set a='a b\\n'*M %}{% set b=[a]*M %}",
    "{% set a=' '*M %}{% set b=range(M)|list %}",
    "{% set a='<'*M %}{% set b=a|list %}",
    "{% set a=T %}{% set b=L %}",
    "{% set a='1'*M %}{% set b=[[1]*M]*M %}",
)
"""How a template starts."""

_SYMBOL = re.compile(r"(?<![\w.'\"])[NTLVS](?![\w'\"])")


class Attack:
    """A random template.

    Args:
        seed: Its number.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - an attack is no secret

    def template(self) -> str:
        """Return the template: statements that build on each other's values."""
        text = "{% set n=namespace(t='x',l=[1],i=3) %}" if self._random.random() < 0.4 else ""
        text += self._filled(self._sized(self._random.choice(STARTS)), 2, {})
        known = KNOWN if "{% set n=" in text else {"T": ("a",), "L": ("b",)}
        for _ in range(30):
            longer = text + self._made("S", 4, known)
            if len(longer.encode()) <= MAX_BYTES and ("n." not in longer or "n=" in text):
                text = longer
        return text

    def _sized(self, start: str) -> str:
        return re.sub(r"M\b", lambda _: self._random.choice(NUMBERS[:-2]), start)

    def _made(self, kind: str, depth: int, known: Mapping[str, tuple[str, ...]]) -> str:
        choices = GRAMMAR[kind]
        if depth <= 0:
            choices = tuple(it for it in choices if not _SYMBOL.search(it)) or ("{{ a }}",)
        if kind in known and (depth <= 0 or self._random.random() < 0.4):
            choices = known[kind]
        chosen = self._random.choice(choices)
        return self._filled(chosen, depth - 1, known)

    def _filled(self, text: str, depth: int, known: Mapping[str, tuple[str, ...]]) -> str:
        return _SYMBOL.sub(lambda symbol: self._operand(symbol[0], depth, known), text)

    def _operand(self, kind: str, depth: int, known: Mapping[str, tuple[str, ...]]) -> str:
        if kind == "V" and depth <= 0:
            kind = self._random.choice("NTL")
        made = self._made(kind, depth, known)
        return f"({made})" if any(sign in made for sign in "+*~|%/") and kind != "S" else made


def attacked(world: World, template: str) -> tuple[str, float, float]:
    """Return how a check of the template ends, and the seconds and megabytes that it takes."""
    text = f'"""{{{{ sweep.marker }}}}"""\ny = {{{{ treatment }}}}\n# {template}\n'
    world.write("templates/{strategy}.py.jinja", text)
    child = os.fork()
    if child == 0:
        code = 99
        try:
            # What is too much ends here, not the machine.
            resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            os.chdir(world.folder)
            code = run(["spec.toml", "--check"])
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    end = "killed" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    return end, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the attacks that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="print every template")
    asked = parser.parse_args()
    ends: Counter[str] = Counter()
    failed, slowest, largest = 0, 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.write("spec.toml", SPEC)
        attacked(world, "")
        for seed in range(asked.seed, asked.seed + asked.count):
            template = Attack(seed).template()
            end, seconds, megabytes = attacked(world, template)
            ends[end] += 1
            slowest, largest = max(slowest, seconds), max(largest, megabytes)
            is_bad = end not in {"exit 0", "exit 1", "exit 2"}
            is_bad |= seconds > MAX_SECONDS or megabytes > MAX_MEGABYTES
            failed += is_bad
            if is_bad or asked.verbose:
                _say(f"{seed}: {end}, {seconds:.1f} s, {megabytes:.0f} MB: {template!r}")
    _say(f"{asked.count} templates, {failed} over the bounds; {dict(ends)}")
    _say(f"the slowest took {slowest:.1f} s, the largest {largest:.0f} MB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
