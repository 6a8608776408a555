"""Texts that come one by one: appended to a collection's log, and made jobs in windows.

A window is a stretch of the log, decided once by a conditional write; bytes of a log never change,
so whoever carries it out reads the same texts. It is carried out by submitting a job under an
Idempotency-Key of its own: so there is one job a window, and one pipeline for all texts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from undertone.errors import Conflict, NotFound, TooMany
from undertone.insights.asked import Insights
from undertone.pipeline import names
from undertone.pipeline.collection_records import Collection, TextBatch, Window
from undertone.pipeline.job_records import Options
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.record_log import LogPosition
from undertone.pipeline.services import Services
from undertone.pipeline.stream_data import MOST_BYTES
from undertone.pipeline.submit import Submission, chosen_options, submit
from undertone.privacy.policy import Protection
from undertone.records import UPLOAD, Comment, UploadedPost

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=5)
"""Texts that arrive within so long become one job."""
RETRY = timedelta(hours=1)
"""Until a window that failed every try is tried again."""
MOST_TEXTS = 100_000
"""Texts of one window; what is more waits for the next, which follows at once."""
KEPT_JOBS = 100


def put_collection(services: Services, owner: str, name: str, insights: Insights) -> None:
    """Make the collection, or let its next windows ask something else."""
    key = names.collection_key(owner, name)
    services.store.collections.write(Collection(owner=owner, name=name, insights=insights), key)
    services.store.texts.create(key)


def find_collection(services: Services, owner: str, name: str) -> tuple[Collection, Window]:
    """The owner's collection, and its last window. Raises NotFound."""
    key = names.collection_key(owner, name)
    found = services.store.collections.find(key)
    if found is None:
        raise NotFound(f"there is no collection {name!r}; make it with PUT collections/{name}")
    return found, services.store.windows.find(key) or Window()


def delete_collection(services: Services, owner: str, name: str) -> None:
    """Remove a collection and its texts; the jobs of its windows stay. Raises NotFound."""
    find_collection(services, owner, name)
    prefix = names.COLLECTIONS + names.collection_key(owner, name) + "/"
    found = services.store.jobs.names(prefix)
    first = names.collection(names.collection_key(owner, name))
    services.store.jobs.remove(first)  # from here on it is gone for every caller
    if services.store.jobs.remove_many([blob for blob in found if blob != first]):
        raise Conflict("some of its texts could not be removed; try again", retry_after=5)


def add_texts(services: Services, owner: str, name: str, texts: Sequence[Comment]) -> None:
    """Append texts to a collection; they are there when this returns. Raises NotFound."""
    find_collection(services, owner, name)
    key = names.collection_key(owner, name)
    protection = _protection(services, owner)
    services.store.texts.append(_protected(TextBatch(texts=tuple(texts)), protection), key)
    empty = sum(not one.text.strip() for one in texts)
    log.info("texts: collection=%s added=%d empty=%d", name, len(texts), empty)
    _send(services, key, WINDOW)


def _protection(services: Services, owner: str) -> Protection | None:
    """That of the jobs which windows become: what the deployment decides."""
    options = chosen_options(services, Options())
    return services.privacy.protection(owner, options.authors, mask=options.mask)


def _protected(batch: TextBatch, protection: Protection | None) -> TextBatch:
    """The texts as they may be kept; those that are protected this way stay as they are."""
    if protection is None or protection.name == batch.protection:
        return batch
    texts = tuple(protection.protect(text, UPLOAD) for text in batch.texts)
    return TextBatch(texts=texts, protection=protection.name)


def _send(services: Services, key: str, delay: timedelta) -> None:
    message = Message(job=key, posts=0, deadline=services.clock() + delay)
    services.queues.send(names.QUEUE_WINDOWS, message.encode(), delay=delay.total_seconds())


def close_window(services: Services, delivery: Delivery) -> None:
    """Make a job of the texts since the last window, if it is time and there are any.

    Raises Transient (the host tries again) and Missing (the collection is gone).
    """
    key, store = delivery.message.job, services.store
    collection = store.collections.read(key)
    store.windows.create(Window(), key)
    standing = store.windows.find_with_etag(key)
    if standing is None:
        return
    window, etag = standing
    if window.number and not window.job:
        try:
            _make_job(services, collection, window, etag)
        except TooMany as error:  # the owner has as many jobs as one may have: later
            _send(services, key, min(timedelta(seconds=error.retry_after or 0), RETRY))
            return
        _send(services, key, timedelta(0))
        return
    new = store.texts.read_page(window.next_start, MOST_BYTES, key)
    batches = new.records[window.next_skip :]
    if not batches:
        return
    if (wait := _wait(services, window)) > timedelta(0):
        _send(services, key, wait)
        return
    if store.windows.replace(_next_window(services, window, batches, new.end), etag, key):
        _send(services, key, timedelta(0))


def _next_window(
    services: Services, window: Window, batches: list[TextBatch], end: LogPosition
) -> Window:
    """The window of as many of `batches` as fit a job; `end` is where the last of them ends."""
    number = _fitting(batches)
    whole = number == len(batches)
    return Window(
        number=window.number + 1,
        start=window.next_start,
        skip=window.next_skip,
        batches=number,
        next_start=end if whole else window.next_start,
        next_skip=0 if whole else window.next_skip + number,
        closed_at=services.clock(),
        jobs=((window.job, *window.jobs) if window.job else ())[:KEPT_JOBS],
    )


def retry_window(services: Services, delivery: Delivery) -> None:
    """After a message that failed every try: another one, later. Texts that wait for a window have
    nobody else to remember them. Raises Missing (the collection is gone)."""
    services.store.collections.read(delivery.message.job)
    _send(services, delivery.message.job, RETRY)


def _wait(services: Services, window: Window) -> timedelta:
    if window.closed_at is None or window.next_skip:
        return timedelta(0)
    return window.closed_at + WINDOW - services.clock()


def _fitting(batches: Iterable[TextBatch]) -> int:
    """How many of the first batches make a window: at least one."""
    number, texts = 0, 0
    for batch in batches:
        texts += len(batch.texts)
        if number and texts > MOST_TEXTS:
            break
        number += 1
    return number


def _make_job(services: Services, collection: Collection, window: Window, etag: str) -> None:
    key = names.collection_key(collection.owner, collection.name)
    lines = services.store.texts.read_page(window.start, MOST_BYTES, key).records
    batches = lines[window.skip : window.skip + window.batches]
    protection = _protection(services, collection.owner)
    batches = [_protected(batch, protection) for batch in batches]
    texts = {text.id: text for batch in batches for text in batch.texts}  # the last one counts
    title = f"{collection.name} {window.number}"
    made = submit(
        services,
        Submission(
            owner=collection.owner,
            uploads=[UploadedPost(id=title, title=title, comments=tuple(texts.values()))],
            name=title,
            key=f"collection {collection.name} window {window.number} {window.closed_at}",
            protected_as=protection.name if protection else "",
            insights=collection.insights,
        ),
    )
    done = msgspec.structs.replace(window, job=made.request.job)
    services.store.windows.replace(done, etag, key)
