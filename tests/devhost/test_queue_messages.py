from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from azure.storage.queue import QueueMessage

from devhost.queue_messages import decode, metadata


def message() -> QueueMessage:
    made = QueueMessage(content="")
    made.id, made.dequeue_count, made.pop_receipt = "m1", 2, "receipt"
    made.inserted_on = datetime(2026, 11, 21, 20, tzinfo=UTC)
    return made


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (base64.b64encode("grün 😍".encode()).decode(), "grün 😍"),
        ("aGV5\n", "hey"),
        ("", ""),
        ('{"job": 1}', None),
        ("aGV5!", None),
        ("aGV", None),
    ],
)
def test_base64(content: str, text: str | None) -> None:
    assert decode(content, "base64") == text


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert decode(base64.b64encode(b"a\xff").decode(), "base64") == "a\ufffd"


def test_without_encoding_the_content_is_the_text() -> None:
    assert decode("hello", "none") == "hello"


def test_metadata_of_a_plain_body() -> None:
    built = metadata(message(), "plain")
    assert built["QueueTrigger"].string == "plain"
    assert built["Id"].string == "m1"
    assert built["DequeueCount"].json == "2"
    assert built["PopReceipt"].string == "receipt"
    assert built["InsertionTime"].json == '"2026-11-21T20:00:00+00:00"'
    assert built["NextVisibleTime"].json == "null"


def test_properties_of_the_body_overwrite_metadata_in_any_case() -> None:
    built = metadata(message(), '{"id": 7, "DEQUEUECOUNT": "x", "Id2": "y"}')
    assert built["Id"].string == "7"
    assert built["DequeueCount"].string == "x"
    assert built["Id2"].string == "y"
    assert "id" not in built


def test_nulls_and_lists_are_left_out_and_objects_stay_json() -> None:
    built = metadata(message(), '{"id": null, "popReceipt": [1], "insertionTime": {"a": 1}}')
    assert built["Id"].string == "m1"
    assert built["PopReceipt"].string == "receipt"
    assert built["InsertionTime"].json == '{"a": 1}'


@pytest.mark.parametrize("body", ["[1, 2]", '"text"', "7", "{broken"])
def test_bodies_that_are_no_object_add_nothing(body: str) -> None:
    assert set(metadata(message(), body)) == set(metadata(message(), ""))
