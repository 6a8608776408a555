"""The rows of posts.csv: one for each URL or upload sent, in the order sent."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from undertone.records import PostRef, State
from undertone.results.csv_cells import BOM, csv_bytes, decimal, text_cell
from undertone.results.languages import Counts, language_shares
from undertone.results.tally import Tally
from undertone.results.verdict import summarise


class PostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of posts.csv, and its form in JSON. Null where there is nothing to say."""

    row: int
    """Counted from 1."""
    url: str
    """As sent."""
    duplicate_of: int | None
    """The row with the same post, which has the figures."""
    platform: str | None
    post_id: str | None
    title: str | None
    state: str
    reason: str
    reported: int | None
    """Comments the platform says there are."""
    fetched: int | None
    coverage: float | None
    """fetched ÷ reported, at most 1."""
    positive: int | None
    neutral: int | None
    negative: int | None
    unscored: int | None
    positive_share: float | None
    neutral_share: float | None
    negative_share: float | None
    mean_score: float | None
    """-1 … 1."""
    mean_low: float | None
    mean_high: float | None
    """Ends of the 95 % interval."""
    verdict: str | None
    fetched_at: str | None
    model: str | None
    languages: str | None
    """The share of each language, the most frequent first."""
    unread: int | None
    """Comments in languages that the model does not read; `unscored` counts them too."""


COLUMNS = PostRow.__struct_fields__
_READ = frozenset({State.OK, State.PARTIAL, State.NO_COMMENTS})


def post_row(
    row: int,
    sent: str,
    ref: PostRef | None,
    state: str,
    reason: str,
    *,
    duplicate_of: int | None = None,
    title: str = "",
    reported: int | None = None,
    fetched: int | None = None,
    unscored: int = 0,
    tally: Tally | None = None,
    fetched_at: str = "",
    models: tuple[str, ...] = (),
    languages: Counts | None = None,
    unread: int = 0,
) -> PostRow:
    """Derive a row's shares, coverage, mean and verdict. `row` counts from 1."""
    if state not in _READ and not fetched:
        fetched = None  # a 0 would look as if somebody had counted
    scored = tally if tally is not None and tally.count else None
    summary = summarise(scored) if scored else None
    return PostRow(
        row=row,
        url=sent,
        duplicate_of=duplicate_of,
        platform=ref.platform if ref else None,
        post_id=ref.id if ref else None,
        title=title or None,
        state=state,
        reason=reason,
        reported=reported,
        fetched=fetched,
        coverage=_coverage(fetched, reported),
        positive=scored.positive if scored else None,
        neutral=scored.neutral if scored else None,
        negative=scored.negative if scored else None,
        unscored=unscored if fetched else None,
        positive_share=scored.positive / scored.count if scored else None,
        neutral_share=scored.neutral / scored.count if scored else None,
        negative_share=scored.negative / scored.count if scored else None,
        mean_score=summary.mean if summary else None,
        mean_low=summary.low if summary else None,
        mean_high=summary.high if summary else None,
        verdict=summary.verdict.value if summary else None,
        fetched_at=fetched_at or None,
        model=" + ".join(models) or None,
        languages=language_shares(languages) if languages else None,
        unread=unread if fetched else None,
    )


def _coverage(fetched: int | None, reported: int | None) -> float | None:
    if fetched is None or not reported:
        return None
    return min(1.0, fetched / reported)


def posts_csv_bytes(rows: Iterable[PostRow]) -> bytes:
    """The whole file, with BOM and header."""
    return BOM + csv_bytes([COLUMNS, *(_cells(row) for row in rows)])


def _cells(row: PostRow) -> list[str]:
    return [_cell(getattr(row, name)) for name in COLUMNS]


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return decimal(value)
    return text_cell(value) if isinstance(value, str) else str(value)
