"""CSV as spreadsheets and export tools write it."""

import pytest

from tests.undertone.uploads.conftest import read, texts

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
