import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.sources.html_text import text_of_html


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
