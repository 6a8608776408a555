"""The analysis of a post, made when it is asked for and kept for a while."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from model.analyzer import Reader, Unavailable, Unread
from undertone.own_posts.records import Analysis, CommentsAt, OwnPost, Sentiment
from undertone.own_posts.store import OwnPosts
from undertone.own_posts.text_figures import text_figures

MOST_READ = 24_000
"""Characters of a text that the model is given: it reads 32 windows of 128 tokens at most, which
are some 18,000 characters of English."""

RowOf = Callable[[str, CommentsAt], dict[str, object] | None]
"""The row of an owner's job where a post's comments were analysed; None if it is not there."""


class Analyst:
    """Analyses posts; one a process, safe to call from several threads."""

    def __init__(
        self,
        posts: OwnPosts,
        analyzer: Callable[[], Reader],
        *,
        row_of: RowOf,
        keep: timedelta,
    ) -> None:
        """`keep`: how long an analysis serves, unless its post is changed before."""
        self._posts = posts
        self._analyzer = analyzer
        self._row_of = row_of
        self._keep = keep
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], threading.Lock] = {}

    def analysis(self, owner: str, id_: str) -> tuple[Analysis, timedelta]:
        """The analysis of a post, and for how long it still serves. Raises NotFound.

        Of several threads that ask for the same post at the same time, one analyses it.
        """
        post = self._posts.find(owner, id_)
        found = self._kept(owner, post)
        if found is None:
            with self._alone(owner, post):
                found = self._kept(owner, post) or self._make(owner, post)
        return found, self._left(found)

    def _kept(self, owner: str, post: OwnPost) -> Analysis | None:
        kept = self._posts.analyses.find(owner, post.id)
        if kept is None or kept.revision != post.revision or self._left(kept) <= timedelta():
            return None
        return kept

    def _left(self, analysis: Analysis) -> timedelta:
        return analysis.analysed_at + self._keep - self._now()

    def _now(self) -> datetime:
        return self._posts.clock()

    def _alone(self, owner: str, post: OwnPost) -> threading.Lock:
        with self._lock:
            if len(self._under_way) > 1_000:  # nobody waits for most of them any more
                self._under_way = {k: v for k, v in self._under_way.items() if v.locked()}
            return self._under_way.setdefault((owner, post.id), threading.Lock())

    def _make(self, owner: str, post: OwnPost) -> Analysis:
        figures = text_figures(post.content)
        language, sentiment, reason = self._sentiment(post.content)
        analysis = Analysis(
            revision=post.revision,
            analysed_at=self._now(),
            words=figures.words,
            words_reason=figures.words_reason,
            average_word_length=figures.average_word_length,
            sentences=figures.sentences,
            characters=figures.characters,
            reading_seconds=figures.reading_seconds,
            hashtags=figures.hashtags.found,
            hashtag_count=figures.hashtags.total,
            mentions=figures.mentions.found,
            mention_count=figures.mentions.total,
            links=figures.links.found,
            link_count=figures.links.total,
            emoji=figures.emoji.found,
            emoji_count=figures.emoji.total,
            language=language,
            sentiment=sentiment,
            sentiment_reason=reason,
            comments=self._row_of(owner, post.comments) if post.comments else None,
        )
        self._posts.analyses.write(analysis, owner, post.id)
        return analysis

    def _sentiment(self, text: str) -> tuple[str, Sentiment | None, str]:
        """The text's language where the analyzer says it, its sentiment, or why there is none."""
        if not text.strip():
            return "", None, "the post has no text"
        analyzer = self._analyzer()
        read = text[:MOST_READ]
        try:
            scored = analyzer.predict([read])[0]
        except Unavailable as error:
            return "", None, f"the model cannot answer now: {error}"
        if isinstance(scored, Unread):
            return scored.language, None, "the model does not read this language"
        shares = {
            "negative": scored.negative,
            "neutral": scored.neutral,
            "positive": scored.positive,
        }
        sentiment = Sentiment(
            label=max(shares, key=lambda label: shares[label]),
            **{label: round(share, 4) for label, share in shares.items()},
            model=scored.model or analyzer.model,
            characters_read=len(read),
        )
        return scored.language, sentiment, ""
