"""Compares files that should be siblings, whoever wrote them.

What is imported here is what the rest of the package uses. Each module is one stage:

- `reading` reads a file into `pieces` by CPython's parser, `data` a tree of plain data;
  `newer_syntax` knows what to do about a file that only a newer Python accepts;
- `pairing` puts what stands for one thing in N files into one column, and `family` merges N trees
  into the `places` at which they differ, each file with a span of its own or nothing;
- `names` knows what tells the files apart; `slips` and `claims` say what looks wrong, and `adopt`
  finds a sibling's name, a claim and another spelling by the same functions;
- `vary` says what may differ, `report` is what was found, `printing` and `formats` print it.
"""

from gen_sweeps.compare.claims import Claim, Prose, claims_of, prose_in
from gen_sweeps.compare.data import Data, compare_trees
from gen_sweeps.compare.family import compare_files, meaning_of
from gen_sweeps.compare.formats import report_github, report_json
from gen_sweeps.compare.names import OWN, FileNames, name_pattern, names_runs, partition, words_of
from gen_sweeps.compare.newer_syntax import newer_syntax_hint
from gen_sweeps.compare.places import Family
from gen_sweeps.compare.printing import View, report_text
from gen_sweeps.compare.report import ComparisonReport
from gen_sweeps.compare.source_text import SourceError
from gen_sweeps.compare.vary import Pattern, parse_patterns

__all__ = [
    "OWN",
    "Claim",
    "ComparisonReport",
    "Data",
    "Family",
    "FileNames",
    "Pattern",
    "Prose",
    "SourceError",
    "View",
    "claims_of",
    "compare_files",
    "compare_trees",
    "meaning_of",
    "name_pattern",
    "names_runs",
    "newer_syntax_hint",
    "parse_patterns",
    "partition",
    "prose_in",
    "report_github",
    "report_json",
    "report_text",
    "words_of",
]
