"""Times as people write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undertone.times import utc_from_text
from undertone.uploads.written_times import TimeReader

EXPORTED = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00Z"),
        ("1714557600", "2024-05-01T10:00:00Z"),
        ("1 April 2025", "2025-04-01T00:00:00Z"),
        ("10.05.23 12:34:56", "2023-05-10T12:34:56Z"),
        ("10.05.2023", "2023-05-10T00:00:00Z"),
        ("5/13/2024", "2024-05-13T00:00:00Z"),
        ("13/5/2024 5:06 PM", "2024-05-13T17:06:00Z"),
        ("2024/05/01 10:11", "2024-05-01T10:11:00Z"),
        ("Wed Oct 10 20:19:24 +0000 2018", "2018-10-10T20:19:24Z"),
        ("Mar 3, 2024, 5:01 PM", "2024-03-03T17:01:00Z"),
        ("Mar 3, 2024 12:01 AM", "2024-03-03T00:01:00Z"),
        ("3. Mai 2024 um 17:05 Uhr", "2024-05-03T17:05:00Z"),
        ("5 mai 2024", "2024-05-05T00:00:00Z"),
        ("12 Haziran 2024", "2024-06-12T00:00:00Z"),
        ("2024年5月3日", "2024-05-03T00:00:00Z"),
        ("14 maja 2024", "2024-05-14T00:00:00Z"),
        ("Reviewed in the United States on May 3, 2024", "2024-05-03T00:00:00Z"),
        ("whenever", ""),
        ("31.02.2024", ""),
        ("version 12 of it", ""),
        ("9" * 70, ""),
    ],
)
def test_a_time_as_it_is_written(cell: str, time: str) -> None:
    found = TimeReader(EXPORTED).read(cell)
    assert (found.text, found.approximate) == (time, False)


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2 years ago", "2024-11-21T20:00:00Z"),
        ("6mo", "2026-05-23T04:38:24Z"),
        ("3w", "2026-10-31T20:00:00Z"),
        ("5 h", "2026-11-21T15:00:00Z"),
        ("yesterday", "2026-11-20T20:00:00Z"),
        ("vor 2 Tagen", "2026-11-19T20:00:00Z"),
        ("hace 3 semanas", "2026-10-31T20:00:00Z"),
        ("2 hari yang lalu", "2026-11-19T20:00:00Z"),
        ("3 дня назад", "2026-11-18T20:00:00Z"),
        ("3天前", "2026-11-18T20:00:00Z"),
        ("1 year ago (edited)", "2025-11-21T20:00:00Z"),
    ],
)
def test_a_relative_time_is_approximate(cell: str, time: str) -> None:
    found = TimeReader(EXPORTED).read(cell)
    assert (found.text, found.approximate) == (time, True)


@pytest.mark.parametrize(
    ("others", "time", "ambiguous"),
    [
        ([], "2025-03-04", True),
        (["13/04/2025"], "2025-04-03", False),
        (["4/13/2025"], "2025-03-04", False),
    ],
)
def test_other_rows_tell_whether_the_day_comes_first(
    others: list[str], time: str, ambiguous: bool
) -> None:
    reader = TimeReader(EXPORTED, [*others, "03/04/2025"])
    assert reader.read("03/04/2025").text.startswith(time)
    assert reader.ambiguous is ambiguous


def test_no_more_than_two_thousand_different_days_are_looked_up() -> None:
    reader = TimeReader(EXPORTED)
    reader._days = dict.fromkeys(map(str, range(2_000)), reader.read("nothing"))
    assert reader.read("1 April 2025").text == ""


@given(
    st.text(max_size=70) | st.from_regex(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{2,4} [0-9:]{0,8}")
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_time_or_none(cell: str) -> None:
    found = TimeReader(EXPORTED).read(cell).text
    assert found == "" or utc_from_text(found) == found
