"""Hacker News by Algolia: https://hn.algolia.com/api. One answer holds the whole tree; no key."""

from __future__ import annotations

from typing import Any

import msgspec

from undertone.errors import Permanent
from undertone.html_text import text_of_html
from undertone.limits import known_count
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.http import Session
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt
from undertone.times import utc_from_seconds

BASE = "https://hn.algolia.com/api/v1"
NAME = "Hacker News"


class _Item(msgspec.Struct):
    id: int
    author: str | None = None
    text: str | None = None
    title: str | None = None
    points: int | None = None
    created_at_i: float | None = None
    parent_id: int | None = None
    children: list[Any] = []


class HackerNews:
    """Stories, polls and jobs, and any comment as the root of its own thread."""

    platform = "hackernews"

    def __init__(self, session: Session, *, base: str = BASE) -> None:
        self._session = session
        self._base = base

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:  # noqa: ARG002
        """All comments as one page; see `Source.read`."""
        answer = self._session.get(f"{self._base}/items/{post.id}")
        if answer.status == 404:
            raise Permanent("Hacker News has no such item", state="not_found")
        if not answer.ok:
            raise Permanent(
                f"Hacker News refuses (status {answer.status}): {excerpt(str(answer.body))}"
            )
        root = validate(NAME, answer.body, _Item)
        items, invalid = _under(root, deep=want.replies)
        if want.order == "newest":
            items.sort(key=lambda item: item.created_at_i or 0, reverse=True)
        comments = [_comment(item, root.id) for item in items if item.author and item.text]
        kept = tuple(comment for comment in comments if comment.text)
        return Page(
            comments=kept,
            title=root.title,
            skipped=len(items) - len(kept),
            note=note_of_invalid(NAME, invalid),
        )


def _under(root: _Item, *, deep: bool) -> tuple[list[_Item], int]:
    """The items under `root` in reading order, and how many were not valid; without recursion."""
    below: list[_Item] = []
    invalid = 0
    waiting: list[object] = list(reversed(root.children))
    while waiting:
        items, count = validate_each([waiting.pop()], _Item)
        invalid += count
        below.extend(items)
        if deep:
            waiting.extend(child for item in items for child in reversed(item.children))
    return below, invalid


def _comment(item: _Item, root: int) -> Comment:
    return Comment(
        id=str(item.id),
        text=text_of_html(item.text or ""),
        parent="" if item.parent_id in {None, root} else str(item.parent_id),
        author=item.author or "",
        created_at=utc_from_seconds(item.created_at_i),
        likes=known_count(item.points),
    )
