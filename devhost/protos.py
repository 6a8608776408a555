"""Plain objects that stand in for the gRPC messages between host and worker.

The worker library takes the module of messages as a parameter and only makes objects, reads their
attributes and asks `WhichOneof`. Objects with the same attribute names do; no gRPC is needed.
Names and fields: azure-functions-language-worker-protobuf, FunctionRpc.proto.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class Message:
    """Any message: the fields it was made with, as attributes."""

    def __init__(self, **fields: object) -> None:
        self.__dict__.update(fields)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{type(self).__name__} was made without the field {name}")

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's name
        """The one field that is set, None if none is."""
        return next((name for name, value in self.__dict__.items() if value is not None), None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.__dict__})"


class TypedData(Message):
    """One value in one of the forms `string`, `json`, `bytes`, `int`, `double`, `http`."""


class ParameterBinding(Message):
    """An argument of the function: `name` and `data`."""

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802
        """Arguments always travel as data, never by shared memory."""
        return "data"


_PLAIN = [
    "WorkerInitResponse",
    "WorkerMetadata",
    "FunctionMetadataResponse",
    "RpcFunctionMetadata",
    "FunctionLoadResponse",
    "InvocationResponse",
    "RpcHttp",
    "RpcException",
    "RpcRetryOptions",
    "NullableString",
    "NullableBool",
    "NullableDouble",
    "NullableTimestamp",
    "Timestamp",
]

_ENUMS: dict[str, dict[str, Any]] = {
    "BindingInfo": {"in": 0, "out": 1, "inout": 2, "undefined": 0},
    "StatusResult": {"Failure": 0, "Success": 1},
    "RpcHttpCookie": {
        "SameSite": SimpleNamespace(**{"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})
    },
}

MODULE = SimpleNamespace(
    TypedData=TypedData,
    ParameterBinding=ParameterBinding,
    **{name: type(name, (Message,), {}) for name in _PLAIN},
    **{name: type(name, (Message,), members) for name, members in _ENUMS.items()},
)
"""What the worker library gets instead of the generated module."""

SUCCESS: int = _ENUMS["StatusResult"]["Success"]
SAME_SITE = {1: "Lax", 2: "Strict", 3: "None"}
"""`RpcHttpCookie.SameSite` as written into a header; 0 leaves the attribute out."""
