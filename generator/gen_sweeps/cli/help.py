r"""The pages of `--help`, loaded only when somebody asks.

`\b` alone on a line keeps the lines of the paragraph below it as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What stands above and below the list of a command's options."""

    help: str
    epilog: str


_EXIT_CODES = """Exit codes:

\b
  0    {done}
  1    {differs}
  2    {unanswered}
  101  a bug in gen-sweeps
  130  interrupted
"""

_MAIN = """Write the files of a sweep from its spec, proven to differ only in declared factors.

The spec declares factors: what strategies set, and axes such as seeds. Each combination is an arm.
Renders the templates for each arm, proves that what differs comes from a factor, and only then
writes the files. Files that are already right are not touched; files that gen-sweeps did not write,
or that were edited since, are never changed without --force.

Options may come before or after SPEC.
"""

_MAIN_EPILOG = """Examples:

\b
  gen-sweeps spec.toml               write the files
  gen-sweeps spec.toml --check       fail if the files don't match the spec
  gen-sweeps spec.toml --diff        the same, and show what would change
  gen-sweeps spec.toml --only adam   write the arms of one strategy
  gen-sweeps spec.toml --only 42     write the arms with one level: seed 42
  gen-sweeps */spec.toml --check     check several; the worst exit code wins
  gen-sweeps spec.toml --watch       write on each change of spec or templates

Other commands, as in `gen-sweeps compare`; each has a --help of its own:

\b
{commands}

Environment:

\b
  NO_COLOR     if set and not empty: no colour, even on a terminal
  FORCE_COLOR  if set and not empty: colour, even without a terminal

"""

_PAGES: Mapping[str, HelpPage] = {
    "adopt": HelpPage(
        """Write a spec and a template that make the files that you have.

They make these very files, byte for byte. Takes 2 to 100 files that were copied from each other and
edited, Python or any other text. What looks like an accident comes first: a file with its sibling's
name, a claim that is not true, a value spelled otherwise or set in one file alone. It stays,
marked in the spec, unless --fix mends it. Nothing is written before the round trip is proven, and
nothing is overwritten; from then on `gen-sweeps spec.toml` keeps the files.
""",
        """Examples:

\b
  gen-sweeps adopt configs/*.py --dry-run         what would be written
  gen-sweeps adopt configs/*.py                   write them beside the files
  gen-sweeps adopt configs/*.py -o sweep          write them into sweep/
  gen-sweeps adopt configs/*.py --fix batch_size  mend the odd value before
  gen-sweeps adopt configs/*.py --fix lr=1e-3 --keep seed
                                                  mend one, the other is meant

"""
        + _EXIT_CODES.format(
            done="done",
            differs="the files are not one family, or a file is in the way; nothing was\n"
            "       written",
            unanswered="bad usage, or a file that can't be read, parsed or adopted",
        ),
    ),
    "run": HelpPage(
        """Run the arms of a sweep, on this machine or on Slurm.

Runs the command of the spec's table [run] for each arm that is not done yet, and prints it first.
What runs is frozen before the first arm starts: the proven files, and the code that `freeze` names.
Refuses if the files on disk are not what the spec says. An arm that fails stops no other. Whatever
is killed, the same command goes on where it was; an arm that is done is not run again unless its
command or its frozen files change.
""",
        """Examples:

\b
  gen-sweeps run spec.toml                   run what is not done
  gen-sweeps run spec.toml --dry-run         show what would be run
  gen-sweeps run spec.toml --only adam -j 4  a strategy's arms, four at a time
  gen-sweeps run spec.toml --gpus 0,1        give each arm a GPU
  gen-sweeps run spec.toml --executor slurm  submit a job array and watch it
  gen-sweeps run spec.toml --retry-failed    run again what has failed

Ctrl-C stops the arms on this machine; on Slurm it only stops watching.

"""
        + _EXIT_CODES.format(
            done="every arm is done",
            differs="an arm is not done; or the files are not what the spec says",
            unanswered="bad usage, spec or template; input, output or Slurm failed",
        ),
    ),
    "status": HelpPage(
        """Show what has run, has failed, runs or waits.

Looks at what is on disk, and at Slurm's queue if arms were submitted. Freezes and starts nothing.
""",
        """Examples:

\b
  gen-sweeps status spec.toml                       a line for each arm
  gen-sweeps status spec.toml --output-format json  for programs
  gen-sweeps status spec.toml --cancel              stop what runs and waits

"""
        + _EXIT_CODES.format(
            done="no arm has failed",
            differs="an arm has failed, or can't be stopped from here",
            unanswered="bad usage or spec; nothing is generated; Slurm failed",
        ),
    ),
    "results": HelpPage(
        """Show what the arms measured, against the control.

Reads the measurements of the arms that `gen-sweeps run` has run, and changes nothing. Arms are
compared with the control at equal levels of every other axis, and averaged over the axis seed, or
those that `run.replicates` names. What is missing or NaN is named and never averaged away.
""",
        """Examples:

\b
  gen-sweeps results spec.toml                      the metric that has a goal
  gen-sweeps results spec.toml --metric accuracy    another one
  gen-sweeps results spec.toml --at step=1000       all at the same step
  gen-sweeps results spec.toml --output-format csv  a line for each arm

"""
        + _EXIT_CODES.format(
            done="every arm has measured it, by what the spec makes now",
            differs="an arm is missing, failed or NaN; the others are compared",
            unanswered="nothing to compare; bad usage or spec; a package is missing",
        ),
    ),
    "compare": HelpPage(
        """Show where sibling files differ, and what looks like a slip.

Merges the syntax trees of all files into one and groups the places by who differs there. With
--vary or --spec, says whether they differ only where they were meant to. The files are not run,
unless --resolved asks for it. Reads Python, and JSON by the suffix; a folder means its Python
files. In what is printed, ‹own› stands for the words of a file's own name.
""",
        """Examples:

\b
  gen-sweeps compare sweeps/*.py                 how a family of files differs
  gen-sweeps compare sweeps/*.py --vary 'Adam(lr, eps)' --vary docstring
                                                 fail if anything else differs
  gen-sweeps compare sweeps --spec spec.toml     what a spec declares may vary
  gen-sweeps compare --diff a.py b.py            two files as a unified diff

"""
        + _EXIT_CODES.format(
            done="nothing differs except what may vary",
            differs="something differs",
            unanswered="bad usage, or a file that can't be read or parsed",
        ),
    ),
    "resolve": HelpPage(
        """Show the configuration that a Python file builds, without its SDK.

Runs the file's code with stand-ins for the packages that it imports, and prints the tree of calls
and values that it makes. This is no sandbox: what would write a file, start a program or use the
network by accident is refused, but don't resolve a file that you would not run.
""",
        """Examples:

\b
  gen-sweeps resolve sweep.py                       the tree
  gen-sweeps resolve sweep.py --provenance          with each value's origin
  gen-sweeps resolve sweep.py --stub mylib          without running mylib
  gen-sweeps resolve sweep.py --output-format json  for programs

"""
        + _EXIT_CODES.format(
            done="done",
            differs="never",
            unanswered="bad usage, or the file can't be run to the end",
        ),
    ),
    "init": HelpPage(
        """Write an experiment to start from: a spec, templates, their files.

Asks nothing and overwrites nothing: if a file that it would write already exists, it names that
file and writes nothing. The result passes --check at once.

\b
  training        four optimizers with three seeds each, and what trains them
  reward-shaping  gen-sweeps' own sweep: five reward-shaping strategies
""",
        """Examples:

\b
  gen-sweeps init                           into the current folder
  gen-sweeps init my_sweep                  into a new folder
  gen-sweeps init rl --from reward-shaping  gen-sweeps' own sweep

"""
        + _EXIT_CODES.format(
            done="done",
            differs="a file is in the way; nothing was written",
            unanswered="bad usage; input or output failed",
        ),
    ),
    "schema": HelpPage(
        """Print the JSON Schema with which editors complete and check a spec.

Editors with a TOML language server (taplo, Even Better TOML) use the schema that the first line
of a spec names: `#:schema spec.schema.json`.
""",
        """Example:

\b
  gen-sweeps schema > spec.schema.json

"""
        + _EXIT_CODES.format(done="done", differs="never", unanswered="bad usage; output failed"),
    ),
    "report": HelpPage(
        """Write an HTML page that a reviewer can read instead of the files.

It has the verdict of the proof, what each strategy and level sets, the places of each factor, the
base constants, the control's file in full, what any two strategies differ in, and the sha256 of
every file. The page shows what the spec says, whatever is on disk; once arms have run, it starts
with what they measured, as a table and curves. It needs no network and no scripts, and the same
spec and runs give the same bytes.
""",
        """Examples:

\b
  gen-sweeps report spec.toml -o report.html    write the page
  gen-sweeps report spec.toml > report.html     the same

"""
        + _EXIT_CODES.format(
            done="done",
            differs="the files differ in more than declared factors, or a file that is\n"
            "       not a report is in the way",
            unanswered="bad usage, spec or template; input or output failed",
        ),
    ),
}


def page(command: str | None) -> HelpPage:
    """Return the page of a command; with None, that of the main job."""
    if command is not None:
        return _PAGES[command]
    width = max(map(len, _PAGES))
    commands = (f"  {name:{width}}  {_summary(page)}" for name, page in _PAGES.items())
    codes = _EXIT_CODES.format(
        done="done; nothing differs",
        differs="it differs: drift, a foreign file in the way, an undeclared difference",
        unanswered="no answer: bad usage, spec or template; input or output failed",
    )
    return HelpPage(_MAIN, _MAIN_EPILOG.format(commands="\n".join(commands)) + codes)


def _summary(page: HelpPage) -> str:
    """Return what a command does, as an entry of a list."""
    line = page.help.partition("\n")[0].rstrip(".")
    return line[:1].lower() + line[1:]
