"""Runs one arm, on any machine: starts its command, watches it, and writes down how it ended.

This file is run by itself, `python supervisor.py RUN_FOLDER LAUNCH`, also on nodes of a cluster
that have no gen-sweeps: Slurm's jobs get a copy of it. On this machine, `COMMAND` does the same. It
needs the standard library of Python 3.8 or newer, and imports little, because each arm pays for it.
`records` reads what it writes.

    exit code 0: the arm is done; 1: it is not; 75: another process runs it; 76: a later submission
    has taken it over
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

if sys.platform != "win32":  # where nothing can be run, but records can be read
    import fcntl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

BUSY, SUPERSEDED = 75, 76
"""Exit codes if another process runs the arm, and if a later submission has it."""

VERSION = 1
"""The version of the records."""

THREADS = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    *("BLIS_NUM_THREADS", "RAYON_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "POLARS_MAX_THREADS"),
)
"""Environment variables by which libraries are told how many threads to start."""

_IMPORTED = (
    "import os, sys; sys.path.append(sys.argv.pop(1)); import supervisor; "
    "os._exit(supervisor.main())"  # nothing is left to tidy up
)

COMMAND = ("-I", "-S", "-c", _IMPORTED, os.path.dirname(os.path.abspath(__file__)))
"""What Python is given, before RUN_FOLDER, so that it need not compile this file for each arm."""

_TOLD_TO_STOP = (-signal.SIGTERM, 128 + signal.SIGTERM, -signal.SIGINT, 128 + signal.SIGINT)
"""Exit codes of commands that somebody has stopped: their own, and those of a shell."""

_LOOKS = 20
"""How often a lock that is held is tried again: somebody may only be looking whether it is."""

_PROBE = """
import importlib.util, json, os, sys
root, first, names = sys.argv[1], sys.argv[2], sys.argv[3:]
if first:
    sys.path[0] = first
wrong = {}
for name in names:
    if name in sys.builtin_module_names:
        continue
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    places = [found.origin] if found and found.origin else list(
        found.submodule_search_locations or []) if found else []
    place = os.path.realpath(places[0]) if places else "nowhere"
    if not place.startswith(os.path.realpath(root) + os.sep):
        wrong[name] = place
print(json.dumps([sys.executable, sys.version.split()[0], wrong]))
"""
"""Asks an interpreter what it is, and where it would import modules from; runs none of them."""


def write(path: str, content: Mapping[str, object], *, sync: bool = False) -> None:
    """Write a record as a whole or not at all; with `sync`, so that it outlives the machine."""
    new = f"{path}.{os.getpid()}~"
    with open(new, "w", encoding="utf-8") as file:
        json.dump({"version": VERSION, **content}, file, indent=1)
        file.write("\n")
        if sync:
            file.flush()
            os.fsync(file.fileno())
    os.replace(new, path)


def read(path: str) -> dict[str, Any]:
    """Return a record; an empty one if it is not there or damaged."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def attempts(run: str) -> list[int]:
    """Return the numbers of an arm's attempts, in order."""
    try:
        return sorted(int(name) for name in os.listdir(f"{run}/attempts") if name.isdecimal())
    except OSError:
        return []


def is_held(run: str) -> bool:
    """Say whether a process has the lock of an arm: its supervisor, or what that has started."""
    try:
        descriptor = os.open(f"{run}/lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def identity(pid: int) -> str:
    """Return what tells a process from any other, also a later one of its number; "" if gone.

    That is known on Linux only.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            after_name = file.read().rpartition(b")")[2].split()
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
    except OSError:
        return ""
    # The state, and 19 fields later the time of the start.
    return "" if after_name[0] in (b"Z", b"X") else f"{boot}:{pid}:{after_name[19].decode()}"


def is_orphaned(start: Mapping[str, Any]) -> bool:
    """Say whether the supervisor of a started attempt is known to be gone."""
    own = start.get("identity")
    if not own or start.get("host") != os.uname().nodename:
        return False
    return bool(identity(start["supervisor"]) != own)


def kill_left_behind(run: str, last: int) -> None:
    """Kill what attempts up to `last` have left behind, known by the environment.

    Their supervisor is gone. Waits until the processes are gone too.
    """
    folder = f"GEN_SWEEPS_RUN_DIR={run}/work".encode()
    until = time.monotonic() + 5
    while time.monotonic() < until:
        found = False
        for pid in _processes():
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    variables = file.read().split(b"\0")
                if folder not in variables or pid == os.getpid():
                    continue
                number = next(v for v in variables if v.startswith(b"GEN_SWEEPS_ATTEMPT="))
                if int(number.partition(b"=")[2]) <= last:
                    os.kill(pid, signal.SIGKILL)
                    found = True
            except (OSError, StopIteration, ValueError):
                continue
        if not found:
            return
        time.sleep(0.01)


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return []


class Supervisor:
    """Runs the command of one arm, if need be several times.

    Args:
        run: The arm's folder, an absolute path.
        launch: What the launcher says: `timeout`, `grace` (seconds), `retries`, `threads` (null for
            as many as Slurm has given it cores), `batch` (empty on this machine), `held`
            (descriptors that the arm is to hold too), `commit`, `dirty`, `locks`.
    """

    def __init__(self, run: str, launch: Mapping[str, Any]) -> None:
        self._run = run
        self._launch = launch
        self._job: dict[str, Any] = {}
        self._lock = -1
        self._child: subprocess.Popen[bytes] | None = None
        self._stopped = ""
        self._is_told = False

    def supervise(self) -> int:
        """Run the arm unless it is done, runs, or is another submission's; return the exit code."""
        if not self._take_lock():
            return BUSY
        batch = self._launch.get("batch")
        if batch and read(f"{self._run}/claim.json").get("batch") != batch:
            return SUPERSEDED
        self._job = read(f"{self._run}/job.json")
        numbers = attempts(self._run)
        if numbers:
            last = read(f"{self._run}/attempts/{numbers[-1]}/end.json")
            if last.get("state") == "done":
                return 0
            if not last:
                kill_left_behind(self._run, numbers[-1])
        signal.signal(signal.SIGALRM, self._on_alarm)
        for told in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGHUP):
            signal.signal(told, self._on_signal)
        for left in range(self._launch["retries"], -1, -1):
            if self._is_told:
                break
            if self._attempt(left):
                return 0
        return 1

    def _take_lock(self) -> bool:
        """Take the arm's lock; where only orphans have it, end them."""
        self._lock = os.open(f"{self._run}/lock", os.O_RDWR | os.O_CREAT, 0o644)
        if self._is_locked():
            return True
        numbers = attempts(self._run)
        last = numbers[-1] if numbers else 0
        if not is_orphaned(read(f"{self._run}/attempts/{last}/start.json")):
            return False
        kill_left_behind(self._run, last)
        return self._is_locked()

    def _is_locked(self) -> bool:
        for _ in range(_LOOKS):
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.02)
            else:
                return True
        return False

    # -- one attempt --

    def _attempt(self, retries: int) -> bool:
        """Make an attempt; say whether the arm is done."""
        number = (attempts(self._run) or [0])[-1] + 1
        folder = f"{self._run}/attempts/{number}"
        os.makedirs(folder)
        began, clock = time.time(), time.monotonic()
        argv = [self._filled(word) for word in self._job["argv"]]
        env = self._environment(folder, number)
        reason = self._changed()
        python = None
        if reason is None:
            python, reason = self._asked_python(argv, env)
        variables = os.environ
        write(
            f"{folder}/start.json",
            {
                "attempt": number,
                "started": began,
                "argv": argv,
                "host": os.uname().nodename,
                "system": f"{os.uname().sysname} {os.uname().release} {os.uname().machine}",
                "cores": _cores(),
                "python": python,
                "gpus": variables.get("CUDA_VISIBLE_DEVICES"),
                "slurm": {
                    name: variables[name]
                    for name in sorted(variables)
                    if name.startswith(("SLURM_JOB_ID", "SLURM_ARRAY_", "SLURM_RESTART"))
                },
                "commit": self._launch["commit"],
                "dirty": self._launch["dirty"],
                "locks": self._launch["locks"],
                "retries": retries,
                "supervisor": os.getpid(),
                "identity": identity(os.getpid()),
            },
        )
        code = None
        if reason is None:
            code, reason = self._ran(argv, env, folder)
        state = self._stopped or ("done" if code == 0 else "failed")
        if state == "failed" and self._is_told:
            state = "interrupted"
        end = {
            "state": state,
            "code": code,
            "reason": reason,
            "ended": time.time(),
            "seconds": round(time.monotonic() - clock, 3),
        }
        write(f"{folder}/end.json", end, sync=True)
        self._stopped = ""
        return state == "done"

    def _filled(self, word: str) -> str:
        word = word.replace("{run_dir}", f"{self._run}/work")
        return str(word.replace("{frozen}", f"{self._run}/files"))

    def _environment(self, folder: str, number: int) -> dict[str, str]:
        env = dict(os.environ)
        for name in THREADS:
            env.setdefault(name, str(self._launch.get("threads") or _allocated_cores()))
        env.update({name: self._filled(value) for name, value in self._job["env"].items()})
        roots = [os.path.normpath(f"{self._run}/files/{root}") for root in self._job["imports"]]
        if env.get("PYTHONPATH"):
            roots.append(env["PYTHONPATH"])
        env.update(
            PYTHONPATH=os.pathsep.join(roots),
            PYTHONUNBUFFERED="1",
            GEN_SWEEPS_RUN_DIR=f"{self._run}/work",
            GEN_SWEEPS_METRICS=f"{folder}/metrics.jsonl",
            GEN_SWEEPS_ARM=self._job["arm"],
            GEN_SWEEPS_ATTEMPT=str(number),
        )
        return env

    @property
    def _cwd(self) -> str:
        """The folder where the command runs."""
        if self._job["workdir"] == "project":  # RUN_FOLDER is runs/<sweep>/<arm>/<digest> there
            return os.path.normpath(f"{self._run}/../../../..")
        return os.path.normpath(f"{self._run}/files/{self._job['cwd']}")

    def _changed(self) -> str | None:
        """Return which frozen file is no longer what was frozen; None if all are."""
        for path, digest in self._job["files"].items():
            try:
                with open(f"{self._run}/files/{path}", "rb") as file:
                    found = hashlib.sha256(file.read()).hexdigest()
            except OSError as error:
                return f"the frozen file files/{path} can't be read: {error.strerror}"
            if found != digest:
                return f"files/{path} is no longer what was frozen"
        return None

    def _asked_python(
        self, argv: Sequence[str], env: Mapping[str, str]
    ) -> tuple[dict[str, str] | None, str | None]:
        """Return the Python that a command runs, and what it would import from elsewhere.

        Of a command that names no Python, neither is known.
        """
        interpreter, script = _python_of(argv)
        if not interpreter:
            return None, None
        first = os.path.dirname(os.path.join(self._cwd, script)) if script else ""
        probe = [*interpreter, "-c", _PROBE, f"{self._run}/files", first, *self._job["modules"]]
        try:
            done = subprocess.run(  # noqa: S603 - the interpreter that the command names
                probe,
                cwd=self._cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=300,
                check=False,
            )
            executable, version, wrong = json.loads(done.stdout.splitlines()[-1])
        except (OSError, subprocess.SubprocessError, ValueError, IndexError):
            return None, None  # then the command itself fails, and says why
        if wrong:
            name, place = next(iter(wrong.items()))
            reason = f"the frozen `{name}` is not what Python imports: that is {place}"
            return {"executable": executable, "version": version}, reason
        return {"executable": executable, "version": version}, None

    def _ran(
        self, argv: Sequence[str], env: Mapping[str, str], folder: str
    ) -> tuple[int | None, str | None]:
        """Run the command to its end; return its exit code, and why it could not be started."""
        self._stopped = ""
        with open(f"{folder}/stdout", "ab") as out, open(f"{folder}/stderr", "ab") as err:
            try:
                child = subprocess.Popen(  # noqa: S603 - the spec's command, which `run` has printed
                    argv,
                    cwd=self._cwd,
                    env=dict(env),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                    pass_fds=(self._lock, *self._launch["held"]),
                    preexec_fn=_dying_with(os.getpid()),  # noqa: PLW1509 - there are no threads
                )
            except OSError as error:
                return None, f"can't be started: {error.strerror}"
            except subprocess.SubprocessError:
                return None, "can't be started"
        signal.setitimer(signal.ITIMER_REAL, self._launch["timeout"] or 0)
        self._child = child
        if self._is_told:  # while it was started
            self._stop("interrupted")
        code = child.wait()
        signal.setitimer(signal.ITIMER_REAL, 0)
        if code in _TOLD_TO_STOP:
            self._wait_to_be_told()
        self._child = None
        self._send(child.pid, signal.SIGKILL)  # what it left behind would keep the lock
        return code, None

    # -- stopping --

    def _wait_to_be_told(self) -> None:
        """Wait for the signal that Slurm sends to both, the arm and its supervisor, one by one."""
        until = time.monotonic() + 0.5
        while not self._is_told and not self._stopped and time.monotonic() < until:
            time.sleep(0.01)

    def _on_signal(self, number: int, frame: object) -> None:
        del number, frame
        self._is_told = True
        self._stop("interrupted")

    def _on_alarm(self, number: int, frame: object) -> None:
        """Stop an arm that takes too long; kill one that had its time to stop."""
        del number, frame
        if self._stopped and self._child:
            self._send(self._child.pid, signal.SIGKILL)
        else:
            self._stop("timeout")

    def _stop(self, why: str) -> None:
        child = self._child
        if child is None or self._stopped:
            return
        try:
            flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
            has_ended = os.waitid(os.P_PID, child.pid, flags) is not None
        except ChildProcessError:
            has_ended = True
        if has_ended:  # by itself, and that is how it is written down
            return
        self._stopped = why
        self._send(child.pid, signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, self._launch["grace"])

    @staticmethod
    def _send(group: int, number: int) -> None:
        with suppress(OSError):
            os.killpg(group, number)


def _dying_with(parent: int) -> Callable[[], None] | None:
    """Return what makes the process that calls it die with its parent; on Linux."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes  # noqa: PLC0415 - not everywhere needed

    prctl = ctypes.CDLL(None).prctl

    def bind() -> None:
        prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it died before that
            os._exit(1)

    return bind


def _python_of(argv: Sequence[str]) -> tuple[list[str], str]:
    """Return how a command starts Python, with its options, and the script that it runs.

    The script is empty if it runs a module, or nothing of a file.
    """
    names = [os.path.basename(word).rstrip("0123456789.") for word in argv]
    end = next((i for i, name in enumerate(names, start=1) if name in ("python", "pypy")), 0)
    if not end:
        return [], ""
    while end < len(argv) and argv[end].startswith("-") and argv[end][:2] not in ("-c", "-m"):
        if argv[end] == "-":
            break
        end += 2 if argv[end] in ("-X", "-W") else 1
    runs_script = end < len(argv) and not argv[end].startswith("-")
    return list(argv[:end]), argv[end] if runs_script else ""


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return os.cpu_count() or 1


def _allocated_cores() -> int:
    """Return how many cores Slurm gave to this task."""
    for name in ("SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"):
        if os.environ.get(name, "").isdecimal():
            return max(1, int(os.environ[name]))
    return _cores()


def main() -> int:
    """Run the arm that the command line names, and return the exit code."""
    run, launch = sys.argv[1:]
    try:
        return Supervisor(run, json.loads(launch)).supervise()
    except Exception:
        import traceback  # noqa: PLC0415 - paid only then

        with open(f"{run}/supervisor.log", "a", encoding="utf-8") as file:
            traceback.print_exc(file=file)
        raise


if __name__ == "__main__":
    sys.exit(main())
