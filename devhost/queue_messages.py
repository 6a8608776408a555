"""What a function gets of a queue message: its text and the trigger metadata."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import Literal

from azure.storage.queue import QueueMessage

from devhost.protos import TypedData


def decode(content: str, encoding: Literal["base64", "none"]) -> str | None:
    """The text that the function gets; None if `content` is not in that encoding."""
    if encoding == "none":
        return content
    try:
        data = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data.decode("utf-8", errors="replace")


def metadata(message: QueueMessage, body: str) -> dict[str, TypedData]:
    """The trigger metadata of `message`, as the real host builds it.

    Top-level properties of a JSON body replace metadata of the same name, whatever their case. That
    surprises apps, and is done here too so that it shows before they are deployed.
    """
    trigger_metadata = {
        "QueueTrigger": TypedData(string=body),
        "Id": TypedData(string=message.id),
        "DequeueCount": TypedData(json=str(message.dequeue_count)),
        "PopReceipt": TypedData(string=message.pop_receipt),
        "InsertionTime": _timestamp(message.inserted_on),
        "ExpirationTime": _timestamp(message.expires_on),
        "NextVisibleTime": _timestamp(message.next_visible_on),
    }
    names = {name.lower(): name for name in trigger_metadata}
    for name, value in _properties(body).items():
        trigger_metadata[names.setdefault(name.lower(), name)] = value
    return trigger_metadata


def _timestamp(moment: datetime | None) -> TypedData:
    return TypedData(json=json.dumps(moment.isoformat() if moment else None))


def _properties(body: str) -> dict[str, TypedData]:
    """Top-level properties of a JSON object: scalars as strings, objects as JSON, no lists."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        name: TypedData(json=json.dumps(value))
        if isinstance(value, dict)
        else TypedData(string=value if isinstance(value, str) else str(value))
        for name, value in content.items()
        if value is not None and not isinstance(value, list)
    }
