"""CSV as spreadsheets and export tools write it."""

import csv

import pytest

from tests.undertone.uploads.conftest import read, texts
from undertone.errors import Rejected
from undertone.limits import MAX_LINE

TABLE = (
    "Comment ID,Comment,Author,Likes,Date\r\n"
    'c1,"Très bien, ""oui""\r\n🙂",zoë,"1,234",2024-05-01 10:00:00\r\n'
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    table = TABLE.replace(",", delimiter).replace(f"Très bien{delimiter}", "Très bien,")
    table = table.replace(f"1{delimiter}234", "1,234")
    (post,) = read(table.encode(encoding), "text/csv", "export.csv")
    (comment,) = post.comments
    assert (comment.id, comment.text, comment.author) == ("c1", 'Très bien, "oui"\n🙂', "zoë")
    assert (comment.likes, comment.created_at) == (1234, "2024-05-01T10:00:00Z")
    assert post.id == "export"
    assert "text from “Comment”" in post.note


def test_excel_says_its_delimiter() -> None:
    (post,) = read("sep=;\r\ntext;author\r\na,b,c;x\r\n", "text/csv")
    assert texts(post) == ["a,b,c"]


@pytest.mark.parametrize(
    "first", ['sep="\n', "sep=\r\r\n", "sep=\n", "sep= \r\n", "sep=;;\n", "sep=\\\n"]
)
def test_what_is_no_delimiter_is_found_as_if_it_were_not_said(first: str) -> None:
    (post,) = read(f"{first}text;author\r\na,b,c;x\r\n", "text/csv")
    assert texts(post) == ["a,b,c"]


def test_exportcomments_has_lines_above_its_columns() -> None:
    table = (
        "Exported comments,,,,\nhttps://youtu.be/dQw4w9WgXcQ,,,,\n\n"
        ",Name (click to view profile),Date,Likes,Comment\n"
        "1,Bob,2024-05-01 10:00:00,1.2K,Great!\n1-1,Ann,2024-05-02,,Thanks\n"
    )
    (post,) = read(table, "text/csv", "export.csv")
    assert [(c.author, c.likes, c.text) for c in post.comments] == [
        ("Bob", 1200, "Great!"),
        ("Ann", None, "Thanks"),
    ]
    assert "lines above the column names: 2" in post.note


def test_apify_tiktok_as_csv_with_two_posts() -> None:
    table = (
        "cid,createTime,createTimeISO,diggCount,repliesToId,text,uniqueId,videoWebUrl\n"
        "7,1714557600,2024-05-01T10:00:00.000Z,5,,so good,ann,"
        "https://www.tiktok.com/@a/video/7301234567890123456\n"
        "8,1714557601,2024-05-01T10:00:01.000Z,0,7,true,bob,"
        "https://www.tiktok.com/@a/video/7301234567890123456?lang=en\n"
        "9,1714557602,2024-05-01T10:00:02.000Z,0,,meh,eve,"
        "https://www.tiktok.com/@b/video/7301234567890123457\n"
    )
    one, two = read(table, "text/csv")
    assert [(c.id, c.parent, c.author, c.likes, c.created_at) for c in one.comments] == [
        ("7", "", "ann", 5, "2024-05-01T10:00:00Z"),
        ("8", "7", "bob", 0, "2024-05-01T10:00:01Z"),
    ]
    assert (two.id, texts(two)) == ("https://www.tiktok.com/@_/video/7301234567890123457", ["meh"])
    assert "not used: createTime" in one.note


def test_a_cell_too_many_is_said() -> None:
    (post,) = read("text,likes\ngreat,1,really\n", "text/csv")
    assert "rows with more cells than there are columns: 1" in post.note


def test_a_single_column_needs_no_quotes() -> None:
    (post,) = read('Comment\nwell, well; well\n"quoted, too"\n', "text/csv")
    assert texts(post) == ["well, well; well", "quoted, too"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("text|likes\na,b|1\n", ["a,b"]),
        ("sep=|\ntext|author\na,b|x\n", ["a,b"]),
        ("sep=\t\ntext\tauthor\na,b\tx\n", ["a,b"]),
        ("sep=,\ntext,a;b;c;d\nx;y,z\n", ["x;y"]),
        ("text\na,,\n", ["a,,"]),
        ("text,likes\n\n,\na\n", ["a"]),
        ("x\ny\n", None),
        ("just words\ntext\nx\n", None),
        ("name,count\ntext\nx\n", None),
    ],
)
def test_the_names_of_columns_tell_the_delimiter(table: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(Rejected, match="no column of comments"):
            read(table, "text/csv")
    else:
        assert texts(read(table, "text/csv")[0]) == expected


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("a|b\nc|d\n", "found: a, b)"),
        ("a,b;c\nd,e;f\n", "found: a, b;c)"),
        ("a;b,c\nd;e\nf;g\n", "found: a, b,c)"),
        ("a,b;c;d\ne,f;g;h\n", "found: a,b, c, d)"),
    ],
)
def test_without_names_the_most_regular_columns_tell_the_delimiter(table: str, found: str) -> None:
    with pytest.raises(Rejected) as rejected:
        read(table, "text/csv")
    assert found in str(rejected.value.problems)


@pytest.mark.parametrize("above", [1, 11])
def test_names_of_columns_stand_in_the_first_twelve_rows(above: int) -> None:
    (post,) = read("x,y\n" * above + "text,id\na,1\n", "text/csv")
    assert [(c.id, c.text) for c in post.comments] == [("1", "a")]
    assert f"lines above the column names: {above}, passed over" in post.note
    with pytest.raises(Rejected, match="no column of comments"):
        read("x,y\n" * 12 + "text,id\na,1\n", "text/csv")


def test_what_nobody_calls_a_table_is_plain_text_if_no_row_has_two_cells() -> None:
    assert texts(read("one\ntwo\n" * 20)[0]) == ["one", "two"] * 20
    with pytest.raises(Rejected, match="no column of comments"):
        read("one\ntwo\n" * 20 + "a;b\n" + "c,d\n" * 30)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["text,id", "", "", '"a', "", 'b",1', "", '"x'], 8),
        (["text,id", '"a', "", "", 'b",1', '"x'], 6),
        (["", "text,id", "a,1", '"x"y'], 4),
    ],
)
def test_the_line_that_is_broken_is_named(lines: list[str], number: int, end: str) -> None:
    with pytest.raises(Rejected, match=f"near line {number} "):
        read(end.join(lines), "text/csv")


def test_empty_lines_belong_to_the_cell_that_they_stand_in() -> None:
    (post,) = read('text,id\n\n"a\n\n\r\nb",1\n\n\nc,2\n', "text/csv")
    assert [(c.id, c.text) for c in post.comments] == [("1", "a\n\n\nb"), ("2", "c")]


def test_only_what_is_in_cells_too_many_is_told() -> None:
    (post,) = read("text,likes\na,1,,\nb,2, ,x\nc,3,y\n", "text/csv")
    assert "rows with more cells than there are columns: 2" in post.note


def test_a_row_is_shorter_than_the_longest_line() -> None:
    def table(size: int) -> str:
        row = f'"a\n{"b" * (size - 6)}",\n'
        assert len(row) == size
        return f"text,id\nx,1\n{row}y,2\n"

    assert [text[0] for text in texts(read(table(MAX_LINE - 1), "text/csv")[0])] == ["x", "a", "y"]
    with pytest.raises(Rejected, match=f"near line 4 has {MAX_LINE:,} characters or more"):
        read(table(MAX_LINE), "text/csv")


@pytest.mark.parametrize("size", [131_072, 131_073, 190_000, 1_000_000])
def test_the_first_table_that_a_process_reads_may_have_long_cells(size: int) -> None:
    before = csv.field_size_limit(131_072)  # what Python begins with
    try:
        (post,) = read(f"text,id\n{'a' * size},1\n", "text/csv")
    finally:
        csv.field_size_limit(before)
    assert [len(text) for text in texts(post)] == [size]
