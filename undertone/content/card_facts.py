"""What a share card shows of a job: its figures, two quotes, and how the tone moved."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from undertone.content.material import Material, tally_of, whole
from undertone.content.records import Quote
from undertone.content.retrieval import Rank
from undertone.content.writing import chosen_quotes, quote_of
from undertone.results.cards import Card
from undertone.results.comments_table import CommentRow
from undertone.results.verdict import summarise

MOST_POINTS = 12
"""Of the sparkline."""
LEAST_A_POINT = 5
"""Comments; fewer say nothing."""


class CardFacts(NamedTuple):
    """A card, and where its quotes come from."""

    card: Card
    quotes: tuple[Quote, ...]


def card_of(prompt: str, material: Material, rank: Rank) -> CardFacts | None:
    """The card of a job; its quotes are those that fit the prompt, if any do. None without
    comments."""
    figures = whole(material)
    if figures is None:
        return None
    hits = [hit.comment for hit in rank(prompt, material.comments).hits]
    chosen = chosen_quotes(hits or material.comments, 2, is_ranked=bool(hits))
    quotes = tuple(quote_of(comment) for comment in chosen)
    counted, summary = figures
    card = Card(
        title=material.title,
        verdict=summary.verdict.value,
        positive=counted.positive,
        neutral=counted.neutral,
        negative=counted.negative,
        mean=summary.mean,
        low=summary.low,
        high=summary.high,
        quotes=tuple(quote.text for quote in quotes),
        over_time=over_time(material.comments),
    )
    return CardFacts(card, quotes)


def over_time(comments: Sequence[CommentRow]) -> tuple[float, ...]:
    """Mean scores of equally many comments each, oldest first; none where times are missing."""
    dated = sorted((comment for comment in comments if comment.time), key=lambda c: c.time)
    points = min(MOST_POINTS, len(dated) // LEAST_A_POINT)
    if points < 2 or len(dated) < len(comments) or dated[0].time == dated[-1].time:
        return ()
    ends = [len(dated) * point // points for point in range(points + 1)]
    summaries = [summarise(tally_of(dated[start:end])) for start, end in pairwise(ends)]
    return tuple(summary.mean for summary in summaries if summary is not None)
