"""Apify's API: https://docs.apify.com/api/v2. An actor's run is started once, polled, then read.

A run costs money, and a message may be delivered twice or its handler die right after the start.
So each start is logged before it happens, on condition that nobody else has: only who logged it
starts the run. Whoever finds a logged start without a run looks for the run among the account's
recent ones before a new one is started. Every step is a page here; none waits.
"""

from __future__ import annotations

import contextlib
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec

from undertone import wire
from undertone.errors import Delayed, Missing, Permanent
from undertone.ports import Versioned
from undertone.records import Comment, Page, PostRef, StoredRecord, Want
from undertone.sources.apify_actors import Actor
from undertone.sources.http import Answer, Session
from undertone.sources.validation import note_of_invalid, validate, validate_each
from undertone.text import excerpt

BASE = "https://api.apify.com/v2"
NAME = "Apify"

POLL = 5.0
"""Seconds between two polls of a run."""
STARTING = timedelta(minutes=2)
"""After so long a logged start without a run is taken for one whose process died."""
REUSED = timedelta(hours=1)
"""How long a run answers for the same post and options; after that a new one is started."""
ITEMS = 1000
"""Items of a dataset a page."""
RUNS = 50
"""Recent runs among which a lost one is searched."""


_UNDER_WAY = {"READY", "RUNNING", "TIMING-OUT", "ABORTING"}
_ALIVE = {"READY", "RUNNING", "SUCCEEDED"}

_Query = dict[str, str | int]


class StartLog(Protocol):
    """Where starts of paid runs are logged before they happen: a part of `Blobs`."""

    def read_versioned(self, name: str) -> Versioned:
        """Content and ETag. Raises Missing."""

    def create(self, name: str, data: bytes) -> bool:
        """False, and nothing changed, if it is there."""

    def replace(self, name: str, data: bytes, etag: str) -> bool:
        """False, and nothing changed, if it is no longer the one with `etag`."""


class Purse(Protocol):
    """What runs may cost."""

    def run_cents(self, want: Want) -> int:
        """What one run may cost at most, in cents; 0 is no limit."""

    def spend(self, want: Want) -> datetime | None:
        """Set that aside. None, or when there will be money again."""


class _OpenPurse:
    def run_cents(self, want: Want) -> int:  # noqa: ARG002 - as `Purse` has it
        return 0

    def spend(self, want: Want) -> datetime | None:  # noqa: ARG002
        return None


OPEN_PURSE: Purse = _OpenPurse()
"""Runs may cost what they cost."""


class _Run(msgspec.Struct):
    id: str
    defaultDatasetId: str  # noqa: N815 - Apify's names, here and below
    status: str = ""
    defaultKeyValueStoreId: str = ""  # noqa: N815
    startedAt: datetime = datetime.min.replace(tzinfo=UTC)  # noqa: N815


class _RunAnswer(msgspec.Struct):
    data: _Run


class _Runs(msgspec.Struct):
    items: list[Any] = []


class _RunsAnswer(msgspec.Struct):
    data: _Runs


class _ErrorItem(msgspec.Struct):
    error: str
    errorDescription: str = ""  # noqa: N815


class _Reason(msgspec.Struct):
    type: str = ""
    message: str = ""


class _Refusal(msgspec.Struct):
    error: _Reason


class _Start(StoredRecord, frozen=True):
    """An entry of the log: written before a run is started, and again with the run's id."""

    at: datetime
    run: str = ""
    dataset: str = ""


class _Cursor(msgspec.Struct, omit_defaults=True):
    run: str = ""
    dataset: str = ""
    ended: str = ""
    """The run's last status, once it has ended; its items are read from then on."""
    offset: int = 0
    found: int = 0
    """Comments read so far."""


class Apify:
    """Reads one platform's posts by runs of one actor."""

    def __init__(
        self,
        session: Session,
        token: str,
        actor: Actor,
        start_log: StartLog,
        *,
        base: str = BASE,
        purse: Purse = OPEN_PURSE,
    ) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"}
        self._actor = actor
        self._start_log = start_log
        self._base = base
        self._purse = purse
        self.platform = actor.platform

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        """One page; see `Source.read`."""
        at = wire.decode(cursor, _Cursor) if cursor else _Cursor()
        if not at.run:
            return self._run(post, want)
        if not at.ended:
            return self._poll(at)
        return self._items(post, want, at)

    # -- the run -------------------------------------------------------------------------------

    def _run(self, post: PostRef, want: Want) -> Page:
        """Start a run, or find the one that was started for the same thing."""
        name = self._start_name(post, want)
        now = self._session.now()
        if self._start_log.create(name, msgspec.json.encode(_Start(at=now))):
            return self._start(name, post, want)
        try:
            return self._join_run(name, self._start_log.read_versioned(name), post, want)
        except Missing:  # removed in between
            return _go_on_later(_Cursor(), 1)

    def _join_run(self, name: str, blob: Versioned, post: PostRef, want: Want) -> Page:
        """Go on with the run whose start is in the log, or take the start over."""
        now = self._session.now()
        start = validate(NAME, wire.decode(blob.data), _Start)
        age = now - start.at
        if start.run and age < REUSED:
            return _go_on_later(_Cursor(start.run, start.dataset), 0)
        if not start.run and age < STARTING:
            return _go_on_later(_Cursor(), POLL)
        lost = None if start.run else self._find_lost_run(post, want, start.at)
        if lost is not None:
            return self._started(name, lost)
        if not self._start_log.replace(name, msgspec.json.encode(_Start(at=now)), blob.etag):
            return _go_on_later(_Cursor(), POLL)  # somebody else took over
        return self._start(name, post, want)

    def _forget(self, post: PostRef, want: Want) -> None:
        """Let the next reader start a new run at once: this one gave nothing."""
        name = self._start_name(post, want)
        free = _Start(at=self._session.now() - STARTING)
        with contextlib.suppress(Missing):
            etag = self._start_log.read_versioned(name).etag
            self._start_log.replace(name, msgspec.json.encode(free), etag)

    def _start_name(self, post: PostRef, want: Want) -> str:
        parts = (self._actor.actor, post.platform, post.id, msgspec.json.encode(want).decode())
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
        return f"runs/{self.platform}/{digest}.json"

    def _start(self, name: str, post: PostRef, want: Want) -> Page:
        """Start a run that costs at most what was set aside for it."""
        until = self._purse.spend(want)
        if until is not None:
            self._forget(post, want)
            raise Delayed("what Apify may cost today is spent", until, platform_wide=False)
        ceiling = self._purse.run_cents(want)
        answer = self._session.post(
            f"{self._base}/acts/{self._actor.actor}/runs",
            json=self._actor.run_input(post, want),
            params={"maxTotalChargeUsd": f"{ceiling / 100:.2f}"} if ceiling else None,
            headers=self._headers,
        )
        return self._started(name, validate(NAME, _checked(answer).body, _RunAnswer).data)

    def _started(self, name: str, run: _Run) -> Page:
        """Log which run it is. Should that fail, it is found again among the recent ones."""
        start = _Start(at=self._session.now(), run=run.id, dataset=run.defaultDatasetId)
        with contextlib.suppress(Missing):
            etag = self._start_log.read_versioned(name).etag
            self._start_log.replace(name, msgspec.json.encode(start), etag)
        return _go_on_later(_Cursor(run.id, run.defaultDatasetId), POLL)

    def _find_lost_run(self, post: PostRef, want: Want, since: datetime) -> _Run | None:
        """The run that was started for this post after `since` by a process that then died."""
        since -= timedelta(seconds=30)  # their clock is not ours
        query: _Query = {"desc": "1", "limit": RUNS, "startedAfter": _iso(since)}
        answer = self._get(f"acts/{self._actor.actor}/runs", query)
        runs, _ = validate_each(validate(NAME, answer.body, _RunsAnswer).data.items, _Run)
        task = self._actor.run_input(post, want)
        recent = (run for run in runs if run.startedAt >= since and run.status in _ALIVE)
        return next((run for run in recent if self._input(run) == task), None)

    def _input(self, run: _Run) -> object:
        path = f"{self._base}/key-value-stores/{run.defaultKeyValueStoreId}/records/INPUT"
        answer = self._session.get(path, headers=self._headers)
        return answer.body if answer.ok else None

    def _poll(self, at: _Cursor) -> Page:
        run = validate(NAME, self._get(f"actor-runs/{at.run}", {}).body, _RunAnswer).data
        if run.status in _UNDER_WAY:
            return _go_on_later(at, POLL)
        return _go_on_later(_Cursor(at.run, run.defaultDatasetId, run.status or "UNKNOWN"), 0)

    # -- its items -----------------------------------------------------------------------------

    def _items(self, post: PostRef, want: Want, at: _Cursor) -> Page:
        query: _Query = {"format": "json", "offset": at.offset, "limit": ITEMS}
        answer = self._get(f"datasets/{at.dataset}/items", query)
        items = validate(NAME, answer.body, list[Any])
        comments: list[Comment] = []
        others: list[object] = []
        for item in items:
            in_item = self._actor.comments_in(item, post, want)
            comments.extend(in_item or [])
            if in_item is None:
                others.append(item)
        kept = tuple(comment for comment in comments if comment.text)
        errors, invalid = validate_each(others, _ErrorItem)
        total = at.found + len(comments)
        if not total and (errors or not items):
            self._raise_for_nothing(at, errors, post, want)
        following = _Cursor(at.run, at.dataset, at.ended, at.offset + len(items), total)
        return Page(
            comments=kept,
            cursor=_encode(following) if items else None,
            skipped=len(comments) - len(kept),
            note=self._note(at, errors, invalid, last=not items),
        )

    def _raise_for_nothing(
        self, at: _Cursor, errors: list[_ErrorItem], post: PostRef, want: Want
    ) -> None:
        """Raise Permanent if the run says why it found no comments, or did not succeed."""
        if errors:
            message = excerpt(f"{errors[0].error}: {errors[0].errorDescription}")
            raise Permanent(
                f"Apify's {self._actor.actor} finds no comments ({message}): the post has none, is "
                "private or does not exist",
                state="not_found",
            )
        if at.ended != "SUCCEEDED":
            self._forget(post, want)
            raise Permanent(
                f"Apify's run {at.run} of {self._actor.actor} ended as {at.ended} without "
                "comments: look at its log in Apify's console"
            )

    def _note(self, at: _Cursor, errors: list[_ErrorItem], invalid: int, *, last: bool) -> str:
        if errors:
            return f"Apify left something out ({excerpt(errors[0].error)})"
        if last and at.ended != "SUCCEEDED":
            return f"possibly truncated: Apify's run {at.run} ended as {at.ended}"
        return note_of_invalid(NAME, invalid)

    def _get(self, path: str, query: _Query) -> Answer:
        return _checked(self._session.get(f"{self._base}/{path}", query, self._headers))


def _checked(answer: Answer) -> Answer:
    if answer.ok:
        return answer
    refusals, _ = validate_each([answer.body], _Refusal)
    reason = refusals[0].error if refusals else _Reason()
    message = (
        excerpt(f"{reason.type}: {reason.message}") if reason.type else f"status {answer.status}"
    )
    if answer.status == 401:
        raise Permanent(f"Apify refuses APIFY_TOKEN: {message}")
    if answer.status == 402:
        raise Permanent(
            f"Apify's spending limit is reached: {message}: raise it or wait for its reset"
        )
    raise Permanent(f"Apify refuses: {message}")


def _go_on_later(at: _Cursor, wait: float) -> Page:
    return Page(cursor=_encode(at), wait=wait)


def _encode(cursor: _Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
