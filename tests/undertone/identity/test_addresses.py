"""The address that requests are counted by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.identity.addresses import UNKNOWN, client_address


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:54321", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1:54321", "192.0.2.1"),
        ("203.0.113.9,192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:aaaa::6]:443", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNKNOWN),
        ("unknown", UNKNOWN),
        ("192.0.2.1, ", UNKNOWN),
        ("192.0.2.999", UNKNOWN),
        ("1" * 100_000, UNKNOWN),
        ("1.1.1.1:" + "9" * 50, UNKNOWN),
    ],
)
def test_the_last_entry_counts(header: str, address: str) -> None:
    assert client_address(header) == address


def test_proxies_of_our_own_are_skipped_and_no_more() -> None:
    header = "6.6.6.6, 192.0.2.1, 10.0.0.1, 10.0.0.2"
    assert [client_address(header, proxies) for proxies in range(4)] == [
        "10.0.0.2", "10.0.0.1", "192.0.2.1", "6.6.6.6"
    ]  # fmt: skip
    assert client_address("192.0.2.1", 2) == "192.0.2.1", "came past the proxies"


@given(st.text())
def test_what_a_caller_puts_ahead_changes_nothing(ahead: str) -> None:
    assert client_address(f"{ahead}, 192.0.2.1:80") == "192.0.2.1"


@given(st.text(alphabet="0123456789abcdefABCDEF.:[]%, x"))
def test_any_header_has_an_address(header: str) -> None:
    assert client_address(header)
