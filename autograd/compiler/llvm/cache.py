"""The cache in a folder: object code kept between processes, if AUTOGRAD_CACHE names a folder.

Whoever can write an entry can run code in the processes that read it. So the folder and its entries must belong to this
user or to root, and nobody else may be able to write or move them, as with ssh keys. Anything else in place of an entry
counts as a missing entry. The cache never makes a call fail: it warns once, and the call does without.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

FORMAT = b"autograd cache 3\n"
LIMIT = 256 * 2**20  # bytes of all entries: the least recently used make room for new ones
ENTRY = re.compile(r"[0-9a-f]{64}\.o")
UNFINISHED = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{16}\.tmp")


class Unsafe(OSError):
    """A file or folder that someone else could have written."""


def read(key: str) -> bytes | None:
    """The object code in the entry of this key; None unless the entry is complete and safe."""
    folder = os.environ.get("AUTOGRAD_CACHE")
    if not folder:
        return None
    try:
        with _opened(folder) as place:
            head, _, body = _content(place, f"{key}.o").partition(b"\n\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        _tell(folder, error)
        return None
    return body if head == _head(key, body) else None


def write(key: str, object_code: bytes) -> None:
    """Keep object code, if the folder allows it."""
    folder = os.environ.get("AUTOGRAD_CACHE")
    if not folder:
        return
    data = _head(key, object_code) + b"\n\n" + object_code
    if len(data) > LIMIT:
        return
    try:
        with _opened(folder, make=True) as place:
            _make_room(place, len(data))
            _put(place, f"{key}.o", data)
    except FileNotFoundError:  # another process cleared the folder meanwhile
        pass
    except OSError as error:
        _tell(folder, error)


def _head(key: str, object_code: bytes) -> bytes:
    return FORMAT + f"{key}\n{hashlib.sha256(object_code).hexdigest()}".encode()


_told: set[str] = set()


def _tell(folder: str, error: OSError) -> None:
    """Warn, the first time, that a folder cannot be used."""
    if folder not in _told:
        _told.add(folder)
        reason = error.strerror or str(error)
        warnings.warn(f"no code is kept in AUTOGRAD_CACHE={folder!r:.200}: {reason}", RuntimeWarning, stacklevel=2)


# --- the folder


@contextmanager
def _opened(folder: str, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder that was checked; it stays valid whatever happens to the folder's name."""
    if sys.platform == "win32":
        raise Unsafe("this system does not tell who may write to a file")
    expanded = os.path.expanduser(folder)
    if expanded.startswith("~"):
        raise Unsafe("there is no such home")
    path = Path(expanded).absolute()
    _check_way(path)
    if make:
        for step in [step for step in (*reversed(path.parents), path) if not os.path.lexists(step)]:
            with suppress(FileExistsError):
                step.mkdir(0o700)
    real = Path(os.path.realpath(path, strict=True))
    _check_way(real)
    place = os.open(real, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _check(os.fstat(place), real)
        yield place
    finally:
        os.close(place)


def _check_way(path: Path) -> None:
    """Raise Unsafe if someone else could put another folder in place of this one."""
    for step in (path, *path.parents):
        with suppress(FileNotFoundError):
            status = step.lstat()
            _check(status, step, sticky=stat.S_ISDIR(status.st_mode) and step is not path)


def _check(status: os.stat_result, path: Path | str, sticky: bool = False) -> None:
    """Raise Unsafe if someone else could write here; in a `sticky` folder, nobody can move files of other users."""
    if status.st_uid not in (0, os.geteuid()):
        raise Unsafe(f"{path} belongs to another user")
    shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if shared and not stat.S_ISLNK(status.st_mode) and not (sticky and status.st_mode & stat.S_ISVTX):
        raise Unsafe(f"others may write to {path}: name a folder of your own, or take that right from them")


# --- its entries


def _content(place: int, name: str) -> bytes:
    """The content of a file; empty if it is missing or unsafe. Marks the file as used now."""
    try:
        with _open(place, name, os.O_RDONLY) as file:
            if os.fstat(file.fileno()).st_size > LIMIT:
                return b""
            with suppress(OSError):
                os.utime(file.fileno())
            return file.read()
    except OSError:
        return b""


def _open(place: int, name: str, flags: int) -> BinaryIO:
    """Open a regular file that nobody else could have written, without following a link or waiting for a pipe."""
    descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600, dir_fd=place)
    try:
        status = os.fstat(descriptor)
        _check(status, name)
        if not stat.S_ISREG(status.st_mode):
            raise Unsafe(f"{name} is not a regular file")
        return open(descriptor, "wb" if flags & os.O_WRONLY else "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _put(place: int, name: str, data: bytes) -> None:
    """Write a file under a temporary name first, so that readers never see half of it."""
    unfinished = f"{name.removesuffix('.o')}.{os.urandom(8).hex()}.tmp"
    try:
        with _open(place, unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
            with suppress(OSError):  # not every file system has locks
                fcntl.flock(file, fcntl.LOCK_EX)  # shows that the writer lives
            file.write(data)
            file.flush()
            os.replace(unfinished, name, src_dir_fd=place, dst_dir_fd=place)
    except BaseException:
        with suppress(OSError):
            os.unlink(unfinished, dir_fd=place)
        raise


def _make_room(place: int, size: int) -> None:
    """Delete the unfinished files of dead writers, then as many entries as necessary, and no other files."""
    entries = []
    with os.scandir(place) as found:
        for file in found:
            with suppress(OSError):  # another process may clear it at the same time
                if UNFINISHED.fullmatch(file.name):
                    _clear(place, file.name)
                elif ENTRY.fullmatch(file.name):
                    status = file.stat(follow_symlinks=False)
                    entries.append((status.st_mtime_ns, status.st_size, file.name))
    excess = sum(length for _, length, _ in entries) + size - LIMIT
    for _, length, name in sorted(entries):
        if excess <= 0:
            break
        with suppress(OSError):
            os.unlink(name, dir_fd=place)
            excess -= length


def _clear(place: int, name: str) -> None:
    """Delete the file of a dead writer; OSError if the writer lives."""
    with _open(place, name, os.O_RDWR) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(name, dir_fd=place)
