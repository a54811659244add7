"""The cache of machine code: in memory, and in a folder, whatever happens to its files."""

import errno
import fcntl
import os
import resource
import signal
import stat
from functools import partial

import pytest

import autograd
from autograd import compile, value_and_grad
from autograd.compiler.calls.backends import missing
from tests.compiler.backends import needs_llvm
from tests.forks import Fork, in_a_fork

pytestmark = needs_llvm


@pytest.fixture
def machine(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """The compiling module, with its cache in an empty folder and nothing in memory; `compilations` counts."""
    from autograd.compiler.llvm import cache, machine

    monkeypatch.setenv("AUTOGRAD_CACHE", os.fspath(tmp_path / "cache"))
    monkeypatch.setattr(cache, "_told", set())
    monkeypatch.setattr(machine, "_codes", {})
    missing()  # this tries the compiler once
    compiled = machine.compiled
    machine.compilations = 0

    def counting(text: str) -> bytes:
        machine.compilations += 1
        return compiled(text)

    monkeypatch.setattr(machine, "compiled", counting)
    yield machine
    del machine.compilations


def slope_at(x: float) -> float:
    return compile(lambda x: autograd.tanh(x) * x, backend="llvm").value_and_grad(x)[1]


WANTED = value_and_grad(lambda x: autograd.tanh(x) * x)(0.5)[1]


def times(k: float) -> float:
    """k, computed by code of its own."""
    return compile(lambda x: x * k, backend="llvm")(1.0)


def entry(folder):
    (found,) = folder.iterdir()
    return found


def give_away(path) -> None:
    os.chown(path, 12345, -1, follow_symlinks=False)


as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")


def test_code_is_kept_in_memory_and_in_a_folder(machine, tmp_path) -> None:
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    (file,) = (tmp_path / "cache").iterdir()
    slope_at(0.5)
    assert machine.compilations == 1
    machine._codes.clear()
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    assert machine.compilations == 1
    assert list((tmp_path / "cache").iterdir()) == [file]


SPOILT = {
    "empty": lambda data: b"",
    "cut short": lambda data: data[:-1],
    "a bit is another": lambda data: data[:200] + bytes([data[200] ^ 1]) + data[201:],
    "of another version": lambda data: data.replace(b"autograd", b"autogrid", 1),
    "something else": lambda data: b"\x80\x04K\x01.",
}


def as_a_link(path) -> None:
    os.rename(path, path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def as_a_pipe(path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_a_hole(path) -> None:
    os.truncate(path, 2**40)


UNSAFE_ENTRIES = {
    "a link": as_a_link,
    "a link that leads nowhere": lambda path: (path.unlink(), path.symlink_to("nowhere")),
    "a pipe": as_a_pipe,
    "a device": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
    "larger than memory": as_a_hole,
    "written by the group": lambda path: path.chmod(0o620),
    "written by all": lambda path: path.chmod(0o602),
    "of another user": give_away,
}


@pytest.mark.parametrize("case", SPOILT)
def test_an_entry_that_is_spoilt_is_made_anew(machine, tmp_path, case: str) -> None:
    remade(machine, tmp_path, lambda path: path.write_bytes(SPOILT[case](path.read_bytes())))


@pytest.mark.parametrize("case", [pytest.param(c, marks=as_root) if "another" in c else c for c in UNSAFE_ENTRIES])
def test_an_entry_that_others_may_have_made_is_made_anew(machine, tmp_path, case: str) -> None:
    remade(machine, tmp_path, UNSAFE_ENTRIES[case])


def remade(machine, tmp_path, spoil) -> None:
    slope_at(0.5)
    file = entry(tmp_path / "cache")
    whole = file.read_bytes()
    spoil(file)
    machine._codes.clear()
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    assert machine.compilations == 2
    assert file.read_bytes() == whole
    assert stat.S_IMODE(file.lstat().st_mode) == 0o600 and stat.S_ISREG(file.lstat().st_mode)


def test_a_pipe_is_not_even_read(machine, tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    place = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(machine.folder.Unsafe, match="not a regular file"):
        machine.folder._open(place, "pipe", os.O_RDONLY)
    os.close(place)


def test_a_folder_in_the_place_of_an_entry(machine, tmp_path) -> None:
    slope_at(0.5)
    file = entry(tmp_path / "cache")
    file.unlink()
    file.mkdir()
    before = len(os.listdir("/dev/fd")) if os.path.exists("/dev/fd") else 0
    machine._codes.clear()
    with pytest.warns(RuntimeWarning, match="Is a directory"):
        assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    assert [*(tmp_path / "cache").iterdir()] == [file]
    assert (len(os.listdir("/dev/fd")) if before else 0) == before


def test_an_entry_under_the_key_of_another_is_none(machine, tmp_path) -> None:
    folder = tmp_path / "cache"
    times(3.0)
    first = entry(folder)
    times(5.0)
    (second,) = set(folder.iterdir()) - {first}
    second.write_bytes(first.read_bytes())
    machine._codes.clear()
    assert (times(5.0), times(3.0)) == (5.0, 3.0)
    assert machine.compilations == 3


def at_home(path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HOME", os.fspath(path))
    return "~/deep/down"


def relative(path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(path)
    return "here"


def by_a_link(path, monkeypatch: pytest.MonkeyPatch) -> str:
    (path / "real").mkdir(0o700)
    (path / "link").symlink_to("real")
    return os.fspath(path / "link")


def in_a_sticky_folder(path, monkeypatch: pytest.MonkeyPatch) -> str:
    path.chmod(0o1777)
    return os.fspath(path / "cache")


def readable_by_all(path, monkeypatch: pytest.MonkeyPatch) -> str:
    (path / "cache").mkdir()
    (path / "cache").chmod(0o755)
    return os.fspath(path / "cache")


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
@pytest.mark.parametrize("make", [at_home, relative, by_a_link, in_a_sticky_folder, readable_by_all])
def test_a_folder_that_nobody_else_can_write_to(machine, tmp_path, monkeypatch, make, umask: int) -> None:
    monkeypatch.setenv("AUTOGRAD_CACHE", make(tmp_path, monkeypatch))
    before = os.umask(umask)
    try:
        for _ in range(2):
            machine._codes.clear()
            assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    finally:
        os.umask(before)
    assert machine.compilations == 1
    (file,) = tmp_path.rglob("*.o")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def replaced(path, make) -> None:
    os.rename(path, path.parent / "elsewhere")
    make(path)


def elsewhere(path) -> None:
    (path.parent / "open" / "closed").mkdir(parents=True)
    (path.parent / "led").symlink_to("open/closed")
    os.rename(path, path.parent / "led" / "cache")
    (path.parent / "open").chmod(0o777)


UNSAFE = {  # the reason, what makes the folder unsafe, and where the cache then is
    "a file": ("Not a directory", lambda path: replaced(path, lambda path: path.write_text("")), "cache"),
    "below a file": ("Not a directory", lambda path: replaced(path, lambda path: path.write_text("")), "cache/below"),
    "a pipe": ("Not a directory", lambda path: replaced(path, os.mkfifo), "cache"),
    "a link to itself": ("symbolic links", lambda path: replaced(path, lambda path: path.symlink_to(path)), "cache"),
    "a name too long": ("name too long", lambda path: None, "n" * 300),
    "of nobody": ("no such home", lambda path: None, "~nobody of this name/cache"),
    "written by the group": ("others may write to .*cache: name a folder", lambda path: path.chmod(0o770), "cache"),
    "written by all": ("others may write to .*cache: name a folder", lambda path: path.chmod(0o707), "cache"),
    "sticky itself": ("others may write to .*cache: name a folder", lambda path: path.chmod(0o1777), "cache"),
    "moved by all": ("others may write to ", lambda path: path.parent.chmod(0o777), "cache"),
    "led to where all may move it": ("others may write to .*open:", elsewhere, "led/cache"),
    "of another user": ("belongs to another user", give_away, "cache"),
    "moved by another user": ("belongs to another user", lambda path: give_away(path.parent), "cache"),
    "linked by another user": ("belongs to another user", lambda path: give_away(path.parent / "link"), "link"),
}


@pytest.mark.parametrize("case", [pytest.param(c, marks=as_root) if "another" in c else c for c in UNSAFE])
def test_a_folder_that_is_of_no_use(machine, tmp_path, monkeypatch, case: str) -> None:
    """No entry is read; one warning says why, and the numbers are right."""
    reason, spoil, name = UNSAFE[case]
    (tmp_path / "link").symlink_to("cache")
    slope_at(0.5)
    spoil(tmp_path / "cache")
    monkeypatch.setenv("AUTOGRAD_CACHE", name if name.startswith("~") else os.fspath(tmp_path / name))
    machine._codes.clear()
    with pytest.warns(RuntimeWarning, match=f"AUTOGRAD_CACHE.*{reason}"):
        assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    machine._codes.clear()
    assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)  # no second warning
    assert machine.compilations == 3


def test_a_folder_that_is_opened_to_others_after_a_first_look(machine, tmp_path, monkeypatch) -> None:
    slope_at(0.5)
    opened = os.open

    def late(path, flags, *args, **options):
        if flags & os.O_DIRECTORY:
            os.chmod(path, 0o777)
        return opened(path, flags, *args, **options)

    monkeypatch.setattr(os, "open", late)
    machine._codes.clear()
    with pytest.warns(RuntimeWarning, match="others may write"):
        assert slope_at(0.5) == pytest.approx(WANTED, rel=1e-15)
    assert machine.compilations == 2


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES, errno.ENOSPC, errno.EDQUOT], ids=errno.errorcode.get)
def test_a_folder_that_can_be_read_but_not_written(machine, tmp_path, monkeypatch, error: int) -> None:
    times(3.0)
    opened = os.open

    def refusing(path, flags, *args, **options):
        if flags & os.O_CREAT:
            raise OSError(error, os.strerror(error))
        return opened(path, flags, *args, **options)

    monkeypatch.setattr(os, "open", refusing)
    with pytest.warns(RuntimeWarning, match=os.strerror(error)):
        assert times(5.0) == 5.0
    assert times(7.0) == 7.0
    machine._codes.clear()
    assert times(3.0) == 3.0
    assert machine.compilations == 3


def test_a_disk_that_is_full_half_way(machine, tmp_path) -> None:
    def limited() -> tuple[float, list[str]]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
        with pytest.warns(RuntimeWarning, match="File too large"):
            return times(3.0), os.listdir(tmp_path / "cache")

    assert in_a_fork(limited) == (3.0, [])


def test_what_was_used_longest_ago_makes_room(machine, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "cache"
    made = {}
    for age, k in enumerate([3.0, 5.0, 7.0]):
        times(k)
        (made[k],) = set(folder.iterdir()) - {*made.values()}
        os.utime(made[k], (0, age))
    (folder / "notes.txt").write_text("not ours" * 10_000)
    machine._codes.clear()
    times(3.0)  # uses it
    monkeypatch.setattr(machine.folder, "LIMIT", sum(file.stat().st_size for file in made.values()))
    times(9.0)
    left = set(folder.iterdir())
    assert made[5.0] not in left
    assert {made[3.0], made[7.0], folder / "notes.txt"} < left
    assert len(left) == 4
    monkeypatch.setattr(machine.folder, "LIMIT", 10)
    assert times(11.0) == 11.0
    assert set(folder.iterdir()) == left  # an entry larger than the limit is not kept


def test_what_a_writer_left_that_died_is_cleared(machine, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "cache"

    def dying() -> None:
        os.replace = lambda *args, **options: os._exit(1)
        times(3.0)

    with pytest.raises(AssertionError, match="without an answer"):
        in_a_fork(dying)
    (left,) = folder.iterdir()
    assert left.suffix == ".tmp"
    with open(left) as file:  # as a live writer does
        fcntl.flock(file, fcntl.LOCK_EX)
        times(5.0)
        assert left.exists()
    times(7.0)
    assert {file.suffix for file in folder.iterdir()} == {".o"}


def test_what_a_writer_is_about_to_finish_is_not_cleared(machine, tmp_path, monkeypatch) -> None:
    replace = os.replace

    def meanwhile(source, target, *, src_dir_fd, dst_dir_fd) -> None:
        machine.folder._make_room(src_dir_fd, 0)  # as another process would
        replace(source, target, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    monkeypatch.setattr(os, "replace", meanwhile)
    times(3.0)
    assert entry(tmp_path / "cache").suffix == ".o"


def test_many_processes_at_once(machine, tmp_path, monkeypatch) -> None:
    """With room for only a few entries, so that processes also remove what the others write and read."""
    monkeypatch.setattr(machine.folder, "LIMIT", 10_000)

    def work() -> list[float]:
        found = []
        for k in [*range(2, 8)] * 2:
            machine._codes.clear()
            found.append(times(float(k)) / k)
        return found

    with Fork(work) as one, Fork(work) as two, Fork(work) as three:
        assert one.result() == two.result() == three.result() == [1.0] * 12
    assert {file.suffix for file in (tmp_path / "cache").iterdir()} == {".o"}


DEPENDENCIES = {
    "features": lambda machine: ("host", partial(machine.host()._replace, features="+sse2")),
    "processor": lambda machine: ("host", partial(machine.host()._replace, processor="another")),
    "passes": lambda machine: ("PASSES", machine.PASSES[:-1]),
    "settings": lambda machine: ("SETTINGS", {**machine.SETTINGS, "opt": 2}),
    "way of calls": lambda machine: ("CALLS", "another"),
    "llvmlite": lambda machine: ("llvmlite.__version__", "0.0.0"),
    "LLVM": lambda machine: ("llvm.llvm_version_info", (0, 0, 0)),
    "platform": lambda machine: ("llvm.get_process_triple", lambda: "x86_64-unknown-linux"),
}


@pytest.mark.parametrize("what", DEPENDENCIES)
def test_code_is_of_what_made_it(machine, tmp_path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    slope_at(0.5)
    name, other = DEPENDENCIES[what](machine)
    monkeypatch.setattr(f"autograd.compiler.llvm.machine.{name}", other)
    slope_at(0.5)
    assert machine.compilations == 2
    assert len(list((tmp_path / "cache").iterdir())) == 2
