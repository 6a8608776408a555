"""The wire form of labels, which later versions must read."""

from __future__ import annotations

import msgspec
import pytest

from tests.undertone.pipeline.conftest import NOW
from undertone import wire
from undertone.pipeline.label_records import Label, LabelBatch


def test_the_wire_form_is_what_deployed_instances_read() -> None:
    of_the_sample = Label(row=7, comment_id="c1", label="neutral")
    picked = Label(row=9, comment_id="", label="positive", origin="picked")
    batch = LabelBatch(labels=(of_the_sample, picked), at=NOW)
    line = (
        b'{"v":1,"labels":[{"row":7,"comment_id":"c1","label":"neutral"},'
        b'{"row":9,"comment_id":"","label":"positive","origin":"picked"}],'
        b'"at":"2026-11-21T20:00:00Z"}'
    )
    assert msgspec.json.encode(batch) == line
    assert wire.decode(line, LabelBatch) == batch


@pytest.mark.parametrize("field", ["label", "origin"])
def test_a_word_of_another_kind_is_refused(field: str) -> None:
    label = {"row": 1, "comment_id": "c", "label": "neutral"} | {field: "great"}
    with pytest.raises(msgspec.ValidationError, match=field):
        wire.convert(label, Label)
