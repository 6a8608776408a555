"""Drives azure-functions-runtime, the library with which the cloud's Python worker runs an app.

The library's state is module-global, so a process can load one app only.
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

from devhost.errors import StartupError
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
    """The result of an invocation; `error` and `traceback` are empty when it succeeded."""

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
        """How many invocations are running."""

    @classmethod
    async def load(cls, folder: Path) -> Worker:
        """Import and index `folder`'s function_app.py. Raises StartupError with its exception."""
        if not (folder / "function_app.py").is_file():
            raise StartupError(f"there is no function_app.py in {folder}; name the app's folder")
        sys.path.insert(0, str(folder))
        os.chdir(folder)
        runtime.start_threadpool_executor()
        request = SimpleNamespace(capabilities={}, function_app_directory=str(folder))
        answer = await runtime.worker_init_request(_request(worker_init_request=request))
        if answer.result.status != SUCCESS:
            raise StartupError(_import_failure(answer.result.exception))
        metadata = await runtime.functions_metadata_request(_request())
        functions = [_function(result) for result in metadata.function_metadata_results or ()]
        if not functions:
            raise StartupError(f"function_app.py in {folder} registers no function")
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
        exception = answer.result.exception
        return Outcome(error=exception.message, traceback=exception.stack_trace)

    def stop(self) -> None:
        """Shut the thread pool down and wait for what it runs."""
        runtime.stop_threadpool_executor()


def _request(**fields: object) -> SimpleNamespace:
    properties = {"host": "127.0.0.1", "protos": MODULE}
    return SimpleNamespace(request=SimpleNamespace(**fields), properties=properties)


def _import_failure(exception: Message) -> str:
    text = f"function_app.py could not be loaded: {exception.message}\n{exception.stack_trace}"
    return text.rstrip()


def _function(metadata: Message) -> Function:
    bindings = [json.loads(binding) for binding in metadata.raw_bindings]
    triggers = [binding for binding in bindings if binding["type"] in TRIGGERS]
    others = [b["type"] for b in bindings if b not in triggers and b["type"] != "http"]
    if others or len(triggers) != 1:
        raise StartupError(
            f"function {metadata.name} is bound to {', '.join(b['type'] for b in bindings)}; the "
            "development host serves exactly one HTTP, queue or timer trigger and no other binding"
        )
    if metadata.retry_options is not None:
        raise StartupError(
            f"function {metadata.name} has a retry policy, which the development host does not act "
            "on and the real host does not apply to queues; remove it"
        )
    return Function(metadata.name, metadata.function_id, triggers[0])
