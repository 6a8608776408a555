"""Drives azure-functions-runtime, the library with which the cloud's Python worker runs an app.

Its state is module-global: one app a process.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime

from devhost.errors import Refused
from devhost.protos import MODULE, SUCCESS, Message, ParameterBinding, TypedData

TRIGGERS = {"httpTrigger", "queueTrigger", "timerTrigger"}


@dataclass(frozen=True)
class Function:
    """One function of the app."""

    name: str
    id: str
    trigger: Mapping[str, Any]
    """The trigger's binding as in function.json: `type`, `name`, and what belongs to its type."""


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to; `error` and `traceback` are empty when it succeeded."""

    value: TypedData | None = None
    error: str = ""
    traceback: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the function returned and its result could be encoded."""
        return not self.error


class Worker:
    """The loaded app of this process."""

    def __init__(self, functions: list[Function]) -> None:
        self.functions = functions
        self.running = 0
        """Invocations that have not ended."""

    @classmethod
    async def load(cls, folder: Path) -> Worker:
        """Import and index function_app.py in `folder`. Raises Refused with the app's exception."""
        if not (folder / "function_app.py").is_file():
            raise Refused(f"there is no function_app.py in {folder}; name the app's folder")
        sys.path.insert(0, str(folder))
        os.chdir(folder)
        runtime.start_threadpool_executor()
        request = SimpleNamespace(capabilities={}, function_app_directory=str(folder))
        answer = await runtime.worker_init_request(_request(worker_init_request=request))
        if answer.result.status != SUCCESS:
            raise Refused(_import_failure(answer.result.exception))
        metadata = await runtime.functions_metadata_request(_request())
        functions = [_function(found) for found in metadata.function_metadata_results or ()]
        if not functions:
            raise Refused(f"function_app.py in {folder} registers no function")
        return cls(functions)

    async def invoke(
        self, function: Function, data: TypedData, metadata: Mapping[str, TypedData]
    ) -> Outcome:
        """Run `function` with its trigger's `data`; a sync function runs in the thread pool."""
        request = SimpleNamespace(
            invocation_id=str(uuid.uuid4()),
            function_id=function.id,
            input_data=[ParameterBinding(name=function.trigger["name"], data=data)],
            trigger_metadata=metadata,
            trace_context=SimpleNamespace(trace_parent="", trace_state="", attributes={}),
            retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
        )
        self.running += 1
        try:
            answer = await runtime.invocation_request(_request(invocation_request=request))
        finally:
            self.running -= 1
        if answer.result.status == SUCCESS:
            return Outcome(answer.return_value)
        trouble = answer.result.exception
        return Outcome(error=trouble.message, traceback=trouble.stack_trace)

    def stop(self) -> None:
        """End the thread pool; waits for what runs."""
        runtime.stop_threadpool_executor()


def _request(**fields: object) -> SimpleNamespace:
    properties = {"host": "127.0.0.1", "protos": MODULE}
    return SimpleNamespace(request=SimpleNamespace(**fields), properties=properties)


def _import_failure(trouble: Message) -> str:
    return f"function_app.py could not be loaded: {trouble.message}\n{trouble.stack_trace}".rstrip()


def _function(found: Message) -> Function:
    bindings = [json.loads(binding) for binding in found.raw_bindings]
    triggers = [binding for binding in bindings if binding["type"] in TRIGGERS]
    others = [b["type"] for b in bindings if b not in triggers and b["type"] != "http"]
    if others or len(triggers) != 1:
        raise Refused(
            f"function {found.name} is bound to {', '.join(b['type'] for b in bindings)}; the "
            "development host serves exactly one HTTP, queue or timer trigger and no other binding"
        )
    if found.retry_options is not None:
        raise Refused(
            f"function {found.name} has a retry policy, which the development host does not act on "
            "and the real host does not apply to queues; remove it"
        )
    return Function(found.name, found.function_id, triggers[0])
