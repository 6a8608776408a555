"""What stands in a cell of an export: numbers and times as programs and people write them."""

from __future__ import annotations

import re

from undertone.sources.plain import utc_of_seconds, utc_of_text

_MILLISECONDS_FROM = 100_000_000_000
"""Epoch values from here on are milliseconds: as seconds they would lie past the year 5000."""


def likes_of(cell: str) -> int | None:
    """`12`, `1,234`, `1.2K`, `3 likes` → a number; None for anything else."""
    found = re.match(r"\s*(\d[\d.,\u00a0\u202f ]*)([kKmM])?(?:\s|$)", cell, re.ASCII)
    if not found:
        return None
    digits = found[1].strip().rstrip(".,")
    if found[2]:
        scale = 1_000 if found[2] in "kK" else 1_000_000
        number = digits.replace(",", ".")
        return round(float(number) * scale) if number.count(".") <= 1 else None
    whole = re.sub(r"[.,\s](?=\d{3}(?!\d))", "", digits)
    whole = re.sub(r"[.,]0+$", "", whole)
    return int(whole) if whole.isdigit() and len(whole) < 16 else None


def time_of(cell: str) -> str:
    """ISO 8601 or seconds or milliseconds since 1970, as our records' time; empty if neither."""
    cell = cell.strip()
    if re.fullmatch(r"\d{9,13}(\.\d+)?", cell, re.ASCII):
        number = float(cell)
        return utc_of_seconds(number / 1000 if number >= _MILLISECONDS_FROM else number)
    return utc_of_text(cell) if re.match(r"\d{4}-", cell, re.ASCII) else ""
