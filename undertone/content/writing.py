"""A text from what people said, by templates: deterministic, and no figure that was not counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from undertone.content.material import Material, tally_of, whole
from undertone.content.records import Figure, Quote
from undertone.content.retrieval import Rank, Ranking
from undertone.results.comments_table import CommentRow
from undertone.results.honest import UNMEASURED
from undertone.results.tally import Tally
from undertone.results.verdict import Summary, Verdict, summarise
from undertone.text import excerpt

MOST_QUOTED = 280
"""Characters of a quote."""
MOST_TERMS_NAMED = 5
_TONE = {
    Verdict.POSITIVE: "the tone is positive",
    Verdict.NEGATIVE: "the tone is negative",
    Verdict.NEUTRAL: "the tone is neutral",
    Verdict.MIXED: "people are divided",
    Verdict.TOO_FEW: "these are too few to tell which way the tone leans",
}
_LEAD = {
    Verdict.POSITIVE: "People like what they see in",
    Verdict.NEGATIVE: "People are not happy with",
    Verdict.NEUTRAL: "People take a sober view of",
    Verdict.MIXED: "Opinions are divided on",
    Verdict.TOO_FEW: "First voices on",
}


class Written(NamedTuple):
    """A text, with each figure and quote that it holds."""

    text: str
    figures: tuple[Figure, ...]
    quotes: tuple[Quote, ...]
    shown: tuple[CommentRow, ...] = ()
    """The comments that were retrieved for it: all that a model is given."""


Form = Literal["brief", "caption"]


def write(prompt: str, material: Material, rank: Rank, form: Form = "brief") -> Written:
    """A brief of some paragraphs, or a caption of some lines."""
    ranking = rank(prompt, material.comments)
    if ranking.terms and not ranking.hits:
        return _nothing(ranking, material)
    matching = [hit.comment for hit in ranking.hits] if ranking.terms else list(material.comments)
    if not matching:
        text = (
            f"There is nothing to tell about {_named(material)}: it has no comments with a score."
        )
        return Written(text, (), ())
    figures = _Figures()
    chosen = chosen_quotes(matching, 2 if form == "caption" else 4, is_ranked=bool(ranking.terms))
    quotes = tuple(quote_of(comment) for comment in chosen)
    parts = [_heading(ranking, material)] if form == "brief" else []
    parts.append(_said(ranking, material, matching, figures))
    if form == "brief":
        parts += _by_post(material, matching, figures, is_about=bool(ranking.terms))
    parts.append(_quoted(quotes, form))
    parts += _not_found(ranking) + _unread(material, figures)
    if form == "caption" and ranking.found:
        tags = [term for term in ranking.found if term.isalpha()]
        parts.append(" ".join(f"#{term}" for term in tags[:MOST_TERMS_NAMED]))
    text = "\n\n".join(part for part in parts if part)
    return Written(text, tuple(figures.kept), quotes, tuple(matching[:40]))


def quote_of(comment: CommentRow) -> Quote:
    """The comment, word for word on one line, cut if it is long."""
    return Quote(
        post=comment.post, comment=comment.comment_id, text=excerpt(comment.text, MOST_QUOTED)
    )


class _Figures:
    """Gives figures as text and keeps them, so that none goes unrecorded."""

    def __init__(self) -> None:
        self.kept: list[Figure] = []

    def count(self, name: str, value: int) -> str:
        self.kept.append(Figure(name=name, value=value))
        return f"{value:,}"

    def score(self, name: str, value: float) -> str:
        rounded = round(value, 2) + 0.0  # no negative zero
        self.kept.append(Figure(name=name, value=rounded))
        return f"{rounded:+.2f}"


def _named(material: Material) -> str:
    return f"“{excerpt(material.title, 120)}”"


def _listed(terms: Sequence[str], joint: str = "or") -> str:
    """Words of a prompt. Those with digits are not repeated: they are no figure of ours."""
    shown = [f"“{excerpt(t, 40)}”" for t in terms if not any(c.isnumeric() for c in t)]
    shown = shown[:MOST_TERMS_NAMED]
    if not shown:
        return "what you ask about"
    head = ", ".join(shown[:-1])
    return f"{head} {joint} {shown[-1]}" if head else shown[-1]


def _nothing(ranking: Ranking, material: Material) -> Written:
    figures = _Figures()
    count = len(material.comments)
    said = "No comment" if count != 1 else "The only comment does not, so no comment"
    text = (
        f"The comments under {_named(material)} cannot answer this. {said} mentions "
        f"{_listed(ranking.terms)}; {figures.count('comments', count)} "
        f"{'was' if count == 1 else 'were'} read. Ask about something that people wrote about, "
        "or about the whole."
    )
    parts = [text, *_unread(material, figures)]
    return Written("\n\n".join(parts), tuple(figures.kept), ())


def _heading(ranking: Ranking, material: Material) -> str:
    if ranking.terms:
        return f"{_named(material)}: what people say about {_listed(ranking.found, 'and')}"
    return f"{_named(material)}: what people say"


def _said(
    ranking: Ranking, material: Material, matching: Sequence[CommentRow], figures: _Figures
) -> str:
    found = whole(material)
    counted = tally_of(matching)
    summary = summarise(counted, material.calibration or UNMEASURED)
    if found is None or summary is None:
        return ""
    all_of_it = _shares("all", found.tally, found.summary, figures)
    total = figures.count("comments", found.tally.count)
    noun = "comment" if found.tally.count == 1 else "comments"
    if not ranking.terms:
        lead = f"{_LEAD[found.summary.verdict]} {_named(material)}."
        return f"{lead} {total} {noun} were read: {all_of_it}"
    share = figures.count("matching", counted.count)
    verb = "mentions" if counted.count == 1 else "mention"
    return (
        f"{share} of {total} {noun} under {_named(material)} {verb} {_listed(ranking.found)}: "
        f"{_shares('matching', counted, summary, figures)} "
        f"Of all comments: {all_of_it}"
    )


def _shares(name: str, counted: Tally, summary: Summary, figures: _Figures) -> str:
    counts = [
        f"{figures.count(f'{name}.{label}', getattr(counted, label))} {label}"
        for label in ("positive", "neutral", "negative")
    ]
    mean, low, high = (
        figures.score(f"{name}.{end}_score", getattr(summary, end))
        for end in ("mean", "low", "high")
    )
    return (
        f"{counts[0]}, {counts[1]} and {counts[2]}; the mean score is {mean} "
        f"(95 % interval {low} to {high}), so {_TONE[summary.verdict]}."
    )


def _by_post(
    material: Material, matching: Sequence[CommentRow], figures: _Figures, *, is_about: bool
) -> list[str]:
    """The posts that most of it was said under, with the figures of their rows."""
    if len(material.rows) < 2:
        return []
    said: dict[int, int] = {}
    for comment in matching:
        said[comment.post] = said.get(comment.post, 0) + 1
    rows = {row.row: row for row in material.rows}
    lines = []
    for number in sorted(said, key=lambda number: -said[number])[:3]:
        row = rows.get(number)
        if row is None or row.mean_score is None or row.mean_low is None or row.mean_high is None:
            continue
        name = f"posts.{number}"
        place = excerpt(row.title or row.url or "", 80)
        here = (
            f"{figures.count(f'{name}.matching', said[number])} of them here; " if is_about else ""
        )
        mean, low, high = (
            figures.score(f"{name}.{field}", getattr(row, field))
            for field in ("mean_score", "mean_low", "mean_high")
        )
        lines.append(
            f"“{place}”: {here}mean score {mean} (95 % interval {low} to {high}), "
            f"{(row.verdict or '').replace('_', ' ')}."
        )
    return ["Where it was said:\n" + "\n".join(lines)] if lines else []


def chosen_quotes(
    matching: Sequence[CommentRow], most: int, *, is_ranked: bool
) -> list[CommentRow]:
    """The best ones; for the whole, in turn of each tone the most liked, largest tone first."""
    readable = [comment for comment in matching if excerpt(comment.text)]
    if is_ranked:
        return readable[:most]
    tones: dict[str | None, list[CommentRow]] = {}
    for comment in sorted(readable, key=lambda c: (-(c.likes or 0), -abs(c.score or 0))):
        tones.setdefault(comment.label, []).append(comment)
    piles = sorted(tones.values(), key=len, reverse=True)
    longest = max(map(len, piles), default=0)
    in_turn = [pile[place] for place in range(longest) for pile in piles if place < len(pile)]
    return in_turn[:most]


def _quoted(quotes: Sequence[Quote], form: Form) -> str:
    if form == "caption":
        return "\n".join(f"“{quote.text}”" for quote in quotes)
    lines = [f"“{quote.text}” [{quote.post}/{excerpt(quote.comment, 80)}]" for quote in quotes]
    return "In their words:\n" + "\n".join(lines) if lines else ""


def _not_found(ranking: Ranking) -> list[str]:
    return [f"No comment mentions {_listed(ranking.missing)}."] if ranking.missing else []


def _unread(material: Material, figures: _Figures) -> list[str]:
    if not material.left_out:
        return []
    return [f"{figures.count('left_out', material.left_out)} further comments were not read."]
