"""The files as LibreOffice itself opens them: no cell is a formula, whatever separates them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from undertone.records import Comment, PostRef
from undertone.results.comments_table import CSV_HEADER, ScoredComment, comments_csv_bytes
from undertone.results.csv_cells import BOM, csv_bytes
from undertone.results.posts_table import post_row, posts_csv_bytes
from undertone.results.tally import Probabilities, tally

FIRST = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")']
BEFORE = [
    "", " ", "'", '"', "\u200b", "\u00a0", "\t", "nice\n", "nice\r\n", "nice\n\n", "a;", "a; ",
    "a;'", 'a;"', 'a;""', 'a";"', "a,", "a|", "a\t", "a\n;", 'a\n"', "a;\u200b",
]  # fmt: skip
TEXTS = [f"{before}{first}" for before in BEFORE for first in FIRST]
SEPARATORS = {"comma": 44, "semicolon": 59, "tab": 9, "bar": 124}


@pytest.fixture(scope="session")
def soffice() -> str:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        reason = "LibreOffice is not installed (Debian: apt-get install libreoffice-calc)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return program


def opened(soffice: str, folder: Path, data: bytes, separator: int) -> str:
    """What LibreOffice makes of a CSV file, as a document in flat XML; formulas are evaluated.

    The options of its filter: separator, quotation mark, UTF-8, first line, and the 13th,
    whether formulas are evaluated.
    """
    (folder / "cells.csv").write_bytes(data)
    subprocess.run(
        [
            soffice, "--headless", f"-env:UserInstallation={folder.as_uri()}/profile",
            f"--infilter=CSV:{separator},34,76,1,,0,false,true,false,false,false,-1,true",
            "--convert-to", "fods", "--outdir", str(folder), str(folder / "cells.csv"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )  # fmt: skip
    return (folder / "cells.fods").read_text("utf-8")


def formulas(document: str) -> list[str]:
    return re.findall(r'table:formula="([^"]*)"', document)


def comments_csv() -> bytes:
    shares = Probabilities(9000, 1000, 0)
    comments = [
        Comment(id=text, parent=text, author=text, created_at=text, likes=-1, text=text)
        for text in TEXTS
    ]
    return CSV_HEADER + comments_csv_bytes(3, [ScoredComment(one, shares) for one in comments])


def posts_csv() -> bytes:
    sums = tally([Probabilities(9000, 1000, 0)])
    return posts_csv_bytes(
        post_row(
            number, text, PostRef(platform=text, id=text), text, text,
            title=text, reported=1, fetched=1, tally=sums, fetched_at=text, models=(text,),
        )
        for number, text in enumerate(TEXTS)
    )  # fmt: skip


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_is_a_formula(soffice: str, tmp_path: Path, separator: str) -> None:
    for name, data in {"comments": comments_csv(), "posts": posts_csv()}.items():
        folder = tmp_path / name
        folder.mkdir()
        document = opened(soffice, folder, data, SEPARATORS[separator])
        assert "SUM(1)" in document
        assert formulas(document) == []


def test_unescaped_cells_would_be_formulas(soffice: str, tmp_path: Path) -> None:
    """So the test above could fail."""
    data = BOM + csv_bytes([["text", "score"], *([text, "0.5"] for text in TEXTS)])
    assert len(formulas(opened(soffice, tmp_path, data, SEPARATORS["semicolon"]))) > 10


def test_scores_are_numbers(soffice: str, tmp_path: Path) -> None:
    document = opened(soffice, tmp_path, comments_csv(), SEPARATORS["comma"])
    assert document.count('office:value="-0.9"') == len(TEXTS)
