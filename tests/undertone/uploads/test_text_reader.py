"""Text in every encoding, and its lines."""

import pytest

from tests.undertone.uploads.conftest import read, texts


def test_windows_1252_is_read_and_said() -> None:
    (post,) = read("text\ncafé très… “oui”\n".encode("cp1252"), "text/csv")
    assert texts(post) == ["café très… “oui”"]
    assert "Windows-1252" in post.note


def test_a_named_charset_is_believed() -> None:
    (post,) = read("text\nPříliš žluťoučký\n".encode("iso-8859-2"), "text/csv; charset=iso-8859-2")
    assert texts(post) == ["Příliš žluťoučký"]


@pytest.mark.parametrize(
    "charset",
    ["punycode", "unicode_escape", "utf-7", "rot13", "zlib", "no-such-charset", "x" * 5000, "%00"],
)
def test_a_charset_that_nobody_writes_is_guessed_and_said(charset: str) -> None:
    (post,) = read("text\nPříliš\n".encode(), f"text/csv; charset={charset}")
    assert texts(post) == ["Příliš"]
    assert "is none that is read here, so it was guessed" in post.note
    assert len(post.note) < 300


@pytest.mark.parametrize("kind", ["text/csv; charset*=utf-8''%00", "text/csv; charset*=x''%00"])
def test_a_charset_in_the_long_form_is_no_fault(kind: str) -> None:
    (post,) = read("text\nPříliš\n".encode(), kind)
    assert texts(post) == ["Příliš"]


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf8", "čaj"), ("UTF-16LE", "čaj"), ("utf-32", "čaj"), ("latin1", "café"),
        ("iso-8859-15", "10 €"), ("windows-1251", "чай"), ("cp1250", "čaj"), ("koi8-r", "чай"),
        ("koi8-u", "чай"), ("Shift_JIS", "お茶"), ("windows-31j", "お茶"), ("euc-jp", "お茶"),
        ("iso-2022-jp", "お茶"), ("gb2312", "茶"), ("gbk", "茶"), ("gb18030", "茶"),
        ("big5", "茶"), ("big5-hkscs", "茶"), ("euc-kr", "차"), ("ks_c_5601-1987", "차"),
        ("macintosh", "thé"), ("us-ascii", "tea"), ("cp437", "thé"), ("cp850", "thé"),
    ],
)  # fmt: skip
def test_charsets_that_programs_write_are_read(charset: str, text: str) -> None:
    (post,) = read(f"text\n{text} 1\n".encode(charset), f"text/csv; charset={charset}")
    assert texts(post) == [f"{text} 1"]


def test_few_broken_bytes_do_not_turn_utf8_into_windows_1252() -> None:
    (post,) = read(b"text\n" + "добрый день, всё хорошо, спасибо".encode() + b"\xff\n", "text/csv")
    assert texts(post) == ["добрый день, всё хорошо, спасибо\ufffd"]
    assert "1 characters were not valid UTF-8" in post.note


def test_plain_text_is_a_comment_a_line_in_order() -> None:
    lines = [f"line {n}, \u2028 \x85 \x0b {'é' * (n % 3)}" for n in range(300)]
    (post,) = read("\r\n".join(lines) + "\n", "text/plain", "c.txt")
    assert texts(post) == [line.strip() for line in lines]
    assert len({comment.id for comment in post.comments}) == 300
