"""HTML as platforms send it → plain text with its line breaks."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from undertone.text import tidy

_BREAKS = {"p": 2, "div": 1, "li": 1, "ul": 1, "ol": 1, "blockquote": 1, "pre": 1, "h1": 2, "h2": 2}
_UNSEEN = frozenset({"script", "style", "template"})


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._breaks = 0
        self._verbatim = 0
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "br":
            self._breaks = 0
            self.parts.append("\n")
        self._breaks = max(self._breaks, _BREAKS.get(tag, 0))
        self._verbatim += tag == "pre"
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._breaks = max(self._breaks, _BREAKS.get(tag, 0))
        self._verbatim = max(0, self._verbatim - (tag == "pre"))
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        text = data if self._verbatim else _one_space(data)
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

    def parse_html_declaration(self, i: int) -> int:
        """Skip `<!…>`: the standard library stops with an AssertionError at `<![x`."""
        if self.rawdata.startswith("<!--", i):
            return self.parse_comment(i)
        return self.parse_bogus_comment(i)


def text_of_html(html: str) -> str:
    """`html` as a person reads it: entities resolved, paragraphs and line breaks kept."""
    if "<" not in html and "&" not in html:
        return _one_space(html).strip()
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.parts))


def _one_space(text: str) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text)
