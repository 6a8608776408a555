"""Text in every encoding, and its lines."""

from tests.undertone.uploads.conftest import read, texts


def test_windows_1252_is_read_and_said() -> None:
    (post,) = read("text\ncafé très… “oui”\n".encode("cp1252"), "text/csv")
    assert texts(post) == ["café très… “oui”"]
    assert "Windows-1252" in post.note


def test_a_named_charset_is_believed() -> None:
    (post,) = read("text\nPříliš žluťoučký\n".encode("iso-8859-2"), "text/csv; charset=iso-8859-2")
    assert texts(post) == ["Příliš žluťoučký"]


def test_few_broken_bytes_do_not_turn_utf8_into_windows_1252() -> None:
    (post,) = read(b"text\n" + "добрый день, всё хорошо, спасибо".encode() + b"\xff\n", "text/csv")
    assert texts(post) == ["добрый день, всё хорошо, спасибо\ufffd"]
    assert "1 characters were not valid UTF-8" in post.note


def test_plain_text_is_a_comment_a_line_in_order() -> None:
    lines = [f"line {n}, \u2028 \x85 \x0b {'é' * (n % 3)}" for n in range(300)]
    (post,) = read("\r\n".join(lines) + "\n", "text/plain", "c.txt")
    assert texts(post) == [line.strip() for line in lines]
    assert len({comment.id for comment in post.comments}) == 300
