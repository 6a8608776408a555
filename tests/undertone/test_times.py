import pytest

from undertone.times import utc_from_iso, utc_from_seconds, utc_from_text


@pytest.mark.parametrize(
    ("moment", "utc"),
    [
        ("2020-06-01T10:56:52+0000", "2020-06-01T10:56:52Z"),
        ("2019-08-23T14:06:16.000Z", "2019-08-23T14:06:16Z"),
        ("2024-05-01 10:00:00", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_times_become_utc(moment: str, utc: str) -> None:
    assert utc_from_iso(moment) == utc


def test_seconds_become_utc() -> None:
    assert utc_from_seconds(1385518716) == "2013-11-27T02:18:36Z"
    assert [utc_from_seconds(value) for value in (None, 1e30, float("nan"))] == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("1714557600", "2024-05-01T10:00:00Z"),
        (" 1714557600.5 ", "2024-05-01T10:00:00Z"),
        ("1714557600000", "2024-05-01T10:00:00Z"),
        ("99999999999", "5138-11-16T09:46:39Z"),
        ("100000000000", "1973-03-03T09:46:40Z"),
        ("2024-05-01T10:00:00.000Z", "2024-05-01T10:00:00Z"),
        ("2024", ""),
        ("20240501", ""),
        ("2 weeks ago", ""),
        ("1714557600." + "1" * 1_000_000, ""),
        ("9" * 1_000_000, ""),
        ("2024-05-01" + " " * 1_000_000, ""),
    ],
)
def test_times_in_any_usual_form(text: str, utc: str) -> None:
    assert utc_from_text(text) == utc
