"""Bluesky's public API: https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread. No key.

One answer holds the thread, cut where it is wide or deep. Replies whose own replies were cut off
are asked for one by one on further pages.
"""

from __future__ import annotations

from typing import Any

import msgspec

from undertone import wire
from undertone.errors import Permanent
from undertone.limits import known_count
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.http import Answer, Session
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt, tidy
from undertone.times import utc_from_iso

BASE = "https://public.api.bsky.app/xrpc"
NAME = "Bluesky"

FURTHER = 100
"""Cut-off replies of one post that are asked for: each costs a request."""


class _Author(msgspec.Struct):
    handle: str = ""


class _Record(msgspec.Struct):
    text: str = ""
    createdAt: str = ""  # noqa: N815 - Bluesky's names, here and below
    langs: list[str] | None = None


class _Post(msgspec.Struct):
    uri: str
    record: _Record
    author: _Author = msgspec.field(default_factory=_Author)
    likeCount: int | None = None  # noqa: N815
    replyCount: int = 0  # noqa: N815


class _Node(msgspec.Struct):
    kind: str = msgspec.field(name="$type", default="")
    post: Any = None
    replies: list[Any] | None = None


class _Thread(msgspec.Struct):
    thread: _Node


class _Refusal(msgspec.Struct):
    error: str = ""
    message: str = ""


class _Identity(msgspec.Struct):
    did: str


class _Cursor(msgspec.Struct, omit_defaults=True):
    """Replies whose own replies were cut off, and how many more may be asked for."""

    uris: list[str]
    left: int
    reported: int = 0
    """Replies that all posts seen so far say they have …"""
    shown: int = 0
    """… and how many of them were shown, hidden ones included."""


class _Replies(msgspec.Struct):
    """The comments below a post, and what is missing among them."""

    comments: list[Comment] = []
    cut_off: list[str] = []
    hidden: int = 0
    invalid: int = 0
    reported: int = 0
    """Replies that the posts seen say they have."""


def needs_did(post: PostRef) -> bool:
    """Whether `post` names its author by a handle, which may change hands."""
    return not post.id.startswith("did:")


class Bluesky:
    """Any public post."""

    platform = "bluesky"

    def __init__(self, session: Session, *, base: str = BASE) -> None:
        self._session = session
        self._base = base

    def did(self, post: PostRef) -> PostRef:
        """The reference of `post` under its author's DID. Raises Permanent (`not_found`)."""
        handle, _, key = post.id.partition("/")
        query = {"handle": handle}
        answer = self._session.get(f"{self._base}/com.atproto.identity.resolveHandle", query)
        if not answer.ok:
            raise Permanent(f"Bluesky knows nobody called {handle}", state="not_found")
        did = validate(NAME, answer.body, _Identity).did
        address = f"https://bsky.app/profile/{did}/post/{key}"
        return PostRef(platform="bluesky", id=f"{did}/{key}", url=address)

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`. `post.id` is `did/rkey`."""
        author, _, key = post.id.partition("/")
        root = f"at://{author}/app.bsky.feed.post/{key}"
        if cursor is None:
            thread = self._thread(root, want)
            top = validate(NAME, thread.post, _Post)
            replies = _walk(thread, root, deep=want.replies)
            page = _page(replies, want, _Cursor([], FURTHER))
            reported = known_count(replies.reported if want.replies else top.replyCount, least=0)
            title = excerpt(top.record.text, 100)
            return msgspec.structs.replace(page, title=title, reported=reported)
        at = wire.decode(cursor, _Cursor)
        rest = _Cursor(at.uris[1:], at.left - 1, at.reported, at.shown)
        try:
            thread = self._thread(at.uris[0], want)
            replies = _walk(thread, root, deep=True)
            # What the head of this thread says it has was counted where it was cut off.
            replies.reported -= _replies_of(validate(NAME, thread.post, _Post))
        except Permanent as error:
            if error.state != "not_found":
                raise
            return _page(_Replies(), want, rest)
        return _page(replies, want, rest)

    def _thread(self, uri: str, want: Want) -> _Node:
        query = {"uri": uri, "depth": 1000 if want.replies else 1, "parentHeight": 0}
        answer = self._session.get(f"{self._base}/app.bsky.feed.getPostThread", query)
        if not answer.ok:
            raise _refused(answer)
        thread = validate(NAME, answer.body, _Thread).thread
        if thread.kind.endswith("#notFoundPost"):
            raise Permanent(
                "Bluesky does not find the post: deleted or mistyped", state="not_found"
            )
        if thread.kind.endswith("#blockedPost"):
            raise Permanent("the post's author shows it to nobody without an account")
        return thread


def _refused(answer: Answer) -> Permanent:
    refusal = validate(NAME, answer.body or {}, _Refusal)
    detail = excerpt(f"{refusal.error} {refusal.message}")
    if refusal.error in {"NotFound", "InvalidRequest"} or answer.status == 404:
        return Permanent(f"Bluesky does not find the post: {detail}", state="not_found")
    return Permanent(f"Bluesky refuses (status {answer.status}): {detail}")


def _walk(thread: _Node, root: str, *, deep: bool) -> _Replies:
    """Everything under `thread` in reading order; no recursion."""
    replies = _Replies()
    top = validate(NAME, thread.post, _Post)
    replies.reported = _replies_of(top)
    waiting = [(child, top.uri) for child in reversed(thread.replies or [])]
    while waiting:
        child, parent = waiting.pop()
        nodes, count = validate_each([child], _Node)
        replies.invalid += count
        for node in nodes:
            posts, _ = validate_each([node.post], _Post)
            if not posts:
                replies.hidden += 1  # notFoundPost, blockedPost
                continue
            below = node.replies or []
            _take(replies, posts[0], "" if parent == root else parent, below=len(below), deep=deep)
            if deep:
                waiting.extend((reply, posts[0].uri) for reply in reversed(below))
    return replies


def _take(replies: _Replies, post: _Post, parent: str, *, below: int, deep: bool) -> None:
    text = tidy(post.record.text)
    if deep:
        replies.reported += _replies_of(post)
        if post.replyCount and not below:
            replies.cut_off.append(post.uri)
    if not text:
        replies.hidden += 1
        return
    langs = post.record.langs or []
    replies.comments.append(
        Comment(
            id=post.uri,
            text=text,
            parent=parent,
            author=post.author.handle,
            created_at=utc_from_iso(post.record.createdAt),
            likes=known_count(post.likeCount),
            lang=langs[0] if len(langs) == 1 else "",
        )
    )


def _replies_of(post: _Post) -> int:
    return known_count(post.replyCount, least=0) or 0


def _page(replies: _Replies, want: Want, before: _Cursor) -> Page:
    """The page of `replies`; `before` is what the pages before it left to be asked for."""
    comments = replies.comments
    if want.order == "newest":
        comments = sorted(comments, key=lambda comment: comment.created_at, reverse=True)
    rest = _Cursor(
        before.uris + replies.cut_off,
        before.left,
        before.reported + replies.reported,
        before.shown + len(comments) + replies.hidden,
    )
    more = bool(rest.uris) and rest.left > 0
    notes = [note_of_invalid(NAME, replies.invalid), "" if more else _note_of_end(rest)]
    return Page(
        comments=tuple(comments),
        cursor=msgspec.json.encode(rest).decode() if more else None,
        skipped=replies.hidden,
        note="; ".join(filter(None, notes)),
    )


def _note_of_end(rest: _Cursor) -> str:
    """What is missing when no further page is asked for, on whatever page it was cut off.

    Bluesky's counts hold a few deleted replies; from a tenth on the thread was cut.
    """
    missing = rest.reported - rest.shown
    notes: list[str] = []
    if missing > 0 and missing * 10 >= rest.reported:
        notes.append(f"truncated by Bluesky: {missing} of {rest.reported} replies are not shown")
    if rest.uris:
        notes.append(f"{len(rest.uris)} replies have replies that were not asked for")
    return "; ".join(notes)
