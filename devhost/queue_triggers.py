"""Queue triggers: receive, invoke, delete, retry and move to poison as the WebJobs SDK does."""

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
from devhost.instance_context import InstanceContext
from devhost.protos import TypedData
from devhost.queue_messages import decode, metadata
from devhost.settings import Queues, seconds
from devhost.worker import Function, Outcome

POISON_SUFFIX = "-poison"


@dataclass(frozen=True)
class QueuePolicy:
    """How the app's queues are polled and their messages retried."""

    batch_size: int
    new_batch_threshold: int
    """The next batch is received when no more messages than this are running."""
    retry_delay: int
    """Seconds until a failed message becomes visible again."""
    max_tries: int
    base64: bool
    max_polling_interval: float
    """Seconds between polls of a queue that stays empty."""
    invisibility: int
    """Seconds that a received message stays hidden unless renewed."""

    @classmethod
    def from_host_file(cls, queues: Queues, invisibility: int) -> QueuePolicy:
        """The values of host.json, with this `invisibility`."""
        return cls(
            batch_size=queues.batch_size,
            new_batch_threshold=queues.threshold,
            retry_delay=int(seconds(queues.visibility_timeout)),
            max_tries=queues.max_dequeue_count,
            base64=queues.message_encoding == "base64",
            max_polling_interval=seconds(queues.max_polling_interval),
            invisibility=invisibility,
        )


class QueueListener:
    """Receives the messages of one queue and invokes its function with each."""

    def __init__(
        self,
        function: Function,
        queue: str,
        service: QueueServiceClient,
        policy: QueuePolicy,
        context: InstanceContext,
    ) -> None:
        self._function = function
        self._queue = queue
        self._client = service.get_queue_client(queue)
        self._poison_queue = (
            None
            if queue.endswith(POISON_SUFFIX)
            else service.get_queue_client(queue + POISON_SUFFIX)
        )
        self._policy = policy
        self._context = context
        self._running: set[asyncio.Task[None]] = set()

    async def listen(self, stopping: asyncio.Event) -> None:
        """Receive until `stopping` is set, then wait for the running invocations."""
        back_off = BackOff(self._policy.max_polling_interval, partial(random.uniform, 0.8, 1.2))
        stop = asyncio.ensure_future(stopping.wait())
        while not stopping.is_set():
            if await self._start_batch():
                back_off.reset()
                while (
                    len(self._running) > self._policy.new_batch_threshold and not stopping.is_set()
                ):
                    await asyncio.wait({*self._running, stop}, return_when="FIRST_COMPLETED")
            else:
                await asyncio.wait({stop}, timeout=back_off.next())
        await asyncio.gather(*self._running)

    async def _start_batch(self) -> bool:
        """Receive and start messages; whether there were any. A missing queue counts as empty."""
        try:
            messages = await self._context.run_blocking(self._receive)
        except ResourceNotFoundError:
            return False
        except AzureError as error:
            self._context.console.print(
                f"{self._function.name}: {self._queue} cannot be read: {error}"
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
        """Process one message; after a storage error it becomes visible again by itself."""
        try:
            await self._process(message)
        except AzureError as error:
            self._context.console.print(
                f"{self._function.name}: message {message.id} could not be settled and will be "
                f"seen again unless another instance has it: {error}"
            )

    async def _process(self, message: QueueMessage) -> None:
        tries = message.dequeue_count or 1
        if tries > self._policy.max_tries:
            await self._move_to_poison(message, f"was received {tries} times")
            return
        body = decode(message.content, "base64" if self._policy.base64 else "none")
        if body is None:
            await self._move_to_poison(message, "is not base64 (messageEncoding in host.json)")
            return
        outcome = await self._invoke(message, body)
        if outcome.succeeded:
            await self._delete(message)
        elif tries >= self._policy.max_tries:
            await self._move_to_poison(message, f"failed {tries} times")
        elif self._poison_queue is not None:
            await self._hide(message, self._policy.retry_delay)

    async def _invoke(self, message: QueueMessage, body: str) -> Outcome:
        done = asyncio.Event()
        renewal = asyncio.create_task(self._keep_hidden(message, done))
        started = monotonic()
        outcome = await self._context.worker.invoke(
            self._function, TypedData(string=body), metadata(message, body)
        )
        done.set()
        await renewal
        elapsed = monotonic() - started
        detail = f"{self._queue} try {message.dequeue_count}: {body}"
        self._context.console.print_invocation(self._function.name, outcome, elapsed, detail)
        return outcome

    async def _keep_hidden(self, message: QueueMessage, done: asyncio.Event) -> None:
        """Renew the invisibility of `message` at half time until `done` is set."""
        while not done.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), self._policy.invisibility / 2)
                return
            try:
                await self._hide(message, self._policy.invisibility)
            except AzureError as error:
                self._context.console.print(
                    f"message {message.id} could not be kept hidden: {error}"
                )

    async def _hide(self, message: QueueMessage, delay: int) -> None:
        """Make `message` visible again after `delay` seconds, and take over its new pop receipt."""
        update = partial(self._client.update_message, message, visibility_timeout=delay)
        message.pop_receipt = (await self._context.run_blocking(update)).pop_receipt

    async def _delete(self, message: QueueMessage) -> None:
        await self._context.run_blocking(partial(self._client.delete_message, message))

    async def _move_to_poison(self, message: QueueMessage, reason: str) -> None:
        """Move the content of `message` to the poison queue; `reason` is printed.

        A poison queue has no poison queue of its own: there the message stays and becomes visible
        when its invisibility ends, so that it does not fail again and again without a pause.
        """
        if self._poison_queue is None:
            return
        self._context.console.print(
            f"{self._function.name}: message {message.id} {reason}: "
            f"moved to {self._poison_queue.queue_name}"
        )
        await self._context.run_blocking(
            partial(_send_to_poison_queue, self._poison_queue, message.content)
        )
        await self._delete(message)


def _send_to_poison_queue(queue: QueueClient, content: str) -> None:
    try:
        queue.send_message(content)
    except ResourceNotFoundError:
        queue.create_queue()
        queue.send_message(content)
