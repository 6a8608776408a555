import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.sources.plain import text_of_html, utc_of_seconds, utc_of_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("it&#x27;ll &amp; &lt;3", "it'll & <3"),
        ("one<p>two<p>three", "one\n\ntwo\n\nthree"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("a<br>b<br />c", "a\nb\nc"),
        ("a\n  b", "a b"),
        ("<p>x</p><pre><code>  if a:\n    b\n</code></pre><p>y", "x\n\n  if a:\n    b\n\ny"),
        ('<a href="http://x.example/">x.example</a>', "x.example"),
        ('<span class="invisible">https://</span><span>a.example</span>', "https://a.example"),
        ("<i>so</i> <b>good</b>", "so good"),
        ("a<script>alert(1)</script>b<style>p{}</style>", "ab"),
        ("&#xD800;&#0;", "\ufffd\ufffd"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<p>line one<br>line two</p>", "line one\nline two"),
    ],
)
def test_html_as_a_person_reads_it(html: str, text: str) -> None:
    assert text_of_html(html) == text


@given(st.text(max_size=80) | st.text("<>/&;#pbr scrit!-[]'\"=", max_size=80))
def test_any_html_is_text(html: str) -> None:
    text = text_of_html(html)
    assert text == text.strip()


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
    assert utc_of_text(moment) == utc


def test_seconds_become_utc() -> None:
    assert utc_of_seconds(1385518716) == "2013-11-27T02:18:36Z"
    assert [utc_of_seconds(value) for value in (None, 1e30, float("nan"))] == ["", "", ""]
