"""Any Mastodon instance: https://docs.joinmastodon.org/methods/statuses/#context. No key.

The instance is whatever host the user's link names: see `guard` for what it may not be.
"""

from __future__ import annotations

from typing import Any

import msgspec

from undertone.errors import Permanent
from undertone.html_text import text_of_html
from undertone.limits import known_count
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.http import Answer, Session
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt
from undertone.times import utc_from_iso

NAME = "Mastodon"


class _Account(msgspec.Struct):
    acct: str = ""


class _Status(msgspec.Struct):
    id: str
    content: str = ""
    created_at: str = ""
    in_reply_to_id: str | None = None
    account: _Account = msgspec.field(default_factory=_Account)
    favourites_count: int | None = None
    replies_count: int = 0
    language: str | None = None


class _Context(msgspec.Struct):
    descendants: list[Any]


class _Refusal(msgspec.Struct):
    error: str = ""


class Mastodon:
    """Public posts of any instance.

    `base`: where stand-in instances answer, as `{base}/{host}`; else `https://{host}`.
    """

    platform = "mastodon"

    def __init__(self, session: Session, *, base: str = "") -> None:
        self._session = session
        self._base = base

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:  # noqa: ARG002
        """All replies that the instance shows as one page; see `Source.read`."""
        host, _, number = post.id.partition("/")
        status = f"{f'{self._base}/{host}' if self._base else f'https://{host}'}/api/v1/statuses/{number}"
        root = validate(NAME, self._ask(status, host).body, _Status)
        context = validate(NAME, self._ask(f"{status}/context", host).body, _Context)
        replies, invalid = validate_each(context.descendants, _Status)
        reported = _known_replies(root)
        if want.replies:
            reported += sum(map(_known_replies, replies))
        else:
            replies = [reply for reply in replies if reply.in_reply_to_id == root.id]
        if want.order == "newest":
            replies.sort(key=lambda reply: reply.created_at, reverse=True)
        comments = tuple(comment for reply in replies if (comment := _comment(reply, root.id)).text)
        return Page(
            comments=comments,
            title=excerpt(text_of_html(root.content), 100),
            reported=known_count(reported),
            skipped=len(replies) - len(comments),
            note=note_of_invalid(NAME, invalid) or _note_of_missing(host, reported, len(replies)),
        )

    def _ask(self, url: str, host: str) -> Answer:
        answer = self._session.get(url)
        if answer.ok:
            return answer
        message = (
            excerpt(validate(NAME, answer.body or {}, _Refusal).error) or f"status {answer.status}"
        )
        if answer.status in {404, 410}:
            raise Permanent(
                f"{host} does not show the post (deleted, private or mistyped): {message}",
                state="not_found",
            )
        if answer.status in {401, 403}:
            raise Permanent(
                f"{host} shows posts to its own members only: {message}", state="unsupported"
            )
        raise Permanent(f"{host} refuses: {message}")


def _known_replies(status: _Status) -> int:
    return known_count(status.replies_count, least=0) or 0


def _comment(reply: _Status, root: str) -> Comment:
    parent = reply.in_reply_to_id or ""
    return Comment(
        id=reply.id,
        text=text_of_html(reply.content),
        parent="" if parent == root else parent,
        author=reply.account.acct,
        created_at=utc_from_iso(reply.created_at),
        likes=known_count(reply.favourites_count),
        lang=reply.language or "",
    )


def _note_of_missing(host: str, reported: int, shown: int) -> str:
    """Without an account an instance shows at most 60 replies; counts hold a few private ones."""
    missing = reported - shown
    if missing <= 0 or missing * 10 < reported:
        return ""
    return f"truncated by {host}: {missing} of {reported} replies are not shown without an account"
