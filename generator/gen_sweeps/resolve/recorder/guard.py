"""Accidents that are refused: describing a run writes, starts and connects to nothing.

This is no sandbox: it keeps a configuration that makes its output folder, asks git for a commit or
logs in somewhere from doing so when it is only looked at.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from typing import TYPE_CHECKING

from .places import Unknowable

if TYPE_CHECKING:
    from collections.abc import Callable

    from .session import Session

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = {
    "os.mkdir": "makes a folder",
    "os.remove": "removes a file",
    "os.rename": "renames a file",
    "os.rmdir": "removes a folder",
    "os.link": "makes a link",
    "os.symlink": "makes a link",
    "os.truncate": "writes a file",
    "os.chmod": "changes a file",
    "os.chown": "changes a file",
    "os.utime": "changes a file",
    "os.setxattr": "changes a file",
    "os.removexattr": "changes a file",
    "os.chflags": "changes a file",
    "os.mkfifo": "makes a pipe",
    "os.mknod": "makes a file",
    "sqlite3.connect": "opens a database",
    "shutil.rmtree": "removes a folder",
    "subprocess.Popen": "starts a program",
    "os.system": "starts a program",
    "os.exec": "starts a program",
    "os.posix_spawn": "starts a program",
    "os.spawn": "starts a program",
    "os.startfile": "starts a program",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.kill": "sends a signal",
    "os.killpg": "sends a signal",
    "socket.connect": "connects to the network",
    "socket.bind": "listens on the network",
    "socket.getaddrinfo": "asks the network for an address",
    "socket.gethostbyname": "asks the network for an address",
    "socket.sendto": "sends to the network",
    "socket.sendmsg": "sends to the network",
}


def watch(session: Session) -> None:
    """Refuse from here on, for as long as the interpreter lives."""

    def hook(event: str, args: tuple[object, ...]) -> None:
        doing = _REFUSED.get(event)
        if event == "open" and _writes(args):
            doing = "opens a file for writing"
        if doing is None:
            return
        place = session.sources.here()
        hint = "move it into a function that only the run calls"
        failure = Unknowable(f"the file {doing}, which resolve does not do", place, hint)
        session.failure = session.failure or failure
        raise failure

    sys.addaudithook(hook)
    for name in ("mkfifo", "mknod"):
        if hasattr(os, name):
            setattr(os, name, _audited(name, getattr(os, name)))


def _audited(name: str, function: Callable[..., None]) -> Callable[..., None]:
    """Return a function of `os` that Python itself raises no event for, with one."""

    @wraps(function)
    def audited(*args: object, **kwargs: object) -> None:
        sys.audit(f"os.{name}", *args)
        function(*args, **kwargs)

    return audited


def _writes(args: tuple[object, ...]) -> bool:
    path, mode, flags = (*args, None, None, None)[:3]
    if path == os.devnull or isinstance(path, int):
        return False
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & _WRITING)
