"""The README and the pages: Python blocks print what they say, links lead somewhere, demos run, pictures match."""

import doctest
import re
from pathlib import Path

import pytest

from demos import neuron
from docs import house
from tests.demos.telling import told

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "demos" / "neuron.svg"
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")

DOCS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md", *DOCS)}
BLOCKS = {name: re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for name, text in PAGES.items()}


@pytest.mark.parametrize("page", [name for name, blocks in BLOCKS.items() if blocks])
def test_every_block_of_python_prints_what_it_says(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page runs separately, from its first block to its last."""
    monkeypatch.chdir(tmp_path)
    assert all(block.startswith(">>> ") for block in BLOCKS[page])
    example = doctest.DocTestParser().get_doctest("\n".join(BLOCKS[page]), {}, page, page, 0)
    assert doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF | doctest.ELLIPSIS).run(example).failed == 0


def test_the_readme_has_examples_and_can_be_read_in_one_sitting() -> None:
    assert len(BLOCKS["README.md"]) >= 5
    assert len(TEXT.splitlines()) <= 300


def prose(text: str) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(text: str) -> set[str]:
    """The link targets of a page's headings: lower case, hyphens for spaces, no other punctuation."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    for link in re.findall(r"\]\(([^()\s]+)\)", prose(PAGES[page])):
        if link.startswith(("https://", "http://")):
            continue
        target, _, fragment = link.partition("#")
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), f"{page} links to {link}"
        assert not fragment or fragment in anchors(path.read_text(encoding="utf-8")), f"{page} links to {link}"


@pytest.mark.parametrize("page", [*DOCS, "CONTRIBUTING.md"])
def test_the_readme_links_to_every_page(page: str) -> None:
    assert f"]({page})" in TEXT


DEMOS = re.findall(r"python -m demos\.(\w+)", TEXT)
TOLD = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "demos").glob("test_*.py")}


@pytest.mark.parametrize("demo", [demo for demo in DEMOS if demo not in TOLD])
def test_every_demo_runs_and_writes_what_it_names(demo: str, tmp_path: Path) -> None:
    assert told(demo, tmp_path)


def test_every_other_demo_is_run_by_a_test_of_its_own() -> None:
    assert set(DEMOS) >= TOLD
    for demo in TOLD:
        source = (ROOT / "tests" / "demos" / f"test_{demo}.py").read_text(encoding="utf-8")
        assert f'told("{demo}", ' in source


def test_the_readmes_picture_is_the_demos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    neuron.main()
    words = [
        re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))
        for path in (PICTURE, Path("neuron.svg"))
    ]
    assert sorted(words[0]) == sorted(words[1])


def test_the_picture_of_the_house_is_its_layers_and_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed = house.PICTURE
    monkeypatch.setattr(house, "PICTURE", tmp_path / "house.svg")
    house.main()
    said = [
        re.findall(r"<(?:title|text)[^>]*>([^<]*)</", path.read_text(encoding="utf-8"))
        for path in (committed, house.PICTURE)
    ]
    assert sorted(said[0]) == sorted(said[1]), "draw it again: python -m docs.house"


def test_the_first_block_is_on_the_first_screen() -> None:
    first = TEXT.split("```python\n", 1)[1].split("```", 1)[0]
    assert len([line for line in first.splitlines() if line.startswith(">>>")]) <= 10
    assert TEXT.index("```python") < 400


def test_ci_runs_the_readme_command() -> None:
    commands = [line for line in TEXT.splitlines() if "pytest" in line and line.startswith("python3 -m venv")]
    assert len(commands) == 1
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
