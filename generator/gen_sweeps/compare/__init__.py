"""Compares files that should be siblings, whoever wrote them.

What is imported here is what the rest of the package uses. Each module is one stage:

- `reading` reads a file into `pieces` by CPython's parser, `data` a tree of plain data;
- `pairing` puts what stands for one thing in N files into one column, and `family` merges N trees
  into the `places` at which they differ, each file with a span of its own or nothing;
- `names` knows what tells the files apart; `slips` and `claims` say what looks wrong;
- `vary` says what may differ, `report` is what was found, `printing` and `formats` print it.

`concrete` compares two files to the last byte, by LibCST, for the proof's judge; nothing else here
loads it.
"""

from gen_sweeps.compare.concrete.difference import Difference, Site
from gen_sweeps.compare.concrete.pairwise import differences, site_at
from gen_sweeps.compare.concrete.parsing import SourceError, parse
from gen_sweeps.compare.concrete.tree import Module, Node
from gen_sweeps.compare.data import Data, compare_trees
from gen_sweeps.compare.family import compare_files
from gen_sweeps.compare.formats import report_github, report_json
from gen_sweeps.compare.places import Family
from gen_sweeps.compare.printing import View, report_text
from gen_sweeps.compare.report import ComparisonReport
from gen_sweeps.compare.vary import Pattern, parse_patterns

__all__ = [
    "ComparisonReport",
    "Data",
    "Difference",
    "Family",
    "Module",
    "Node",
    "Pattern",
    "Site",
    "SourceError",
    "View",
    "compare_files",
    "compare_trees",
    "differences",
    "parse",
    "parse_patterns",
    "report_github",
    "report_json",
    "report_text",
    "site_at",
]
