"""Fetch one post: take its snapshot, then send a message for each chunk of its comments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from undertone.errors import Delayed, Missing, Permanent, Transient
from undertone.pipeline import names
from undertone.pipeline.arrivals import (
    arrive_post,
    arrive_scored_post,
    note_progress,
    post_arrival,
    resume_if_post_arrived,
)
from undertone.pipeline.attempts import (
    check_throttle,
    current_attempt,
    postpone_post,
    throttle_platform,
)
from undertone.pipeline.comment_cache import cache_name, note_use, read_cache, write_cache
from undertone.pipeline.fanin import arrived
from undertone.pipeline.job_records import ROWS_PER_PAGE, Request
from undertone.pipeline.measures import measure_cache, measured_fetch
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.paging import OVERTAKEN_DELAY, Overtaken, PageLog, read_kept, read_post
from undertone.pipeline.post_records import Fetched, ProgressLine, Snapshot
from undertone.pipeline.services import Services
from undertone.pipeline.snapshot import snapshot_failure, take_snapshot
from undertone.records import UPLOAD, PostRef, State, utc_text


def fetch(services: Services, delivery: Delivery) -> None:
    """Take the post's snapshot and announce its chunks; one that has a snapshot is only announced.

    Raises Transient (the host tries again) and Missing (the job is gone).
    """
    message = delivery.message
    if services.store.stops.find_cached(message.job):
        return
    if delivery.may_be_done and services.store.closed.find(message.job) is not None:
        return
    snapshot, is_noted = _snapshot(services, delivery)
    if snapshot is None:
        return
    if not is_noted:
        line = ProgressLine(post=message.post, found=snapshot.fetched)
        note_progress(services, message.job, line)
    again = msgspec.structs.replace(message, again=delivery.may_be_done)
    announce_post(services, again, snapshot)


def _snapshot(services: Services, delivery: Delivery) -> tuple[Snapshot | None, bool]:
    """The post's snapshot, if there is one now, and whether the status knows of it already."""
    message = delivery.message
    ref = _ref(services, message)
    if delivery.may_be_done or ref.platform == UPLOAD:  # else there can be none yet
        snapshot = services.store.snapshots.find(message.job, message.post)
        if snapshot is not None:
            return snapshot, delivery.may_be_done
        if ref.platform == UPLOAD:  # its job is being deleted
            raise Missing(names.snapshot(message.job, message.post))
    current = current_attempt(services, delivery, names.QUEUE_POSTS)
    if current is None:
        return None, False
    resume = current.attempt > 0 or delivery.may_be_done
    return _fetch(services, current, ref, resume=resume), False


def _ref(services: Services, message: Message) -> PostRef:
    page, index = divmod(message.post, ROWS_PER_PAGE)
    ref = services.store.rows(message.job, page)[index].ref
    if ref is None:
        raise Transient(f"row {message.post + 1} of job {message.job} is no post")
    return ref


def _fetch(services: Services, message: Message, ref: PostRef, *, resume: bool) -> Snapshot | None:
    """The snapshot; None if the post is postponed, or another delivery is ahead with it.

    That one may be killed, while the end of this one deletes the message of both: so another
    message comes to look. It costs no try, and there are never more of them than deliveries.
    """
    request = services.store.request(message.job)
    log = PageLog(services.store, message.job, message.post)
    try:
        with measured_fetch(services, ref.platform):
            fetched, cache = _comments(services, ref, request, log, resume=resume)
    except Overtaken:
        look = msgspec.structs.replace(message, again=True).encode()
        services.queues.send(names.QUEUE_POSTS, look, delay=OVERTAKEN_DELAY.total_seconds())
        return None
    except Permanent as error:
        return _give_up(services, message, State(error.state), error.reason)
    except Delayed as error:
        if error.platform_wide:
            throttle_platform(services, ref.platform, error)
        refusal = postpone_post(services, message, error)
        return snapshot_of_kept(services, message, refusal) if refusal else None
    return take_snapshot(
        services,
        message.job,
        message.post,
        fetched,
        posts=message.posts,
        options=request.options,
        cache=cache,
    )


def _comments(
    services: Services, ref: PostRef, request: Request, log: PageLog, *, resume: bool
) -> tuple[Fetched, str]:
    """What there is of the post, and under which name it is in the cache; empty if it is not."""
    options, store = request.options, services.store
    protection = services.privacy.protection(request.owner, options.authors, mask=options.mask)

    def name_of(post: PostRef) -> str:
        done = protection.name if protection else ""
        return cache_name(post, options.want, request.owner, done)

    def cached(post: PostRef) -> Fetched | None:
        max_age = timedelta(minutes=options.max_age_minutes)
        found = read_cache(store, name_of(post), services.clock(), max_age)
        if found is not None:
            note_use(store, name_of(post), request.job)
        measure_cache(services, post.platform, hit=found is not None)
        return found

    if earlier := cached(ref):
        return earlier, name_of(ref)
    check_throttle(services, ref.platform)
    source = services.metered(services.source(ref.platform), request.owner)
    if protection is not None:
        source = protection.source(source)
    fetched = read_post(
        source, ref, options.want, services.clock, log, resume=resume, cached=cached
    )
    if fetched.note:
        return fetched, ""
    name = name_of(fetched.post or ref)
    note_use(store, name, request.job)
    own = msgspec.structs.replace(fetched, post=None)  # for who asks by its own link
    write_cache(store, name, own)
    return fetched, name


def _give_up(services: Services, message: Message, state: State, reason: str) -> Snapshot:
    at = utc_text(services.clock())
    return snapshot_failure(
        services.store, message.job, message.post, state=state, reason=reason, at=at
    )


def snapshot_of_kept(services: Services, message: Message, reason: str) -> Snapshot:
    """The snapshot of a post that is read no further for `reason`: of the pages that were kept.

    If there are none the post has failed. Raises Missing if the job is gone.
    """
    store, options = services.store, services.store.request(message.job).options
    ref = _ref(services, message)
    log = PageLog(store, message.job, message.post)
    kept = read_kept(ref, options.want, services.clock, log, reason)
    if kept is None:
        return _give_up(services, message, State.FAILED, reason)
    return take_snapshot(
        services, message.job, message.post, kept, posts=message.posts, options=options
    )


def announce_post(services: Services, message: Message, snapshot: Snapshot) -> None:
    """Send the chunks of a post that has its snapshot, or arrive at once if there are none.

    If the message says that this may have been done before, only what has not arrived. Raises
    Missing if the job is gone.
    """
    if not snapshot.chunks:
        if not (message.again and resume_if_post_arrived(services, message)):
            arrive_post(services, message, post_arrival(message, snapshot, []))
        return
    missing: Sequence[int] = range(len(snapshot.chunks))
    if len(missing) > 1:
        key = (message.job, message.post, message.round)
        services.store.post_barriers.create(*key)
        if message.again:
            here = arrived(services.store.post_barriers, *key)
            missing = [chunk for chunk in missing if chunk not in here]
            if not missing:
                arrive_scored_post(services, message, snapshot, here)
    send_chunks(services, message, missing)


def send_chunks(services: Services, message: Message, chunks: Iterable[int]) -> None:
    """Send a scoring message for each of these chunks of the post."""
    for chunk in chunks:
        body = msgspec.structs.replace(message, chunk=chunk, attempt=0).encode()
        services.queues.send(names.QUEUE_COMMENTS, body)
