"""How much is measured: enough to believe it, or just enough to see that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The sizes of the jobs, and how often each is run.

    Attributes:
        small: Numbers of strategies that are generated in `small_rounds`.
        large: Two numbers of strategies, generated in `large_rounds`; growth is between them.
        memory_rounds: How often memory is measured.
        files: Files that are proven by construction.
        judged: Files of these that LibCST judges.
        compared: Numbers of files that `compare` is given.
        process_rounds: How often whole processes run.
        small_rounds: How often small jobs run.
        large_rounds: How often large jobs run.
        peer_jobs: Numbers of files that peers make.
        peer_rounds: How often each peer runs.
    """

    small: tuple[int, ...]
    large: tuple[int, int]
    memory_rounds: int
    files: int
    judged: int
    compared: tuple[int, ...]
    process_rounds: int
    small_rounds: int
    large_rounds: int
    peer_jobs: tuple[int, ...]
    peer_rounds: int


FULL = Scale(
    small=(5, 100),
    large=(1_000, 10_000),
    memory_rounds=3,
    files=1_000,
    judged=20,
    compared=(5, 20, 100),
    process_rounds=21,
    small_rounds=15,
    large_rounds=7,
    peer_jobs=(5, 1_000),
    peer_rounds=5,
)

QUICK = Scale(
    small=(5,),
    large=(10, 40),
    memory_rounds=1,
    files=20,
    judged=2,
    compared=(5,),
    process_rounds=1,
    small_rounds=1,
    large_rounds=1,
    peer_jobs=(3,),
    peer_rounds=1,
)
