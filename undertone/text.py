"""Small repairs of text that other people wrote."""

from __future__ import annotations

from hashlib import sha256

from undertone.scrubbing import scrub


def digest(text: str) -> str:
    """160 bits of SHA-256 in hex, equal for equal texts only: any text as a safe part of a name."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def tidy(text: str) -> str:
    """`text` with `\\n` as its line ends, without whitespace around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def excerpt(text: str, limit: int = 200) -> str:
    """`text` on one line, printable, cut to `limit` characters: for messages and titles.

    Secrets are removed first: half of one, left by the cut, would be known to nobody.
    """
    text = scrub(text)
    line = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def without_surrogates(text: str) -> str:
    """`text` with its surrogate pairs joined and lone surrogates replaced by U+FFFD.

    Only such text can be encoded as UTF-8.
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
