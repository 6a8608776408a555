"""Workbooks around a sheet that was made up."""

from __future__ import annotations

import io
import zipfile
from functools import cache

import openpyxl

_SHEET = "xl/worksheets/sheet1.xml"


@cache
def _parts() -> dict[str, bytes]:
    written = io.BytesIO()
    openpyxl.Workbook().save(written)
    with zipfile.ZipFile(written) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(sheet: bytes) -> bytes:
    """A workbook whose sheet, and whose shared texts, are these bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, part in (_parts() | {_SHEET: sheet, "xl/sharedStrings.xml": sheet}).items():
            archive.writestr(name, part)
    return written.getvalue()
