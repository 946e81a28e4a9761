"""Runs the arms of a sweep, on this machine or on Slurm, and tells what has become of them.

What is imported here is what the rest of the package uses.
"""

from gen_sweeps.run.records import (
    ArmState,
    Attempt,
    AttemptEnd,
    AttemptStart,
    Job,
    PythonVersion,
    RunFolder,
    sweep_folder,
)

__all__ = [
    "ArmState",
    "Attempt",
    "AttemptEnd",
    "AttemptStart",
    "Job",
    "PythonVersion",
    "RunFolder",
    "sweep_folder",
]
