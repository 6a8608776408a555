"""HTML as platforms send it → plain text with its line breaks.

Read in one pass, in linear time: `html.parser` takes a time that grows with the square of an
unclosed tag's repetitions, and what it makes of them changes between patches of Python.
"""

from __future__ import annotations

import re
from html import unescape

from undertone.text import tidy

_BREAKS = {"p": 2, "div": 1, "li": 1, "ul": 1, "ol": 1, "blockquote": 1, "pre": 1, "h1": 2, "h2": 2}
_UNSEEN = frozenset({"script", "style", "template"})
_RAW_END = {
    "script": re.compile(r"</script(?=[\s/>])", re.IGNORECASE),
    "style": re.compile(r"</style(?=[\s/>])", re.IGNORECASE),
}
"""Elements whose content is no HTML, and where it ends."""

# No part of these gives back what it has read (`++`, `*+`, `?+`): one attempt takes linear time.
_TAG = re.compile(
    r"""<(/?)([a-zA-Z][^\s/>]*+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["'])[^\s>]++)?+)*+>"""
)
_OTHER = re.compile(r"<(?:!--(?:-?>|.*?--!?>)|(?:!(?!--)|[?]|/(?![a-zA-Z]))[^>]*+>)", re.DOTALL)
"""Comments, and what browsers take for comments."""
_OPENS = re.compile("<[a-zA-Z/!?]")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_LONG_NUMBER = re.compile("&#([0-9]{8,})")


class _Reader:
    """Collects the text between tags."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._breaks = 0
        self._verbatim = 0
        self._unseen = 0

    def read(self, html: str) -> None:
        """What is opened and never closed is text, to the end: so nothing is looked at twice."""
        at = 0
        while opening := _OPENS.search(html, at):
            markup = _TAG.match(html, opening.start()) or _OTHER.match(html, opening.start())
            if markup is None:
                break
            self._text(html[at : opening.start()])
            at = markup.end()
            if markup.re is _TAG:
                at = self._tag(html, markup)
        self._text(html[at:])

    def _tag(self, html: str, markup: re.Match[str]) -> int:
        """Where to read on."""
        slash, name = markup[1], markup[2].lower()
        empty = html[markup.end() - 2] == "/"
        if not slash:
            self._start(name)
        if slash or empty:
            self._end(name)
        elif ends := _RAW_END.get(name):
            end = ends.search(html, markup.end())
            return end.start() if end else len(html)
        return markup.end()

    def _start(self, tag: str) -> None:
        if tag == "br":
            self._breaks = 0
            self.parts.append("\n")
        self._breaks = max(self._breaks, _BREAKS.get(tag, 0))
        self._verbatim += tag == "pre"
        self._unseen += tag in _UNSEEN

    def _end(self, tag: str) -> None:
        self._breaks = max(self._breaks, _BREAKS.get(tag, 0))
        self._verbatim = max(0, self._verbatim - (tag == "pre"))
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def _text(self, html: str) -> None:
        if self._unseen or not html:
            return
        text = unescape(html) if self._verbatim else _one_space(unescape(html))
        if self._breaks:
            if not text.strip():
                return
            self._break_line()
            text = text if self._verbatim else text.lstrip(" ")
        self.parts.append(text)

    def _break_line(self) -> None:
        if self.parts:
            last = self.parts[-1]
            there = len(last) - len(last.rstrip("\n"))
            self.parts.append("\n" * (self._breaks - there))
        self._breaks = 0


def text_of_html(html: str) -> str:
    """`html` as a person reads it: entities resolved, paragraphs and line breaks kept."""
    if "<" not in html and "&" not in html:
        return _one_space(html).strip()
    if "&#" in html:
        # More than seven digits are beyond Unicode; `unescape` raises at more than 4,300.
        html = _LONG_NUMBER.sub(lambda found: "&#" + (found[1].lstrip("0") or "0")[:8], html)
    reader = _Reader()
    reader.read(html)
    return tidy("".join(reader.parts))


def _one_space(text: str) -> str:
    return _SPACES.sub(" ", text)
