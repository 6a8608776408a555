"""No secret in what is written, whoever writes it and however it looks there."""

from __future__ import annotations

import json
import logging
import threading
from base64 import b64encode
from urllib.parse import urlencode

import pytest

from undertone import scrubbing
from undertone.errors import Delayed, Permanent, Transient
from undertone.scrubbing import REMOVED, Scrubber, remember, scrub, scrub_exception, scrub_logs

SECRET = 'Mark3r/+="\\ \u00fc&'
"""Characters that every encoding changes."""


def knowing(*values: str) -> Scrubber:
    scrubber = Scrubber()
    scrubber.remember(*values)
    return scrubber


@pytest.mark.parametrize(
    "text",
    [
        f"invalid key {SECRET}!",
        json.dumps({"key": SECRET}),
        json.dumps({"key": SECRET}, ensure_ascii=False),
        f"https://example.org/?{urlencode({'key': SECRET})}",
        repr(SECRET),
        f"Basic {b64encode(SECRET.encode()).decode()}",
    ],
)
def test_a_secret_is_removed_however_it_is_written(text: str) -> None:
    clean = knowing(SECRET).scrub(text)
    assert REMOVED in clean
    assert "Mark3r" not in clean
    assert b64encode(SECRET.encode()).decode().rstrip("=") not in clean


def test_of_two_secrets_none_leaves_a_part_of_the_other() -> None:
    clean = knowing("abcdefgh", "abcdefghijkl").scrub("a abcdefghijkl b abcdefgh c")
    assert clean == f"a {REMOVED} b {REMOVED} c"


def test_what_is_too_short_to_be_a_secret_stays_as_does_all_else() -> None:
    scrubber = knowing("", "user", "1234567")
    assert scrubber.scrub("user 1234567") == "user 1234567"
    assert knowing(SECRET).scrub("nothing here") == "nothing here"


def test_only_so_many_are_remembered_and_the_oldest_go_first() -> None:
    scrubber = Scrubber()
    for number in range(scrubbing.MOST + 5):
        scrubber.remember(f"secret-{number:05d}")
    assert scrubber.scrub("secret-00004") == "secret-00004"
    assert scrubber.scrub("secret-00005") == REMOVED
    assert scrubber.scrub(f"secret-{scrubbing.MOST + 4:05d}") == REMOVED


def test_threads_may_learn_and_scrub_at_once() -> None:
    scrubber = Scrubber()

    def learn(first: int) -> None:
        for number in range(first, first + 50):
            scrubber.remember(f"secret-{number:05d}")
            assert scrubber.scrub(f"secret-{number:05d}") == REMOVED

    threads = [threading.Thread(target=learn, args=(n * 50,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(scrubber.scrub(f"secret-{n:05d}") == REMOVED for n in range(200))


def test_errors_of_ours_are_made_without_secrets() -> None:
    remember("token-of-the-errors-test")
    reason = "refused: token-of-the-errors-test"
    assert str(Transient(reason)) == f"refused: {REMOVED}"
    assert Permanent(reason).reason == Delayed(reason).reason == f"refused: {REMOVED}"
    assert str(Permanent(reason)) == f"refused: {REMOVED}"


def test_an_error_that_is_raised_on_says_no_secret_nor_do_those_behind_it() -> None:
    remember("token-of-the-chain-test")

    class Refused(Exception):  # noqa: N818
        def __init__(self, message: str) -> None:
            super().__init__(message, {"url": message}, ValueError(message))
            self.message = message

        def __str__(self) -> str:
            return self.message

    try:
        try:
            raise Refused("a token-of-the-chain-test")
        except Refused as error:
            behind = [KeyError("token-of-the-chain-test")]
            raise ExceptionGroup("several failed", behind) from error
    except ExceptionGroup as error:
        scrub_exception(error)
        cause = error.__cause__
        shown = f"{error.exceptions!r} {cause} {cause.args!r}" if cause else ""
    assert shown.count(REMOVED) == 5
    assert "token-of" not in shown


def test_no_record_of_any_logger_holds_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    remember("token-of-the-log-test")
    before = logging.getLogRecordFactory()
    try:
        scrub_logs()
        scrub_logs()  # once is enough, twice does no harm
        log = logging.getLogger("a.library.deep.down")
        log.warning("asked %s with %r", "token-of-the-log-test", {"key": "token-of-the-log-test"})
        log.warning("%d %d", 1, 2)
        secret = "token-of-the-log-test"
        try:
            raise ValueError(secret)
        except ValueError:
            log.exception("it failed")
    finally:
        logging.setLogRecordFactory(before)
    assert "token-of" not in caplog.text
    assert caplog.text.count(REMOVED) == 3
    assert "1 2" in caplog.text
    assert "Traceback (most recent call last)" in caplog.text


def test_text_that_knows_no_secret_is_itself() -> None:
    text = "x" * 100
    assert Scrubber().scrub(text) is text
    assert scrub("plain") == "plain"
