"""Fetch one post: freeze its comments, then send a message for each chunk of them."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from undertone.errors import Delayed, Permanent, Transient
from undertone.pipeline import names
from undertone.pipeline.attempts import check_throttle, current_attempt, hold_back, send_later
from undertone.pipeline.cache import cache_name, read_cache, write_cache
from undertone.pipeline.freeze import (
    Fetched,
    Frozen,
    freeze,
    freeze_failure,
    read_frozen,
)
from undertone.pipeline.job import ROWS_A_PAGE, Options, glimpse_stop, read_request, read_rows
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.reading import Overtaken, PageLog, read_post
from undertone.pipeline.services import Services
from undertone.pipeline.settle import ProgressLine, note_progress, settle_post, unfetched
from undertone.records import UPLOAD, PostRef, State, utc_text


def fetch(services: Services, delivery: Delivery) -> None:
    """Freeze the post and announce its chunks; a post that is frozen is only announced.

    Raises Transient (the host tries again) and Missing (the job is gone).
    """
    message = delivery.message
    if glimpse_stop(services, message.job):
        return
    page, index = divmod(message.post, ROWS_A_PAGE)
    ref = read_rows(services.jobs, message.job, page)[index].ref
    if ref is None:
        raise Transient(f"row {message.post + 1} of job {message.job} is no post")
    frozen = None
    if delivery.repeated or ref.platform == UPLOAD:  # else nobody can have frozen it yet
        frozen = read_frozen(services.jobs, message.job, message.post)
    if frozen is None:
        current = current_attempt(services, delivery)
        if current is None:
            return
        resume = current.attempt > 0 or delivery.repeated
        frozen = _fetch(services, current, ref, resume=resume)
    if frozen is not None:
        again = msgspec.structs.replace(message, again=delivery.repeated)
        announce_post(services, again, frozen)


def _fetch(services: Services, message: Message, ref: PostRef, *, resume: bool) -> Frozen | None:
    """Fetch and freeze; None if the post is sent again, or another delivery is ahead with it."""
    options = read_request(services.jobs, message.job).options
    log = PageLog(services.jobs, message.job, message.post)
    try:
        fetched = _comments(services, ref, options, log, resume=resume)
    except Overtaken:
        return None
    except Permanent as error:
        return _give_up(services, message, State(error.state), error.reason)
    except Delayed as error:
        if error.platform_wide:
            hold_back(services, ref.platform, error)
        refusal = send_later(services, message, error)
        return _give_up(services, message, State.FAILED, refusal) if refusal else None
    return freeze(
        services,
        message.job,
        message.post,
        fetched,
        posts=message.posts,
        options=options,
    )


def _comments(
    services: Services, ref: PostRef, options: Options, log: PageLog, *, resume: bool
) -> Fetched:
    def known(post: PostRef) -> Fetched | None:
        name = cache_name(post, options.want)
        max_age = timedelta(minutes=options.max_age_minutes)
        return read_cache(services.cache, name, services.clock(), max_age)

    if cached := known(ref):
        return cached
    check_throttle(services, ref.platform)
    source = services.source(ref.platform)
    fetched = read_post(source, ref, options.want, services.clock, log, resume=resume, known=known)
    if not fetched.note:
        post = fetched.post or ref
        own = msgspec.structs.replace(fetched, post=None)  # for who asks by its own link
        write_cache(services.cache, cache_name(post, options.want), own)
    return fetched


def _give_up(services: Services, message: Message, state: State, reason: str) -> Frozen:
    at = utc_text(services.clock())
    return freeze_failure(
        services.jobs, message.job, message.post, state=state, reason=reason, at=at
    )


def announce_post(services: Services, message: Message, frozen: Frozen) -> None:
    """Send the chunks of a frozen post, or arrive at once if there are none.

    Raises Missing if the job is gone.
    """
    note_progress(services, message.job, ProgressLine(post=message.post, found=frozen.fetched))
    if not frozen.chunks:
        settle_post(services, message, unfetched(message, frozen))
        return
    if len(frozen.chunks) > 1:
        services.jobs.create_append(names.post_barrier(message.job, message.post, message.round))
    send_chunks(services, message, frozen)


def send_chunks(services: Services, message: Message, frozen: Frozen) -> None:
    """Send a scoring message for each chunk of `frozen`."""
    chunks = len(frozen.chunks)
    for chunk in range(chunks):
        body = msgspec.structs.replace(message, chunk=chunk, chunks=chunks, attempt=0).encode()
        services.queues.send(names.QUEUE_COMMENTS, body)
