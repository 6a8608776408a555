"""The documentation's links, paths and form: what it points at exists, and old names are gone."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]


def _pages() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return sorted(page for page in set(listed) if (PROJECT / page).exists())


PAGES = _pages()
CURRENT = [page for page in PAGES if page != "CHANGELOG.md"]
"""Pages about how things are now; the changelog tells how they were."""
DECISIONS = [page for page in PAGES if page.startswith("docs/decisions/")]
PARTS = ["Question", "Choice", "Why", "What would change it"]
MAX_LINES = 60

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w.-]+\.py|[\w.-]+(/[\w.-]+)+\.(py|cjs|md|toml|json|tsv|csv|in|txt)")
FOLDER = re.compile(r"([a-z_]+/)+")
MADE = ("out/",)
"""What `./dev` makes lies in these folders."""
OLD_WORDS = re.compile(
    r"\b(upkeep|freez\w*|frozen\.json|lookout|glimpse\w*|settl\w*|troubles?)\b", re.IGNORECASE
)


@cache
def prose(page: str) -> str:
    """The page without its fenced blocks, in which `#` and brackets mean something else."""
    return re.sub(r"^```.*?^```", "", read(page), flags=re.DOTALL | re.MULTILINE)


@cache
def read(page: str) -> str:
    return (PROJECT / page).read_text("utf-8")


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives the page's headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE):
        text = LINK.sub(lambda link: link[0][1:].partition("]")[0], heading)
        anchor = re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-")
        number = 0
        while (numbered := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(numbered)
    return found


def test_there_is_something_to_check() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/design.md"} <= {*PAGES}
    assert len(DECISIONS) >= 10


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    local = [link for link in LINK.findall(prose(page)) if not re.match(r"[a-z]+:", link)]
    broken = [link for link in local if not _leads_somewhere(page, link)]
    assert not broken


def _leads_somewhere(page: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (PROJECT / page).parent / path if path else PROJECT / page
    if not anchor:
        return target.exists()
    return target.is_file() and anchor in anchors(str(target.resolve().relative_to(PROJECT)))


@pytest.mark.parametrize("page", CURRENT)
def test_paths_exist(page: str) -> None:
    named = [
        code
        for code in CODE.findall(prose(page))
        if (FILE.fullmatch(code) or FOLDER.fullmatch(code)) and not code.startswith(MADE)
    ]
    missing = [path for path in named if not _exists(path)]
    assert not missing


def _exists(path: str) -> bool:
    """NAME in a path stands for a file that is yet to be written; its folder must exist."""
    place = PROJECT / path
    if "NAME" in place.name:
        return place.parent.is_dir()
    return place.exists() or (place.parent == PROJECT and place.name in _python_files())


@cache
def _python_files() -> set[str]:
    """Names of all modules: a page on one room may name its files without the folder."""
    rooms = [place for place in PROJECT.iterdir() if place.name[0] != "." and place.is_dir()]
    return {file.name for room in rooms for file in room.rglob("*.py")}


@pytest.mark.parametrize("page", DECISIONS)
def test_decisions_have_their_four_parts_on_a_page(page: str) -> None:
    text = read(page)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    number = int(Path(page).name.partition("-")[0])
    assert text.startswith(f"# {number}. ")
    assert len(text.splitlines()) <= MAX_LINES


@pytest.mark.parametrize("page", CURRENT)
def test_old_words_are_gone(page: str) -> None:
    assert sorted({word[0] for word in OLD_WORDS.finditer(read(page))}) == []


def test_anchors_are_those_of_github() -> None:
    assert "tried-and-left" in anchors("docs/measurements.md")
    assert "add-a-source-a-platform" in anchors("CONTRIBUTING.md")
