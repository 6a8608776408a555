"""Text in every encoding, and its lines."""

import pytest

from tests.undertone.uploads.conftest import read, texts
from undertone.limits import MAX_LINE
from undertone.uploads.text_reader import decode_text


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
        ("iso-8859-15", "10 €"), ("iso-8859-1", "café"), ("iso-8859-16", "ș"),
        ("windows-1251", "чай"), ("cp1250", "čaj"), ("koi8-r", "чай"),
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


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (b"\xff\xfea\x00", "a", ""),
        (b"a\x00b\x00", "ab", "read as UTF-16-LE"),
        (b"\x00a\x00b", "ab", "read as UTF-16-BE"),
        (b"abc", "abc", ""),
        (b"abcd", "abcd", ""),
        (b"a\x00bcdefg", "a\x00bcdefg", ""),
        (b"a\x00b\x00\x19\x02\x1b\x02", "ab\u0219\u021b", "read as UTF-16-LE"),
        (b"\x00a\x01\x00\x00b", "a\u0100b", "read as UTF-16-BE"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa", "a", ""),
        ("é".encode() * 19 + b"\xff", "é" * 19 + "\ufffd", "1 characters were not valid UTF-8"),
        ("é".encode() * 18 + b"\xff", "Ã©" * 18 + "ÿ", "read as Windows-1252, as it is no UTF-8"),
    ],
)
def test_what_is_guessed_is_said(data: bytes, text: str, note: str) -> None:
    (post,) = read(data, "text/plain")
    assert texts(post) == [text]
    assert post.note == "; ".join(filter(None, [note, "plain text: one comment a line"]))


@pytest.mark.parametrize("size", [64 * 1024, 64 * 1024 + 1, MAX_LINE, MAX_LINE + 1])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_are_whole_wherever_blocks_end(size: int, end: str) -> None:
    text = decode_text((f"{'a' * size}{end}" + f"b{end}" + f"c{end}").encode())
    lines = list(text.lines())
    assert [line[:2] for line in lines] == ["aa", "b", "c"]
    assert len(lines[0]) == size
    assert "".join(text.lines_and_gaps()).endswith(f"{end}b{end}c{end}")


def test_a_file_is_text_for_as_long_as_its_charset_fits() -> None:
    (post,) = read("text\nP\u0159ed\n".encode(), "text/csv; charset=us-ascii")
    assert texts(post) == ["P\u0159ed"]
