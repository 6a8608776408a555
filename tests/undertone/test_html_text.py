"""HTML becomes what a person reads, in linear time."""

from __future__ import annotations

import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.growth import LINEAR, doubling
from undertone.html_text import text_of_html


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
        ("a<!-- <b>no</b> -->b<!--->c<!>d<?php x?>e</3>f", "abcdef"),
        ("a <b c", "a <b c"),
        ('so <a href="x', 'so <a href="x'),
        ("a <!-- b <i>c</i>", "a <!-- b <i>c</i>"),
        ('<a title="1 > 0" rel=x>b</a>', "b"),
        ("<a title='1 > 0>b</a>", "0>b"),
        ("<SCRIPT>if (a</b) {}</SCRIPT >c", "c"),
        ("a<script>never closed", "a"),
        ("a<p/>b<br/>c", "a\n\nb\nc"),
        ("a<div>b</div>c<li>d<h1>e</h1>f<h2>g", "a\nb\nc\nd\n\ne\n\nf\n\ng"),
        ("a<blockquote>b</blockquote><ul><li>c</ul>d", "a\nb\nc\nd"),
        ("a<br><p>b", "a\n\nb"),
        ("a<br><br><br>b", "a\n\n\nb"),
        ("<p>a<p> <p>b", "a\n\nb"),
        ("</pre>a  b</pre><pre>c  d</pre>e  f", "a b\nc  d\ne f"),
        ("</style>a<template>b</template>c</template>d", "acd"),
        ("<pre>a<pre>b  c</pre>d  e</pre>f  g", "a\nb  c\nd  e\nf g"),
        ("a&#9999999;b&#00000065;c&#12851200;", "a\ufffdbAc\ufffd"),
    ],
)
def test_html_as_a_person_reads_it(html: str, text: str) -> None:
    assert text_of_html(html) == text


@given(st.text(max_size=80) | st.text("<>/&;#pbr scrit!-[]'\"=", max_size=80))
def test_any_html_is_text(html: str) -> None:
    text = text_of_html(html)
    assert text == text.strip()


@pytest.mark.parametrize("limit", [0, sys.get_int_max_str_digits()])
@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a&#" + "1" * 5000 + ";b", "a\ufffdb"),
        ("a&#" + "0" * 5000 + "65;b", "aAb"),
        ('<a title="&#' + "1" * 5000 + '">a</a>', "a"),
    ],
)
def test_a_character_reference_of_thousands_of_digits_is_read(
    html: str, text: str, limit: int
) -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(limit)
    try:
        assert text_of_html(html) == text
    finally:
        sys.set_int_max_str_digits(before)


class TextOnly(HTMLParser):
    """What the standard library takes for text."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


words = st.sampled_from(
    ["a", " ", "b c", "&amp;", "&#39;", "&lt;p&gt;", "1 < 2", "=", '"', "\n", "é😀"]
)
values = st.text("ab ='>&;/", max_size=6).map('"{}"'.format) | st.text(
    "ab/", min_size=1, max_size=4
)
attributes = st.lists(
    st.builds(" {}={}".format, st.sampled_from(["href", "x-y"]), values), max_size=2
)


def element(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(["a", "B", "span", "em"])
    return st.builds(
        lambda name, attrs, inside: f"<{name}{''.join(attrs)}>{inside}</{name}>",
        names, attributes, st.lists(content, max_size=3).map("".join),
    ) | st.sampled_from(["<img src=x />", "<!-- <b> -->", "<!DOCTYPE html>"])  # fmt: skip


@given(st.lists(st.recursive(words, element, max_leaves=12), max_size=5).map("".join))
def test_well_formed_html_is_read_as_the_standard_library_does(html: str) -> None:
    reader = TextOnly()
    reader.feed(html)
    reader.close()
    assert text_of_html(html).split() == "".join(reader.parts).split()


HOSTILE = [
    "<a ", "<a x='", '<a x="', "<a x=\">' ", "<a x=", "<a x= ", "<a/", "</a ", "</", "<!--",
    "<!-- -", "<!", "<?", "<", "<p>", "<p> ", "<p>a", "<br>", "<pre>\n", "<pre>\n</pre>",
    "<script>", "</script", "<script></", "<style>a</style>", "&", "&#", "&#1", "&lt", "\n", " <",
    "=", "<a='>", "<template>", "<a x='>\">",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("start", ["<", "<script>", '<a x="'])
def test_hostile_html_is_read_in_linear_time(unit: str, start: str) -> None:
    assert doubling(text_of_html, lambda size: start + unit * (size // len(unit)), 10_000) < LINEAR
