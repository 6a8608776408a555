from __future__ import annotations

import pytest

from devhost.console import DETAIL_CHARACTERS, Console, app_frames
from devhost.worker import Outcome

LIBRARY = """Traceback (most recent call last):
  File "/x/azure_functions_runtime/handle_event.py", line 213, in invocation_request
    call_result = await execute_async()
  File "/x/azure_functions_runtime/utils/executor.py", line 19, in execute_sync
    return function(**args)
"""
OWN = """  File "/app/function_app.py", line 7, in score
    1 / 0
ZeroDivisionError: division by zero
"""


def test_only_the_apps_frames_are_shown() -> None:
    assert app_frames(LIBRARY + OWN) == OWN.splitlines()


def test_an_error_in_the_library_is_shown_whole() -> None:
    text = LIBRARY + "TypeError: no\n"
    assert app_frames(text) == text.splitlines()


def test_a_failure_takes_a_line_and_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(error="ZeroDivisionError: division by zero", traceback=LIBRARY + OWN)
    Console(2).print_invocation("score", outcome, 0.5, "comments try 1: " + "x\n" * 200)
    first, second, *rest = capsys.readouterr().out.splitlines()
    assert " #2 score          FAILED     500 ms  comments try 1: x x" in first
    assert first.endswith("…")
    assert len(first.partition(" ms  ")[2]) == DETAIL_CHARACTERS
    assert second.endswith(" #2 ZeroDivisionError: division by zero")
    assert [line.strip() for line in rest] == [line.strip() for line in OWN.splitlines()]
