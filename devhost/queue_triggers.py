"""Queue triggers: the receive loop and the fate of each message, as in the WebJobs SDK."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueMessage, QueueServiceClient

from devhost.backoff import BackOff
from devhost.instance_context import Shared
from devhost.protos import TypedData
from devhost.queue_messages import decode, metadata
from devhost.settings import Queues, seconds
from devhost.worker import Function, Outcome

POISON = "-poison"


@dataclass(frozen=True)
class Policy:
    """What holds for all queue functions of the app."""

    batch_size: int
    threshold: int
    retry_delay: int
    """Seconds until a failed message is seen again."""
    most_tries: int
    base64: bool
    longest_delay: float
    """Seconds between polls of a queue that stays empty."""
    invisibility: int
    """Seconds that a received message stays hidden unless renewed."""

    @classmethod
    def of(cls, queues: Queues, invisibility: int) -> Policy:
        """Host.json's values with an invisibility of one's own."""
        return cls(
            batch_size=queues.batch_size,
            threshold=queues.threshold,
            retry_delay=int(seconds(queues.visibility_timeout)),
            most_tries=queues.max_dequeue_count,
            base64=queues.message_encoding == "base64",
            longest_delay=seconds(queues.max_polling_interval),
            invisibility=invisibility,
        )


class Listener:
    """Receives the messages of one queue and has its function run on them."""

    def __init__(
        self,
        function: Function,
        queue: str,
        service: QueueServiceClient,
        policy: Policy,
        shared: Shared,
    ) -> None:
        self._function = function
        self._queue = queue
        self._client = service.get_queue_client(queue)
        self._poison = None if queue.endswith(POISON) else service.get_queue_client(queue + POISON)
        self._policy = policy
        self._shared = shared
        self._running: set[asyncio.Task[None]] = set()

    async def listen(self, stopping: asyncio.Event) -> None:
        """Receive until `stopping`, then wait for the messages in work."""
        back_off = BackOff(self._policy.longest_delay, partial(random.uniform, 0.8, 1.2))
        stop = asyncio.ensure_future(stopping.wait())
        while not stopping.is_set():
            if await self._take_batch():
                back_off.found()
                while len(self._running) > self._policy.threshold and not stopping.is_set():
                    await asyncio.wait({*self._running, stop}, return_when="FIRST_COMPLETED")
            else:
                await asyncio.wait({stop}, timeout=back_off.next())
        await asyncio.gather(*self._running)

    async def _take_batch(self) -> bool:
        """Take messages into work; whether there were any. A missing queue counts as empty."""
        try:
            messages = await self._shared.blocking(self._receive)
        except ResourceNotFoundError:
            return False
        except AzureError as trouble:
            self._shared.console.say(
                f"{self._function.name}: {self._queue} cannot be read: {trouble}"
            )
            return False
        for message in messages:
            task = asyncio.create_task(self._handle(message))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return bool(messages)

    def _receive(self) -> list[QueueMessage]:
        pages = self._client.receive_messages(
            messages_per_page=self._policy.batch_size,
            visibility_timeout=self._policy.invisibility,
        ).by_page()
        return list(next(pages, ()))

    async def _handle(self, message: QueueMessage) -> None:
        """See one message to its end; where storage says no, it comes back by itself."""
        try:
            await self._run(message)
        except AzureError as trouble:
            self._shared.console.say(
                f"{self._function.name}: message {message.id} could not be settled and will be "
                f"seen again unless another instance has it: {trouble}"
            )

    async def _run(self, message: QueueMessage) -> None:
        tries = message.dequeue_count or 1
        if tries > self._policy.most_tries:
            await self._bury(message, f"was received {tries} times")
            return
        body = decode(message.content, "base64" if self._policy.base64 else "none")
        if body is None:
            await self._bury(message, "is not base64 (messageEncoding in host.json)")
            return
        outcome = await self._invoke(message, body)
        if outcome.succeeded:
            await self._delete(message)
        elif tries >= self._policy.most_tries:
            await self._bury(message, f"failed {tries} times")
        elif self._poison is not None:
            await self._hide(message, self._policy.retry_delay)

    async def _invoke(self, message: QueueMessage, body: str) -> Outcome:
        done = asyncio.Event()
        renewal = asyncio.create_task(self._renew(message, done))
        started = monotonic()
        outcome = await self._shared.worker.invoke(
            self._function, TypedData(string=body), metadata(message, body)
        )
        done.set()
        await renewal
        about = f"{self._queue} try {message.dequeue_count}: {body}"
        self._shared.console.invocation(self._function.name, outcome, monotonic() - started, about)
        return outcome

    async def _renew(self, message: QueueMessage, done: asyncio.Event) -> None:
        """Keep `message` hidden until `done`."""
        while not done.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), self._policy.invisibility / 2)
                return
            try:
                await self._hide(message, self._policy.invisibility)
            except AzureError as trouble:
                self._shared.console.say(
                    f"message {message.id} could not be kept hidden: {trouble}"
                )

    async def _hide(self, message: QueueMessage, delay: int) -> None:
        """Let `message` be seen again after `delay` seconds; it gets a new receipt."""
        update = partial(self._client.update_message, message, visibility_timeout=delay)
        message.pop_receipt = (await self._shared.blocking(update)).pop_receipt

    async def _delete(self, message: QueueMessage) -> None:
        await self._shared.blocking(partial(self._client.delete_message, message))

    async def _bury(self, message: QueueMessage, reason: str) -> None:
        """Move `message` as it is to the poison queue.

        A poison queue has none of its own: there it stays hidden until its time is over, lest it
        fail again and again at once.
        """
        if self._poison is None:
            return
        self._shared.console.say(
            f"{self._function.name}: message {message.id} {reason}: "
            f"moved to {self._poison.queue_name}"
        )
        await self._shared.blocking(partial(_send_creating, self._poison, message.content))
        await self._delete(message)


def _send_creating(queue: QueueClient, content: str) -> None:
    try:
        queue.send_message(content)
    except ResourceNotFoundError:
        queue.create_queue()
        queue.send_message(content)
