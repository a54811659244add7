"""The house: imports go in one direction, nothing heavy is loaded, names and files are as documented."""

import ast
import configparser
import inspect
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest
from setuptools import find_packages

import autograd
from autograd.primitives import BUILT_IN, TABLE
from autograd.testing.laws import LAWS

ROOT = Path(__file__).parent.parent

# Each layer imports only from those listed before it.
LAYERS = [
    "forks", "refusals", "numbers", "trees", "symbols", "primitives", "engine", "arrays", "lifting", "transforms",
    "control", "explanation", "drawing", "compiler", "testing", "micrograd",
]  # fmt: skip

LAYERS_OF_NN = [
    "nn.errors", "nn.initialising", "nn.module", "nn.layers", "nn.dropout", "nn.normalisation", "nn.embedding",
    "nn.convolution", "nn.recurrent", "nn.attention", "nn.losses", "nn.state", "nn.choosing", "nn.objective",
    "nn.schedules", "nn.optimisers",
    "nn.training", "nn.stopping", "nn.line_search", "nn.newton", "nn.lbfgs", "nn.summary",
    *(f"nn.estimators.data.{name}" for name in ("checks", "weights", "units", "basis", "shrinking")),
    *(f"nn.estimators.base.{name}" for name in ("steps", "conventions", "fitting", "online")),
    "nn.estimators.scores",
    *(f"nn.estimators.linear.{name}" for name in ("margins", "least_squares", "whitened")),
    *(f"nn.estimators.linear.{name}" for name in ("inference", "linear", "sparse")),
    "nn.estimators.regression", "nn.estimators.classification", "nn.estimators.gaussian", "nn.estimators.networks",
]  # fmt: skip

PUBLIC = [
    "autograd",
    "autograd.testing",
    "autograd.testing.laws",
    "autograd.testing.machine",
    "autograd.testing.pictures",
    "autograd.testing.strategies",
    "nn",
    "nn.estimators",
]

SOURCES = sorted(path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules that a file imports, at its top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" if node.module == "autograd" else node.module for name in node.names}
    return found


def layer(module: str) -> int | None:
    """The height of an autograd module in the house, None for its front door."""
    parts = module.split(".")
    return LAYERS.index(parts[1]) if len(parts) > 1 and parts[1] in LAYERS else None


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_the_house(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    own = layer(module)
    for name in imported(path):
        if not name.startswith("autograd"):
            assert not name.startswith("nn") or module.startswith(("nn", "autograd.micrograd")), f"{module} imports nn"
            continue
        if module.startswith("nn"):
            assert name.removeprefix("autograd.") in autograd.__all__, f"nn uses {name}, which is not public"
        elif own is not None:
            assert layer(name) is not None, f"{module} imports {name}, the front door"
            assert layer(name) <= own, f"{module} imports {name}, which stands above it"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.is_relative_to(ROOT / "nn")], ids=lambda path: path.stem)
def test_imports_go_down_the_models(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if module.endswith("__init__"):
        return
    for name in imported(path):
        if name.startswith("nn"):
            assert LAYERS_OF_NN.index(name) < LAYERS_OF_NN.index(module), f"{module} imports {name}"


FILES = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in SOURCES}


def files_imported(tree: ast.AST) -> set[str]:
    """The modules of ours that a file imports, also inside functions; imports for type checkers run nothing."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name if name in FILES else node.module for name in names} & FILES.keys()
        elif not isinstance(node, ast.expr):
            found |= files_imported(node)
    return found


def test_imports_of_files_make_no_circle() -> None:
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
    graph = {name: files_imported(tree) - {name} for name, tree in trees.items()}
    TopologicalSorter(graph).prepare()  # a CycleError names the files


def test_imports_of_folders_make_no_circle() -> None:
    """Inside a room, too: the files of one folder stand above or below those of another."""
    graph: dict[str, set[str]] = {}
    for path in FILES.values():
        if path.stem != "__init__":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            below = {FILES[other].parent.as_posix() for other in files_imported(tree)}
            graph.setdefault(path.parent.as_posix(), set()).update(below - {path.parent.as_posix()})
    rooms = {(ROOT / "autograd").as_posix(), *((ROOT / "autograd" / room).as_posix() for room in LAYERS)}
    rooms |= {(ROOT / "nn").as_posix(), (ROOT / "nn" / "estimators").as_posix()}
    folders = {folder: below - rooms for folder, below in graph.items() if folder not in rooms}
    TopologicalSorter(folders).prepare()


LOADED_BEFORE = {  # files whose functions cannot run before the modules that they import are loaded
    "testing/judging/local.py": "its own imports load it",
    "testing/plugin.py": "pytest calls it before it runs a test, and between tests",
    "testing/registration.py": "hypothesis and pytest call it as they start",
}


@pytest.mark.parametrize("path", sorted((ROOT / "autograd").rglob("*.py")), ids=lambda path: path.stem)
def test_no_fork_comes_while_a_module_of_ours_is_loaded_on_the_way(path: Path) -> None:
    """A child would wait forever for the thread that began to load it: such imports are made `with at_work`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {node for function in functions for node in ast.walk(function) if isinstance(node, ast.ImportFrom)}
    guards = [node for node in ast.walk(tree) if isinstance(node, ast.With) and "at_work" in ast.unparse(node.items[0])]
    held = {node for guard in guards for node in ast.walk(guard)}
    found = [node.module for node in inside - held if (node.module or "").startswith("autograd")]
    if path.relative_to(ROOT / "autograd").as_posix() not in LOADED_BEFORE:
        assert found == []


def test_the_lists_of_large_rooms_are_complete() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("## The folders of the large rooms")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")][2:]
    places = [ROOT / ("" if folder.startswith("`nn/") else "autograd") / folder.strip("`") for folder, _, _ in rows]
    listed = {place: re.findall(r"\w+", files) for place, (_, _, files) in zip(places, rows, strict=True)}
    folders = {path.parent for room in ("autograd/*", "nn/*") for path in ROOT.glob(f"{room}/*/__init__.py")}
    assert folders | {path.parent for path in folders} == listed.keys() | {ROOT / "autograd" / "compiler"}
    for folder, names in listed.items():
        assert sorted(names) == sorted(path.stem for path in folder.glob("[!_]*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    if path.parent.name == "inline" and path.name in ("values.py", "numpy_values.py"):
        pytest.skip("generated: generating.py is what people read")
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 430


def test_a_class_has_a_name_of_its_own() -> None:
    named: dict[str, list[str]] = {}
    for path in SOURCES:
        if path.is_relative_to(ROOT / "autograd") and path.parent.name != "micrograd":  # whose names are micrograd's
            for name in re.findall(r"^ *class (\w+)[(:]", path.read_text(encoding="utf-8"), re.MULTILINE):
                named.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in named.items() if len(paths) > 1} == {}


def test_what_catches_every_exception_says_why() -> None:
    found = [(path.name, line) for path in SOURCES for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(name, line) for name, line in found if re.match(r" *except Exception\b[^#]*$", line)] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_finalizer_is_written_in_python(path: Path) -> None:
    """A Ctrl-C during a finalizer is printed and lost."""
    assert "__del__" not in path.read_text(encoding="utf-8")


def test_importing_autograd_loads_no_other_library() -> None:
    code = "import sys; bare = set(sys.modules); import autograd; print(*sorted(set(sys.modules) - bare))"
    bare = [sys.executable, "-S", "-c", code]  # a site may have loaded `re` before
    loaded = subprocess.run(bare, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    foreign = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"autograd"}
    assert foreign == set()
    assert not {"typing", "re", "inspect"}.intersection(loaded), "they add up to half of the time to import autograd"


def test_only_autograd_and_nn_are_installed() -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg")
    include = config["options.packages.find"]["include"].split()
    assert {name.partition(".")[0] for name in find_packages(str(ROOT), include=include)} == {"autograd", "nn"}
    assert (ROOT / "autograd" / "py.typed").exists()
    assert config["metadata"]["name"] == "scalar-autograd"


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_exists_and_says_what_it_is(module: str) -> None:
    public = import_module(module)
    assert len(set(public.__all__)) == len(public.__all__)
    for name in public.__all__:
        found = getattr(public, name)
        if not isinstance(found, dict):
            assert found.__doc__, name
            assert ">>>" in found.__doc__, f"{name} has no example"


def test_every_law_is_told() -> None:
    assert [name for name, check in LAWS.items() if not check.__doc__] == []


def test_every_row_of_the_table_is_documented_with_an_example() -> None:
    for name in BUILT_IN:
        function = TABLE[name].function
        assert function.__doc__, name
        assert ">>>" in function.__doc__, name
        assert function.__name__ == name
        assert tuple(inspect.signature(function).parameters) == TABLE[name].parameters


def test_the_tiny_selection_is_of_tests_that_exist(request: pytest.FixtureRequest) -> None:
    """A whole run has collected them all; what a part of it has not, another process collects."""
    collected = [item.nodeid for item in request.session.items]
    lines = (ROOT / "tests" / "tiny.txt").read_text(encoding="utf-8").split()
    left = [x for x in lines if not any(name == x or name.startswith((f"{x}::", f"{x}[")) for name in collected)]
    if left:
        run = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *left]
        result = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout + result.stderr


def test_style_is_clean() -> None:
    for command in (["check"], ["format", "--check"]):
        run = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
        result = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
        assert result.returncode == 0, result.stdout


def test_an_ignored_error_of_types_has_its_reason() -> None:
    files = [
        path for folder in ("autograd", "nn", "demos", "docs", "benchmarks") for path in (ROOT / folder).rglob("*.py")
    ]
    bare = re.compile(r"type: ignore(\[[^]]*\])?[ \t]*$", re.MULTILINE)
    assert not [path for path in files if bare.search(path.read_text(encoding="utf-8"))]


def test_types_are_clean() -> None:
    result = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
