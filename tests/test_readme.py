"""The README: every block of Python runs and prints what it says; its commands are those that CI runs."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demos import neuron

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "demos" / "neuron.svg"
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_block_of_python_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 5
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README", "README.md", 0)
    assert doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS).run(example).failed == 0


@pytest.mark.parametrize("demo", re.findall(r"python -m (demos\.\w+)", TEXT))
def test_every_demo_runs_and_writes_what_it_names(demo: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", demo]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr
    for name in re.findall(r"(\w+\.(?:svg|html))", result.stdout):
        assert (tmp_path / name).read_text(encoding="utf-8").count("<svg") == 1


def test_the_readmes_picture_is_the_demos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    neuron.main()
    words = [
        re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))
        for path in (PICTURE, Path("neuron.svg"))
    ]
    assert sorted(words[0]) == sorted(words[1])


def test_the_first_block_is_on_the_first_screen() -> None:
    first = TEXT.split("```python\n", 1)[1].split("```", 1)[0]
    assert len([line for line in first.splitlines() if line.startswith(">>>")]) <= 10
    assert TEXT.index("```python") < 400


def test_ci_runs_the_readme_command() -> None:
    commands = [line for line in TEXT.splitlines() if "pytest" in line and line.startswith("python3 -m venv")]
    assert len(commands) == 1
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
