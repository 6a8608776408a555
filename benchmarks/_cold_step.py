"""One step's first message in a fresh process: `python -m benchmarks._cold_step FUNCTION GAP`.

Loads the app as the Functions worker does, waits GAP seconds (the host gets ready to poll then),
and delivers the body that is on its input, twice. Prints seconds: loading, first, second delivery.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime

from devhost.protos import MODULE, TypedData
from devhost.worker import Function, Outcome, Worker
from tools.project import PROJECT


async def main(name: str, gap: float, body: bytes) -> None:
    """Measure and print."""
    began = time.perf_counter()
    worker = await Worker.load(PROJECT)
    loaded = time.perf_counter()
    (function,) = (each for each in worker.functions if each.name == name)
    await asyncio.sleep(gap)
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        outcome = await _deliver(worker, function, body)
        seconds.append(time.perf_counter() - start)
        if not outcome.succeeded:
            sys.exit(f"{name} failed: {outcome.error}{outcome.traceback}")
    print(json.dumps([loaded - began, *seconds]), flush=True)
    os._exit(0)  # a collector that is away holds nothing up


async def _deliver(worker: Worker, function: Function, body: bytes) -> Outcome:
    if function.trigger["type"] == "httpTrigger":
        request = MODULE.RpcHttp(
            method="POST",
            url="http://localhost/api/jobs/create",
            headers={"host": "localhost", "content-type": "application/json"},
            params={},
            query={},
            body=TypedData(bytes=body),
        )
        return await worker.invoke(function, TypedData(http=request), {})
    text = body.decode()
    now = datetime.now(UTC).isoformat()
    metadata = {
        "Id": TypedData(string="a-message"),
        "DequeueCount": TypedData(json="1"),
        "PopReceipt": TypedData(string="a-receipt"),
        **{
            name: TypedData(json=json.dumps(now))
            for name in ("InsertionTime", "ExpirationTime", "NextVisibleTime")
        },
    }
    return await worker.invoke(function, TypedData(string=text), metadata)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), sys.stdin.buffer.read()))
