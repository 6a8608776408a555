from __future__ import annotations

import time
from pathlib import Path

import pytest

from devhost.settings import OVERRIDE
from devhost.supervisor import DevHost
from tests.devhost.playground import APP, Playground, playground, until

QUEUES = "AzureFunctionsJobHost__extensions__queues__"


def emptied(ground: Playground) -> None:
    until(lambda: True if ground.left() == 0 else None, "the queue to be empty")


def test_a_message_is_done_and_deleted(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path) as ground:
        ground.send(name="one")
        [seen] = ground.collect(1)
        assert (seen["name"], seen["tries"]) == ("one", 1)
        assert seen["inserted"].startswith("20")
        emptied(ground)


def test_a_burst_keeps_to_batch_size_and_threshold(azurite: str, tmp_path: Path) -> None:
    settings = {
        f"{QUEUES}batchSize": "3",
        f"{QUEUES}newBatchThreshold": "1",
        "PYTHON_THREADPOOL_THREAD_COUNT": "16",
    }
    with playground(azurite, tmp_path, settings) as ground:
        for number in range(20):
            ground.send(name=str(number), sleep=0.2)
        seen = ground.collect(20)
        assert sorted(int(one["name"]) for one in seen) == list(range(20))
        assert 3 <= max(one["at_once"] for one in seen) <= 4
        emptied(ground)


def test_the_thread_count_limits_what_runs(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path, {"PYTHON_THREADPOOL_THREAD_COUNT": "2"}) as ground:
        for number in range(8):
            ground.send(name=str(number), sleep=0.2)
        assert max(one["at_once"] for one in ground.collect(8)) == 2


def test_a_failing_message_ends_in_the_poison_queue(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path) as ground:
        ground.send(name="bad", fail=True)
        seen = ground.collect(4)
        assert [one["tries"] for one in seen if "failed" in one] == [1, 2, 3]
        assert seen[-1]["poison"] == '{"name": "bad", "fail": true}'
        emptied(ground)
        log = ground.await_log("failed 3 times: moved to")
        assert "ValueError: told to fail on bad" in log


def test_a_failure_waits_for_the_visibility_timeout(azurite: str, tmp_path: Path) -> None:
    settings = {f"{QUEUES}visibilityTimeout": "00:00:03", f"{QUEUES}maxDequeueCount": "2"}
    with playground(azurite, tmp_path, settings) as ground:
        ground.send(name="late", fail=True)
        ground.collect(1)
        first = time.monotonic()
        ground.collect(1)
        assert time.monotonic() - first > 2.5


def test_what_is_not_base64_goes_to_poison_unseen(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path, {"AzureWebJobs.bury.Disabled": "true"}) as ground:
        ground.work.send_message('{"name": "plain"}')
        log = ground.await_log("is not base64")
        assert "work           ok" not in log
        emptied(ground)


def test_a_message_received_too_often_is_buried_without_running(
    azurite: str, tmp_path: Path
) -> None:
    with playground(azurite, tmp_path, instances=0) as ground:
        ground.send(name="worn")
        for _ in range(3):
            [message] = ground.work.receive_messages()
            ground.work.update_message(message, visibility_timeout=0)
        with DevHost(APP, storage=azurite, settings=ground.settings):
            assert ground.collect(1)[0]["poison"] == '{"name": "worn"}'


def test_a_poison_queue_has_none_of_its_own(azurite: str, tmp_path: Path) -> None:
    settings = {f"{QUEUES}maxDequeueCount": "2"}
    with playground(azurite, tmp_path, settings, invisibility=2, suffix="-poison") as ground:
        ground.send(name="worse", fail=True)
        ground.collect(1)
        first = time.monotonic()
        assert ground.collect(1)[0]["tries"] == 2
        assert time.monotonic() - first > 1.5, "it was not left hidden after it failed"
        time.sleep(3)
        assert ground.left() == 1, "it should stay, hidden and no longer run"
        assert ground.log.read_text().count("FAILED") == 2


def test_properties_of_the_body_replace_metadata(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path) as ground:
        ground.send(name="trapped", id="mine", dequeueCount=41)
        [seen] = ground.collect(1)
        assert (seen["id"], seen["tries"]) == ("mine", 41)


def test_a_dequeue_count_that_is_no_number_fails_the_message(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path, {"AzureWebJobs.bury.Disabled": "true"}) as ground:
        ground.send(name="trapped", dequeueCount="many")
        assert "ValueError: cannot convert value of field" in ground.await_log("failed 3 times")
        emptied(ground)


@pytest.mark.slow
def test_a_long_run_is_kept_hidden(azurite: str, tmp_path: Path) -> None:
    with playground(azurite, tmp_path, instances=2, invisibility=5) as ground:
        ground.send(name="long", sleep=11)
        assert [one["tries"] for one in ground.collect(1)] == [1]
        emptied(ground)
        assert "could not be settled" not in ground.log.read_text()


def test_a_killed_instances_message_is_done_by_another(azurite: str, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with playground(azurite, tmp_path, instances=2, invisibility=4) as ground:
        ground.send(name="orphan", announce=True, file=str(gate))
        [started] = ground.collect(1)
        ground.host.kill(started["pid"])
        killed = time.monotonic()
        gate.touch()
        again, done = ground.collect(2)
        assert time.monotonic() - killed > 1, "it was seen again before its time was over"
        assert again["started"] == done["name"] == "orphan"
        assert done["tries"] == 2
        assert [done["pid"]] == ground.host.pids
        emptied(ground)


@pytest.mark.parametrize("name", [f"{OVERRIDE}extensions__queues__batchsize", f"{QUEUES}batchSize"])
def test_the_override_is_read_in_any_case(azurite: str, tmp_path: Path, name: str) -> None:
    settings = {name: "1", f"{QUEUES}newBatchThreshold": "0"}
    with playground(azurite, tmp_path, settings) as ground:
        for number in range(4):
            ground.send(name=str(number), sleep=0.1)
        assert {one["at_once"] for one in ground.collect(4)} == {1}
