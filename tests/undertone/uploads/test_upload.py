import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undertone.errors import Rejected
from undertone.records import UploadedPost
from undertone.uploads.upload import read_upload

REEL = "https://www.instagram.com/p/CxYz_12-abc/"


def read(data: str | bytes, content_type: str = "", file_name: str = "") -> list[UploadedPost]:
    raw = data.encode() if isinstance(data, str) else data
    upload = read_upload(raw, content_type=content_type, file_name=file_name, kind="comments")
    assert upload.links == []
    return upload.posts


def texts(post: UploadedPost) -> list[str]:
    return [comment.text for comment in post.comments]


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


def test_excel_says_its_delimiter() -> None:
    (post,) = read("sep=;\r\ntext;author\r\na,b,c;x\r\n", "text/csv")
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


def test_apify_instagram_with_nested_replies_and_an_error_item() -> None:
    reply = {"id": "2", "text": "thanks", "ownerUsername": "me", "likesCount": 0}
    items = [
        {"id": "1", "text": "wow", "ownerUsername": "ann", "timestamp": "2024-05-01T00:00:00.000Z",
         "likesCount": 3, "repliesCount": 1, "replies": [reply], "postUrl": REEL + "?igsh=1"},
        {"error": "no_items", "errorDescription": "Empty or private data for provided input"},
    ]  # fmt: skip
    first, rest = read(json.dumps(items), "application/json", "dataset.json")
    assert first.id == REEL
    assert [(c.id, c.parent, c.author, c.likes) for c in first.comments] == [
        ("1", "", "ann", 3),
        ("2", "1", "me", 0),
    ]
    assert first.comments[0].created_at == "2024-05-01T00:00:00Z"
    assert (rest.id, rest.comments) == ("dataset", ())
    assert "rows without text: 1" in rest.note


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


def test_posts_that_hold_their_comments() -> None:
    posts = [
        {"id": "p1", "title": "One", "text": "its own words", "comments": ["a", {"text": "b"}]},
        {"id": "p2", "comments": [{"text": "c", "replies": [{"text": "d"}]}]},
    ]
    one, two = read(json.dumps(posts), "application/json")
    assert (one.id, one.title, texts(one)) == ("p1", "One", ["a", "b"])
    assert (two.id, texts(two)) == ("p2", ["c", "d"])


def test_json_lines_with_a_broken_one() -> None:
    (post,) = read('{"text":"a\u2028b"}\n\nbroken\r\n"c"\n', "", "x.jsonl")
    assert texts(post) == ["a\u2028b", "c"]
    assert "lines that are no JSON: 1 (first: 3)" in post.note


def test_json_lines_are_known_without_a_name() -> None:
    (post,) = read('{"text":"a"}\n{"text":"b"}')
    assert texts(post) == ["a", "b"]


def test_plain_text_is_a_comment_a_line_in_order() -> None:
    lines = [f"line {n}, \u2028 \x85 \x0b {'é' * (n % 3)}" for n in range(300)]
    (post,) = read("\r\n".join(lines) + "\n", "text/plain", "c.txt")
    assert texts(post) == [line.strip() for line in lines]
    assert len({comment.id for comment in post.comments}) == 300


@pytest.mark.parametrize(
    ("name", "post_id"),
    [("", "upload"), ("../../x.csv", "x"), ("a\x00b\ud800.csv", "a b"), ("..", "upload")],
)
def test_a_file_names_its_post(name: str, post_id: str) -> None:
    assert [post.id for post in read("text\nx\n", "text/csv", name)] == [post_id]


def test_nothing_that_was_sent_is_dropped() -> None:
    (post,) = read("id,text,date\n1,a,2 weeks ago\n1,b,\n,c,\n2,,\n", "text/csv")
    assert [(c.id, c.text) for c in post.comments] == [("1", "a"), ("1#2", "b"), ("3", "c")]
    assert "times not understood: 1" in post.note
    assert "rows without text: 1" in post.note
    assert "ids that were taken already: 1" in post.note


def test_a_cell_too_many_is_said() -> None:
    (post,) = read("text,likes\ngreat,1,really\n", "text/csv")
    assert "rows with more cells than there are columns: 1" in post.note


def test_a_single_column_needs_no_quotes() -> None:
    (post,) = read('Comment\nwell, well; well\n"quoted, too"\n', "text/csv")
    assert texts(post) == ["well, well; well", "quoted, too"]


def test_an_empty_table_is_a_post_without_comments() -> None:
    assert [post.comments for post in read("text,author\n", "text/csv")] == [()]
    assert [post.comments for post in read("[]", "application/json")] == [()]


@pytest.mark.parametrize(
    ("data", "content_type", "said"),
    [
        ("a,b\n1,2\n", "text/csv", "found: a, b"),
        ("", "text/csv", "found: nothing"),
        ('text\n"never closed\nmore', "text/csv", "near line 3"),
        (b"PK\x03\x04\x00\x00", "text/csv", "Excel workbook"),
        ("[1,", "application/json", "no JSON"),
        ('[{"name": "x"}]', "application/json", "no column of comments"),
        ("nope\nnope", "application/x-ndjson", "no JSON Lines"),
        ("[" * 100_000, "application/json", "nested too deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected_with_the_cure(
    data: str | bytes, content_type: str, said: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        read(data, content_type)
    assert said in rejected.value.detail + str(rejected.value.problems)


@given(
    data=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
    content_type=st.sampled_from(
        ["", "text/csv", "application/json", "text/plain", "a/b; charset=x", "\n"]
    ),
    file_name=st.sampled_from(["", "a.csv", "a.jsonl", "../../x", "a.txt"]),
)
def test_any_bytes_are_read_or_rejected(data: bytes, content_type: str, file_name: str) -> None:
    try:
        posts = read(data, content_type, file_name)
    except Rejected:
        return
    assert posts
    for post in posts:
        assert len({comment.id for comment in post.comments}) == len(post.comments)
        post.note.encode()


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["text", "id", "comments", "replies", "items", "likes", "title", "url", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(value=ANY_JSON)
def test_any_json_is_read_or_rejected(value: object) -> None:
    try:
        posts = read(json.dumps(value), "application/json")
    except Rejected:
        return
    assert posts
