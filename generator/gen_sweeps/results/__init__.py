"""What the arms of an experiment measured, against its control.

What is imported here is what the rest of the package uses.
"""

from gen_sweeps.results.caveats import problems_of
from gen_sweeps.results.comparison import ArmComparison, CountedRun
from gen_sweeps.results.finding import counted_runs
from gen_sweeps.results.formats import content, csv_text
from gen_sweeps.results.gathering import NoResultsError, gather
from gen_sweeps.results.readers import TrackerError
from gen_sweeps.results.section import results_section
from gen_sweeps.results.series import Selection, parse_selection
from gen_sweeps.results.table import table_text

__all__ = [
    "ArmComparison",
    "CountedRun",
    "NoResultsError",
    "Selection",
    "TrackerError",
    "content",
    "counted_runs",
    "csv_text",
    "gather",
    "parse_selection",
    "problems_of",
    "results_section",
    "table_text",
]
