"""One worker process: loads the app, listens, and stops when its standard input closes.

The supervisor starts it as `python -m devhost.instance SPEC`; it inherits the listening socket and
a pipe for its report.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvicorn

from devhost.console import Console
from devhost.errors import StartupError
from devhost.http_triggers import HttpTriggers, Keys
from devhost.instance_context import InstanceContext
from devhost.instance_messages import GRACE_SECONDS, InstanceSpec, StartupReport
from devhost.queue_triggers import QueuePolicy
from devhost.settings import read_host_file
from devhost.triggers import STORAGE_THREADS, TriggerBuilder, Triggers
from devhost.worker import Worker


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the instance decides when to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main() -> None:
    """Run the instance that the first argument describes."""
    spec = msgspec.json.decode(sys.argv[1], type=InstanceSpec)
    asyncio.run(_run(spec))


async def _run(spec: InstanceSpec) -> None:
    console = Console(spec.number)
    stopping = _stop_signal()
    with ThreadPoolExecutor(STORAGE_THREADS, "storage") as threads:
        try:
            worker, triggers = await _prepare(spec, console, threads)
        except StartupError as error:
            _send_report(spec, StartupReport(error=str(error)))
            return
        await _serve(spec, triggers, stopping)
        if worker.running:
            console.print(f"stopped with {worker.running} invocations unfinished")
            sys.stdout.flush()
            os._exit(0)  # their threads cannot be ended otherwise
        worker.stop()


async def _prepare(
    spec: InstanceSpec, console: Console, threads: ThreadPoolExecutor
) -> tuple[Worker, Triggers]:
    app = Path(spec.app)
    host_file = read_host_file(app / "host.json", os.environ)
    console.configure_logging(host_file)
    worker = await Worker.load(app)
    policy = QueuePolicy.from_host_file(host_file.extensions.queues, spec.invisibility)
    context = InstanceContext(worker, console, threads)
    builder = TriggerBuilder(context, host_file, os.environ, policy)
    return worker, builder.build(Keys(spec.function_key))


async def _serve(spec: InstanceSpec, triggers: Triggers, stopping: asyncio.Event) -> None:
    """Listen until `stopping` is set, then give running invocations `GRACE_SECONDS` to end."""
    server = _server(triggers.http)
    serving = asyncio.create_task(server.serve([socket.socket(fileno=spec.socket)]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    work = [listener.listen(stopping) for listener in triggers.listeners]
    work += [timer.run(stopping) for timer in triggers.timers]
    if triggers.lease is not None:
        work.append(triggers.lease.keep(stopping))
    tasks = [serving, *(asyncio.create_task(coroutine) for coroutine in work)]
    _send_report(spec, StartupReport(functions=triggers.descriptions, warnings=triggers.warnings))
    stop = asyncio.create_task(stopping.wait())
    ended, _ = await asyncio.wait({stop, *tasks}, return_when="FIRST_COMPLETED")
    for task in ended:
        task.result()  # a listener never ends by itself: let its error end the instance
    server.should_exit = True
    await asyncio.wait(tasks, timeout=GRACE_SECONDS)


def _server(app: HttpTriggers) -> _Server:
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return _Server(config)


def _stop_signal() -> asyncio.Event:
    """An event set by SIGTERM, and when the supervisor closes our standard input or dies."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)

    def input_closed() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stopping.set()

    loop.add_reader(sys.stdin.fileno(), input_closed)
    return stopping


def _send_report(spec: InstanceSpec, report: StartupReport) -> None:
    with os.fdopen(spec.report, "wb") as pipe:
        pipe.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
