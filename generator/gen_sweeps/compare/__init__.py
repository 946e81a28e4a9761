"""Compares Python files that should be siblings, whoever wrote them.

What is imported here is what the rest of the package uses. One engine, in one direction:

- `parsing` asks Python whether a file is valid, `concrete` reads it with LibCST, which keeps every
  byte;
- `outline` turns LibCST's tree (and `data` a tree of plain data) into the neutral tree of `tree`;
- `alignment` pairs the children of two nodes, `pairwise` walks two trees and lists what differs;
- `family` compares N files with the most typical of them and groups the values by place;
- `vary` says what may differ, `suspicions` what no difference shows;
- `report` is what was found, `printing` and `formats` print it.

LibCST is loaded when a file is first parsed.
"""

from gen_sweeps.compare.data import Data, compare_trees
from gen_sweeps.compare.difference import Difference, Site
from gen_sweeps.compare.facts import Facts, facts_of
from gen_sweeps.compare.family import compare_family, most_typical
from gen_sweeps.compare.formats import report_github, report_json
from gen_sweeps.compare.gaps import without_comments
from gen_sweeps.compare.pairwise import differences, site_at
from gen_sweeps.compare.parsing import SourceError, newer_syntax_hint, parse
from gen_sweeps.compare.printing import View, report_text
from gen_sweeps.compare.report import ComparisonReport
from gen_sweeps.compare.suspicions import find_suspicions
from gen_sweeps.compare.tree import Module, Node
from gen_sweeps.compare.vary import Pattern, parse_patterns

__all__ = [
    "ComparisonReport",
    "Data",
    "Difference",
    "Facts",
    "Module",
    "Node",
    "Pattern",
    "Site",
    "SourceError",
    "View",
    "compare_family",
    "compare_trees",
    "differences",
    "facts_of",
    "find_suspicions",
    "most_typical",
    "newer_syntax_hint",
    "parse",
    "parse_patterns",
    "report_github",
    "report_json",
    "report_text",
    "site_at",
    "without_comments",
]
