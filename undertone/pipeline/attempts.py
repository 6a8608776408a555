"""A platform that says "later": the post is postponed, and other posts of the platform wait too.

That is no failed try. The message is sent again with a delay and its attempt raised; the attempt
also stands in a blob that is written conditionally, so that of several deliveries of the same
message only one goes on. A chunk whose analyzer says "later" is postponed likewise, but without
the blob: two deliveries of it do no more than look whether it is scored.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from model.analyzer import Unavailable
from undertone.errors import Delayed, Missing
from undertone.pipeline import names
from undertone.pipeline.arrivals import note_progress
from undertone.pipeline.messages import Delivery, Message
from undertone.pipeline.post_records import Attempt, ProgressLine, Throttle
from undertone.pipeline.services import Services
from undertone.records import utc_text

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
"""Bounds of the growing delay where a platform does not say how long to stay away."""
SHORTEST_DELAY = timedelta(seconds=1)
LONGEST_CHUNK_DELAY = timedelta(minutes=10)
"""Shorter than the time after which `reconcile` takes a job for stalled and sends chunks again."""


def check_throttle(services: Services, platform: str) -> None:
    """Raises Delayed while the platform wants to be left alone."""
    throttle = services.store.throttles.find_cached(platform)
    if throttle is not None and throttle.until > services.clock():
        raise Delayed(throttle.reason, throttle.until, platform_wide=False)


def throttle_platform(services: Services, platform: str, delay: Delayed) -> None:
    """Make the platform's other posts wait as well, where it said for how long."""
    if delay.until is not None:
        services.store.throttles.write(Throttle(until=delay.until, reason=delay.reason), platform)


def postpone_post(services: Services, message: Message, delay: Delayed) -> str:
    """Send the post again as its next attempt; only one of several deliveries gets to do it.

    Returns why it cannot be: the job would have ended by then. Otherwise an empty string.
    """
    now = services.clock()
    until = max(delay.until or now + _growing(message, LONGEST_DELAY), now + SHORTEST_DELAY)
    if until >= message.deadline:
        return f"{delay.reason}; that is past the end of this job, so send the post again later"
    writer = f"{services.randbits(64):x}"
    upcoming = Attempt(attempt=message.attempt + 1, until=until, writer=writer)
    if _raise_attempt(services, message, upcoming):
        line = ProgressLine(post=message.post, waiting=delay.reason, until=utc_text(until))
        note_progress(services, message.job, line)
        _send(services, message, upcoming)
    return ""


def postpone_chunk(services: Services, message: Message, error: Unavailable) -> str:
    """Send the chunk again when its analyzer may answer; costs no try.

    Returns why it cannot be: the job would have ended by then. Otherwise an empty string.
    """
    delay = _growing(message, LONGEST_CHUNK_DELAY)
    if error.retry_after is not None:
        delay = max(timedelta(seconds=error.retry_after), SHORTEST_DELAY)
    until = services.clock() + delay
    if until >= message.deadline:
        return f"{error}; that is past the end of this job, so send the post again later"
    line = ProgressLine(post=message.post, waiting=str(error), until=utc_text(until))
    note_progress(services, message.job, line)
    body = msgspec.structs.replace(message, attempt=message.attempt + 1, again=True).encode()
    services.queues.send(names.QUEUE_COMMENTS, body, delay=delay.total_seconds())
    return ""


def _growing(message: Message, longest: timedelta) -> timedelta:
    return min(FIRST_DELAY * (1 << min(message.attempt, 20)), longest)


def current_attempt(services: Services, delivery: Delivery) -> Message | None:
    """The message with the attempt it stands for, or None if another delivery replaces it.

    Between raising the attempt and sending it a crash may come; so a repeated delivery of an
    older attempt sends the present one (again). Of two that are sent only one can raise it.
    """
    message = delivery.message
    if not (message.attempt or delivery.may_be_done):
        return message  # the first there is; a second one would only do the same work again
    standing = services.store.attempts.find(names.attempt(message.job, message.post))
    if standing is None or message.attempt >= standing.attempt:
        return message
    if delivery.may_be_done and standing.until <= services.clock():
        return msgspec.structs.replace(message, attempt=standing.attempt)
    if delivery.dequeue_count > 1:
        _send(services, message, standing)
    return None


def _raise_attempt(services: Services, message: Message, upcoming: Attempt) -> bool:
    attempts, key = services.store.attempts, (names.attempt(message.job, message.post),)
    if message.attempt == 0 and attempts.create(upcoming, *key):
        return True
    standing = attempts.find_with_etag(*key)
    if standing is None:
        raise Missing(*key)
    if standing.record == upcoming:
        return True  # ours: the answer to the write was lost, and the client wrote again
    if standing.record.attempt != message.attempt:
        return False
    return attempts.replace(upcoming, standing.etag, *key)


def _send(services: Services, message: Message, attempt: Attempt) -> None:
    body = msgspec.structs.replace(message, attempt=attempt.attempt, again=False).encode()
    delay = max(0.0, (attempt.until - services.clock()).total_seconds())
    services.queues.send(names.QUEUE_POSTS, body, delay=delay)
