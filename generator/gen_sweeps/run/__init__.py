"""Runs the arms of a sweep, on this machine or on Slurm, and tells what has become of them.

What is imported here is what the rest of the package uses. In the order in which an arm goes:

- `freezing` says what is run of it, and names that by a digest; `preparing` makes its folder;
- `local` and `slurm` launch it, and `supervisor` runs it, alone, wherever that is;
- `records` is what is on disk of it, `states` what follows from that, `cancelling` stops it.
"""

from gen_sweeps.run.cancelling import Stopped, cancel
from gen_sweeps.run.freezing import ArmRun, RunPlan, plan_runs
from gen_sweeps.run.launching import LaunchOptions, is_to_start
from gen_sweeps.run.local import LocalLauncher, known_gpus
from gen_sweeps.run.preparing import CodeProvenance, prepare, sole_launcher
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
from gen_sweeps.run.slurm import SlurmWatcher, submit, unsubmitted
from gen_sweeps.run.slurm_queue import SlurmError
from gen_sweeps.run.states import ArmStatus, status, statuses

__all__ = [
    "ArmRun",
    "ArmState",
    "ArmStatus",
    "Attempt",
    "AttemptEnd",
    "AttemptStart",
    "CodeProvenance",
    "Job",
    "LaunchOptions",
    "LocalLauncher",
    "PythonVersion",
    "RunFolder",
    "RunPlan",
    "SlurmError",
    "SlurmWatcher",
    "Stopped",
    "cancel",
    "is_to_start",
    "known_gpus",
    "plan_runs",
    "prepare",
    "sole_launcher",
    "status",
    "statuses",
    "submit",
    "sweep_folder",
    "unsubmitted",
]
