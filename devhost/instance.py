"""One worker process: loads the app, listens, and stops when its standard input ends.

Started by the supervisor as `python -m devhost.instance SPEC`, with the shared listening socket and
a pipe for its report inherited.
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
from devhost.errors import Refused
from devhost.http_triggers import HttpTriggers, Keys
from devhost.instance_context import Shared
from devhost.instance_messages import GRACE_SECONDS, Report, Spec
from devhost.queue_triggers import Policy
from devhost.settings import read_host_file
from devhost.triggers import STORAGE_THREADS, Plan, Planner
from devhost.worker import Worker


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: the instance decides when to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def main() -> None:
    """Run the instance that the first argument describes."""
    spec = msgspec.json.decode(sys.argv[1], type=Spec)
    asyncio.run(_run(spec))


async def _run(spec: Spec) -> None:
    console = Console(spec.number)
    stopping = _stopping()
    with ThreadPoolExecutor(STORAGE_THREADS, "storage") as threads:
        try:
            worker, plan = await _prepare(spec, console, threads)
        except Refused as no:
            _report(spec, Report(refused=str(no)))
            return
        await _serve(spec, plan, stopping)
        if worker.running:
            console.say(f"stopped with {worker.running} invocations unfinished")
            sys.stdout.flush()
            os._exit(0)  # their threads cannot be ended otherwise
        worker.stop()


async def _prepare(
    spec: Spec, console: Console, threads: ThreadPoolExecutor
) -> tuple[Worker, Plan]:
    app = Path(spec.app)
    host_file = read_host_file(app / "host.json", os.environ)
    console.take_logging(host_file)
    worker = await Worker.load(app)
    policy = Policy.of(host_file.extensions.queues, spec.invisibility)
    planner = Planner(Shared(worker, console, threads), host_file, os.environ, policy)
    return worker, planner.plan(Keys(spec.function_key))


async def _serve(spec: Spec, plan: Plan, stopping: asyncio.Event) -> None:
    """Listen until `stopping`; then give what runs `GRACE_SECONDS` to end."""
    server = _server(plan.http)
    serving = asyncio.create_task(server.serve([socket.socket(fileno=spec.socket)]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells no other way
        await asyncio.sleep(0.005)
    work = [listener.listen(stopping) for listener in plan.listeners]
    work += [timer.run(stopping) for timer in plan.timers]
    if plan.lease is not None:
        work.append(plan.lease.keep(stopping))
    tasks = [serving, *(asyncio.create_task(one) for one in work)]
    _report(spec, Report(functions=plan.described, warnings=plan.warnings))
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


def _stopping() -> asyncio.Event:
    """Set by SIGTERM, and when standard input ends because the supervisor closed it or died."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)

    def ended() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stopping.set()

    loop.add_reader(sys.stdin.fileno(), ended)
    return stopping


def _report(spec: Spec, report: Report) -> None:
    with os.fdopen(spec.report, "wb") as pipe:
        pipe.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
