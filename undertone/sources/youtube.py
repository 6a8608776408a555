"""YouTube Data API v3: https://developers.google.com/youtube/v3/docs/commentThreads/list.

A page is one call of commentThreads, or one of comments for a thread with more replies than the
few that are embedded; the first page also asks for the video's title and count. Each call costs
one unit of a day's 10,000.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Literal, NoReturn

import msgspec

from undertone import wire
from undertone.errors import Delayed, Permanent, Transient, UndertoneError
from undertone.html_text import text_of_html
from undertone.limits import known_count
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.delays import next_midnight, retry_time
from undertone.sources.http import Answer, Session
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt, tidy
from undertone.times import utc_from_iso

BASE = "https://www.googleapis.com/youtube/v3"
NAME = "YouTube"


class _Snippet(msgspec.Struct):
    textOriginal: str | None = None  # noqa: N815 - YouTube's names, here and below
    textDisplay: str | None = None  # noqa: N815
    authorDisplayName: str | None = None  # noqa: N815
    likeCount: int | None = None  # noqa: N815
    publishedAt: str | None = None  # noqa: N815
    parentId: str | None = None  # noqa: N815


class _Comment(msgspec.Struct):
    id: str
    snippet: _Snippet


class _ThreadSnippet(msgspec.Struct):
    topLevelComment: _Comment  # noqa: N815
    totalReplyCount: int = 0  # noqa: N815


class _Replies(msgspec.Struct):
    comments: list[Any] = []


class _Thread(msgspec.Struct):
    snippet: _ThreadSnippet
    replies: _Replies | None = None


class _Items(msgspec.Struct):
    items: list[Any] = []
    nextPageToken: str | None = None  # noqa: N815


class _VideoSnippet(msgspec.Struct):
    title: str = ""


class _Statistics(msgspec.Struct):
    commentCount: int | None = None  # noqa: N815


class _Video(msgspec.Struct):
    snippet: _VideoSnippet | None = None
    statistics: _Statistics | None = None


class _Reason(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    errors: list[_Reason] = []


class _Refusal(msgspec.Struct):
    error: _Error


class _Cursor(msgspec.Struct, omit_defaults=True):
    """Where reading goes on: first the replies of `parents`, then the threads at `threads`."""

    threads: str = ""
    """Page token of the next threads; empty when there are none left."""
    parents: list[str] = []
    """Threads whose replies are still to be read, the first one from `replies` on."""
    replies: str = ""


class YouTube:
    """Videos, with one API key.

    `when_used_up`: a spent daily quota makes a post `wait` for the next day or `end` as it is.
    """

    platform = "youtube"

    def __init__(
        self,
        session: Session,
        key: str,
        *,
        base: str = BASE,
        when_used_up: Literal["wait", "end"] = "wait",
    ) -> None:
        self._session = session
        self._key = key
        self._base = base
        self._when_used_up = when_used_up

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`."""
        if cursor is None:
            title, reported = self._video(post.id)
            page = self._threads(post.id, want, _Cursor())
            # YouTube counts replies too: without them its number says nothing about coverage.
            return msgspec.structs.replace(
                page, title=title, reported=reported if want.replies else None
            )
        at = wire.decode(cursor, _Cursor)
        try:
            return self._replies(at) if at.parents else self._threads(post.id, want, at)
        except _NothingMore as error:
            return Page(note=error.reason)

    def _video(self, video: str) -> tuple[str, int | None]:
        answer = self._ask("videos", {"part": "snippet,statistics", "id": video})
        items, _ = validate_each(validate(NAME, answer.body, _Items).items, _Video)
        if not items:
            raise Permanent(
                "YouTube knows no such video: it is private, deleted or mistyped", state="not_found"
            )
        statistics, snippet = items[0].statistics, items[0].snippet
        count = known_count(statistics.commentCount if statistics else None, least=0)
        return (snippet.title if snippet else ""), count

    def _threads(self, video: str, want: Want, at: _Cursor) -> Page:
        query = {
            "part": "snippet,replies" if want.replies else "snippet",
            "videoId": video,
            "maxResults": "100",
            "order": "relevance" if want.order == "top" else "time",
            "textFormat": "plainText",
        }
        answer = self._ask("commentThreads", query | _page(at.threads))
        listed = validate(NAME, answer.body, _Items)
        threads, invalid = validate_each(listed.items, _Thread)
        comments: list[Comment] = []
        unfinished: list[str] = []
        for thread in threads:
            top = thread.snippet.topLevelComment
            comments.append(_comment(top))
            if not want.replies or not thread.snippet.totalReplyCount:
                continue
            embedded, count = validate_each(
                thread.replies.comments if thread.replies else (), _Comment
            )
            comments.extend(_comment(reply, top.id) for reply in embedded)
            invalid += count
            if thread.snippet.totalReplyCount > len(embedded):
                unfinished.append(top.id)
        following, repeated = _next(listed.nextPageToken, at.threads)
        return _page_of(comments, invalid, _Cursor(following, unfinished), repeated)

    def _replies(self, at: _Cursor) -> Page:
        rest = at.parents[1:]
        query = {"part": "snippet", "parentId": at.parents[0], "maxResults": "100"}
        query |= {"textFormat": "plainText"} | _page(at.replies)
        try:
            answer = self._ask("comments", query)
        except _NoParent:  # deleted between two pages
            return _page_of([], 0, _Cursor(at.threads, rest), "")
        listed = validate(NAME, answer.body, _Items)
        replies, invalid = validate_each(listed.items, _Comment)
        comments = [_comment(reply, at.parents[0]) for reply in replies]
        following, repeated = _next(listed.nextPageToken, at.replies)
        parents = at.parents if following else rest
        return _page_of(comments, invalid, _Cursor(at.threads, parents, following), repeated)

    def _ask(self, what: str, query: dict[str, str]) -> Answer:
        query |= {"key": self._key}
        answer = self._session.get(f"{self._base}/{what}", query, explains_throttle=True)
        if not answer.ok:
            self._refused(answer)
        return answer

    def _refused(self, answer: Answer) -> NoReturn:
        error = _refusal(answer)
        reasons = {entry.reason for entry in error.errors}
        message = excerpt(text_of_html(error.message)) or f"status {answer.status}"
        if reasons & _QUOTA or (answer.status == 429 and _A_DAY.search(message)):
            self._used_up()
        if answer.status == 429:
            until = retry_time(answer.headers, self._session.now())
            raise Delayed("YouTube is asked too often (status 429)", until)
        for meant, error_for in _MEANINGS:
            if reasons & meant:
                raise error_for(message)
        raise Permanent(f"YouTube refuses: {message}")

    def _used_up(self) -> NoReturn:
        reason = "YouTube's quota for today is used up"
        if self._when_used_up == "end":
            raise _NothingMore(reason)
        raise Delayed(reason, next_midnight("America/Los_Angeles", self._session.now()))


class _NothingMore(Permanent):
    """YouTube gives no further page; what was read on earlier ones stays."""


class _NoParent(Permanent):
    """The comment whose replies were asked for is gone."""


_QUOTA = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_A_DAY = re.compile(r"\bper[ _-]?day\b|\bdaily\b", re.IGNORECASE)
"""What the message of a 429 has if it is about the day's quota (`limit 'Queries per day'`)."""
_MEANINGS: tuple[tuple[set[str], Callable[[str], UndertoneError]], ...] = (
    # https://developers.google.com/youtube/v3/docs/errors and core errors of Google's APIs
    (
        {"commentsDisabled"},
        lambda _: Permanent("comments are turned off for this video", state="comments_off"),
    ),
    (
        {"commentNotFound", "parentCommentNotFound", "operationNotSupported"},
        lambda message: _NoParent(f"YouTube does not find the comment: {message}"),
    ),
    (
        {"videoNotFound", "channelNotFound"},
        lambda message: Permanent(f"YouTube does not find the video: {message}", state="not_found"),
    ),
    (
        {"rateLimitExceeded", "userRateLimitExceeded"},
        lambda message: Delayed(f"YouTube is asked too often: {message}"),
    ),
    (
        {"processingFailure", "backendError", "internalError", "SERVICE_UNAVAILABLE"},
        lambda message: Transient(f"YouTube failed in passing: {message}"),
    ),
    (
        {"invalidPageToken"},
        lambda message: _NothingMore(f"YouTube would not read on after the last page: {message}"),
    ),
    (
        {"keyInvalid", "keyExpired", "badRequest", "accessNotConfigured", "ipRefererBlocked"},
        lambda message: Permanent(f"YouTube refuses the key in YOUTUBE_API_KEY: {message}"),
    ),
)


def _page(token: str) -> dict[str, str]:
    return {"pageToken": token} if token else {}


def _next(token: str | None, current: str) -> tuple[str, str]:
    """The token to go on with, and a note if it is the one that has just been read."""
    if token and token == current:
        return "", "YouTube repeated a page: comments after it are missing"
    return token or "", ""


def _comment(item: _Comment, parent: str = "") -> Comment:
    snippet = item.snippet
    text = (
        tidy(snippet.textOriginal)
        if snippet.textOriginal
        else text_of_html(snippet.textDisplay or "")
    )
    return Comment(
        id=item.id,
        text=text,
        parent=snippet.parentId or parent,
        author=snippet.authorDisplayName or "",
        created_at=utc_from_iso(snippet.publishedAt or ""),
        likes=known_count(snippet.likeCount),
    )


def _page_of(comments: Iterable[Comment], invalid: int, at: _Cursor, note: str) -> Page:
    seen = list(comments)
    kept = tuple(comment for comment in seen if comment.text)
    more = bool(at.threads or at.parents)
    return Page(
        comments=kept,
        cursor=msgspec.json.encode(at).decode() if more else None,
        skipped=len(seen) - len(kept),
        note=note or note_of_invalid(NAME, invalid),
    )


def _refusal(answer: Answer) -> _Error:
    try:
        return wire.convert(answer.body, _Refusal, strict=False).error
    except msgspec.ValidationError:
        return _Error()
