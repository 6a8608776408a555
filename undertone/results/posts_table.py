"""The rows of posts.csv: one for each URL or upload sent, in the order sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from model.analyzer import Calibration
from undertone.records import PostRef, State
from undertone.results.csv_cells import BOM, csv_bytes, decimal, text_cell
from undertone.results.honest import UNMEASURED
from undertone.results.languages import Counts, language_shares
from undertone.results.tally import Tally
from undertone.results.verdict import Summary, summarise


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
    positive: int | None = None
    neutral: int | None = None
    negative: int | None = None
    unscored: int | None
    positive_share: float | None = None
    neutral_share: float | None = None
    negative_share: float | None = None
    mean_score: float | None = None
    """-1 … 1."""
    mean_low: float | None = None
    mean_high: float | None = None
    """Ends of the 95 % interval."""
    verdict: str | None = None
    fetched_at: str | None
    model: str | None
    rated: int | None = None
    """Scored comments that come with stars."""
    mean_stars: float | None = None
    """Their mean, 0 … 5."""
    stars_agreement: float | None = None
    """Share of them whose stars say the same as the label that the model gives them."""
    mean_estimate: float | None = None
    """The mean that people's labels would give, corrected for the model's known errors."""
    positive_low: float | None = None
    positive_high: float | None = None
    neutral_low: float | None = None
    neutral_high: float | None = None
    negative_low: float | None = None
    negative_high: float | None = None
    """Ends of the 95 % intervals of the shares that people's labels would give."""
    suspect: int | None = None
    suspect_share: float | None = None
    """Scored comments that may be spam; the following figures are without them."""
    unsuspected_positive_share: float | None = None
    unsuspected_neutral_share: float | None = None
    unsuspected_negative_share: float | None = None
    unsuspected_mean_score: float | None = None
    unsuspected_mean_low: float | None = None
    unsuspected_mean_high: float | None = None
    languages: str | None = None
    """The share of each language, the most frequent first."""
    unread: int | None = None
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
    calibration: Calibration | None = None,
    suspect: Tally | None = None,
    languages: Counts | None = None,
    unread: int = 0,
) -> PostRow:
    """Derive a row's shares, coverage, mean and verdict. `row` counts from 1.

    Without a calibration the model counts as one that nobody has measured.
    """
    if state not in _READ and not fetched:
        fetched = None  # a 0 would look as if somebody had counted
    row_without_figures = PostRow(
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
        unscored=unscored if fetched else None,
        fetched_at=fetched_at or None,
        model=" + ".join(models) or None,
        languages=language_shares(languages) if languages else None,
        unread=unread if fetched else None,
    )
    if tally is None or not tally.count:
        return row_without_figures
    figures = _figures(tally, suspect or Tally(), calibration or UNMEASURED)
    return msgspec.structs.replace(row_without_figures, **figures)


def _figures(scored: Tally, spam: Tally, calibration: Calibration) -> dict[str, Any]:
    """All that follows from the scores of at least one comment."""
    summary = summarise(scored, calibration)
    assert summary is not None  # noqa: S101 - there are comments
    clean = scored.without(spam)
    return {
        "positive": scored.positive,
        "neutral": scored.neutral,
        "negative": scored.negative,
        "positive_share": scored.positive / scored.count,
        "neutral_share": scored.neutral / scored.count,
        "negative_share": scored.negative / scored.count,
        "mean_score": summary.mean,
        "mean_low": summary.low,
        "mean_high": summary.high,
        "verdict": summary.verdict.value,
        **_ratings(scored),
        **_intervals(summary),
        "suspect": spam.count,
        "suspect_share": spam.count / scored.count,
        **_unsuspected(clean, summarise(clean, calibration)),
    }


def _ratings(scored: Tally) -> dict[str, float]:
    if not scored.rated:
        return {}
    return {
        "rated": scored.rated,
        "mean_stars": scored.stars / 100 / scored.rated,
        "stars_agreement": scored.agreeing / scored.rated,
    }


def _intervals(summary: Summary) -> dict[str, float]:
    found = summary.estimates
    if found is None:
        return {}
    return {
        "mean_estimate": found.mean.value,
        "positive_low": found.positive_share.low,
        "positive_high": found.positive_share.high,
        "neutral_low": found.neutral_share.low,
        "neutral_high": found.neutral_share.high,
        "negative_low": found.negative_share.low,
        "negative_high": found.negative_share.high,
    }


def _unsuspected(clean: Tally, summary: Summary | None) -> dict[str, float]:
    """Nothing if all comments are suspect."""
    if summary is None:
        return {}
    return {
        "unsuspected_positive_share": clean.positive / clean.count,
        "unsuspected_neutral_share": clean.neutral / clean.count,
        "unsuspected_negative_share": clean.negative / clean.count,
        "unsuspected_mean_score": summary.mean,
        "unsuspected_mean_low": summary.low,
        "unsuspected_mean_high": summary.high,
    }


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
