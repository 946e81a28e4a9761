"""What a comparison found, ready to be printed in any format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from gen_sweeps.compare.findings import FamilyFinding
from gen_sweeps.compare.places import Family, FamilyPlace, Kind
from gen_sweeps.compare.slips import find_slips
from gen_sweeps.compare.vary import Pattern, is_allowed
from gen_sweeps.errors import Problem


@dataclass(frozen=True)
class ComparisonReport:
    """What a comparison found.

    Attributes:
        family: What differs, all of it.
        patterns: What may vary.
        problems: The files that could not be compared.
        declared_by_spec: What else may vary, because a spec says so.
    """

    family: Family
    patterns: Sequence[Pattern] = ()
    problems: Sequence[Problem] = ()
    declared_by_spec: Sequence[Pattern] = ()

    @property
    def allowing(self) -> list[Pattern]:
        """All that may vary."""
        return [*self.patterns, *self.declared_by_spec]

    @cached_property
    def outside(self) -> list[FamilyPlace]:
        """The places that count: those that nothing allows."""
        return [place for place in self.family.places if not is_allowed(place, self.allowing)]

    @cached_property
    def declared(self) -> list[FamilyPlace]:
        """The places that differ because they may."""
        return [
            place
            for place in self.family.places
            if any(pattern.allows(place) for pattern in self.allowing)
        ]

    @cached_property
    def findings(self) -> list[FamilyFinding]:
        """What looks like a slip; nothing that is declared."""
        declared = set(map(id, self.declared))
        return find_slips(self.family, [p for p in self.family.places if id(p) not in declared])

    @property
    def unused(self) -> list[Pattern]:
        """The patterns that match no difference."""
        return [
            pattern
            for pattern in self.patterns
            if not any(pattern.allows(place) for place in self.family.places)
        ]

    def arguments_of(self, pattern: Pattern) -> list[str]:
        """Return the arguments that differ in calls of what a pattern names, if it names one."""
        *_, call = pattern.names or ("",)
        steps = (s for p in self.family.places for s in p.path if call in s.calls and not s.part)
        return sorted({name for step in steps for (name,) in step.names if name.isidentifier()})

    @property
    def exit_code(self) -> int:
        """0 if nothing differs that may not, 1 if something does, 2 if a file was not compared."""
        return 2 if self.problems else int(bool(self.outside))

    def of_kind(self, kind: Kind) -> list[FamilyPlace]:
        """Return the places of a kind that are not declared."""
        declared = set(map(id, self.declared))
        return [p for p in self.family.places if p.kind == kind and id(p) not in declared]
