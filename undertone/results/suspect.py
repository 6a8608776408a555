"""Comments that may be spam: copies by many authors, bare links, advertising for oneself.

They are marked and counted, never left out: a chant of fans looks like a copy too. Each rule looks
at the beginning of a text only, so that nothing here takes longer than its `_LOOKED_AT` characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from hashlib import sha256

from undertone.records import Comment

COPY, LINK, ADVERT = "copy", "link", "advert"
"""Why a comment is suspect."""
AUTHORS = 3
"""Who write the same text, for it to be a copy."""
LEAST_OF_A_COPY = 20
"""Letters and digits of a text that may be a copy: people come upon shorter ones by themselves."""
MOST_COPIES = 1_000
"""Copied texts that are remembered of a post: the most frequent ones."""
WORDS_BESIDE_A_LINK = 8
"""With more words of its own, a comment with a link says something."""
_LOOKED_AT = 1_000

_LINK = re.compile(
    r"(?:https?://|www\.)\S++|\b[\w-]{1,60}\.(?:com|net|org|ru|xyz|shop|site|ly|me|io)/\S++"
)
_SELF = r"(?:profile|channel|page|bio|account|insta(?:gram)?|onlyfans|website|story|stories)"
_ADVERT = re.compile(
    rf"\b(?:check(?: ?out)?|visit|see|click(?: on)?|look at|tap) my {_SELF}\b"
    rf"|\blinks? (?:is |are )?(?:in|on) (?:my )?(?:bio|profile|description)\b"
    r"|\bsub(?:scribe)?(?: ?(?:to|4|for) ?)(?:me|my channel|sub)\b"
    r"|\bfollow (?:me|my page|for follow|4 follow|back)\b|\bf4f\b|\bsub4sub\b"
    r"|\b(?:dm|text|message|inbox|contact|write) (?:me|him|her|us) (?:on|at|via|for|to)\b"
    r"|\bwhats ?app\b.{0,40}\d{5}|\btelegram\b.{0,20}@"
    r"|\b(?:earn|make|made|earning|profits? of) (?:up to )?[$€£]? ?\d[\d,.]*k? ?(?:[$€£] )?"
    r"(?:a|per|every|each|in a) (?:day|week|month|hour)\b"
)
_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"[\W_]+")
_WORD = re.compile(r"\w+")


def copied_texts(comments: Sequence[Comment]) -> tuple[str, ...]:
    """Digests of the texts that at least `AUTHORS` authors wrote in these comments of one post.

    At most `MOST_COPIES`, the most frequent first. Authors that are not known count as different.
    Needs a few bytes for each comment, beside the comments themselves.
    """
    digests = [_digest(comment.text) for comment in comments]
    often = {d for d, count in Counter(digests).items() if d and count >= AUTHORS}
    if not often:
        return ()
    writers: dict[str, set[str]] = {}
    for number, (digest, comment) in enumerate(zip(digests, comments, strict=True)):
        if digest in often:
            writers.setdefault(digest, set()).add(comment.author or f"\0{number}")
    found = [(-len(authors), d) for d, authors in writers.items() if len(authors) >= AUTHORS]
    return tuple(digest for _, digest in sorted(found)[:MOST_COPIES])


def why_suspect(comment: Comment, copies: Collection[str]) -> str:
    """`copy`, `advert`, `link`, or nothing. `copies`: those of its post, see `copied_texts`."""
    if copies and _digest(comment.text) in copies:
        return COPY
    beginning = _SPACE.sub(" ", comment.text[:_LOOKED_AT].lower())
    if _ADVERT.search(beginning):
        return ADVERT
    if "." in beginning and _LINK.search(beginning):
        beside = _WORD.findall(_LINK.sub(" ", beginning))
        return LINK if len(beside) <= WORDS_BESIDE_A_LINK else ""
    return ""


def suspects(comments: Iterable[Comment], copies: Collection[str]) -> list[str]:
    """Why each comment is suspect; see `why_suspect`."""
    known = frozenset(copies)
    return [why_suspect(comment, known) for comment in comments]


def _digest(text: str) -> str:
    """Equal for texts that differ in case, spaces, marks and emoji alone; empty for short ones."""
    letters = _MARKS.sub("", text[:_LOOKED_AT].casefold())
    if len(letters) < LEAST_OF_A_COPY:
        return ""
    return sha256(letters.encode("utf-8", "surrogatepass")).hexdigest()[:16]
