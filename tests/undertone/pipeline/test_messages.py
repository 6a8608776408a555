"""Messages that old and new instances understand, and that the host's metadata cannot overwrite."""

from __future__ import annotations

import inspect
import re

import azure.functions.queue
import msgspec
import pytest
from azure.storage.queue import QueueMessage

from devhost import queue_messages as host
from tests.undertone.pipeline.conftest import NOW
from undertone.errors import Transient
from undertone.pipeline.messages import Delivery, Message, decode

MESSAGE = Message(job="j", posts=3, deadline=NOW, post=2)


def test_a_message_comes_back() -> None:
    assert decode(MESSAGE.encode()) == MESSAGE


def test_the_wire_form_that_other_instances_read() -> None:
    assert msgspec.json.decode(MESSAGE.encode()) == {
        "job": "j", "posts": 3, "deadline": "2026-11-21T20:00:00Z", "page": 0, "post": 2,
        "chunk": 0, "attempt": 0, "throttles": 0, "round": 0, "again": False,
        "traceparent": "", "v": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("again", "count", "may_be_done"),
    [(False, 1, False), (False, 2, True), (True, 1, True), (True, 2, True)],
)
def test_work_may_be_done_unless_this_is_its_first_delivery(
    again: bool, count: int, may_be_done: bool
) -> None:
    delivery = Delivery(msgspec.structs.replace(MESSAGE, again=again), count)
    assert delivery.may_be_done is may_be_done


def test_a_message_is_small() -> None:
    full = msgspec.structs.replace(MESSAGE, job="0" * 25, posts=10_000, traceparent="0" * 55)
    assert len(full.encode()) < 400


def test_no_field_is_named_as_the_triggers_metadata() -> None:
    fields = {name.lower() for name in Message.__struct_fields__}
    set_by_host = host.metadata(QueueMessage(content=""), "")
    read_by_worker = re.findall(
        r"trigger_metadata, '(\w+)'", inspect.getsource(azure.functions.queue)
    )
    assert len(read_by_worker) >= 6, "the worker library reads its metadata otherwise now"
    taken = {name.lower() for name in (*set_by_host, *read_by_worker)}
    assert not fields & taken


def test_unknown_fields_of_our_version_are_passed_over() -> None:
    assert decode(MESSAGE.encode()[:-1] + b',"colour":"red"}') == MESSAGE


def test_a_message_of_before_chunks_was_left_out_is_read() -> None:
    older = MESSAGE.encode().replace(b'"chunk":0', b'"chunk":0,"chunks":7')
    assert b'"chunks":7' in older
    assert decode(older) == MESSAGE


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'{"job":1}', b'{"v":1}', b"\xff", b'{"job":"\xff"}']
)
def test_what_is_no_message_is_tried_again(body: bytes) -> None:
    with pytest.raises(Transient, match="not a message of Undertone"):
        decode(body)
