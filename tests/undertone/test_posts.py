import string
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.growth import LINEAR, doubling
from tests.fakes.link_forms import MEANT, REFUSED
from undertone.errors import Permanent
from undertone.posts import LONGEST, is_short, parse_post_url
from undertone.records import PostRef

DID = "did:plc:oy2ebrbjfsmr3oacqe5mbuw5"

FORMS = {
    ("youtube", "dQw4w9WgXcQ"): [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "http://youtube.com/watch?feature=share&v=dQw4w9WgXcQ&t=42s",
        "https://www.youtube.com/watch?feature=share&amp;v=dQw4w9WgXcQ",
        "https://m.youtube.com/watch?v=dQw4w9WgXcQ&lc=UgzABC",
        "https://music.youtube.com/watch?v=dQw4w9WgXcQ&list=RD1",
        "https://youtu.be/dQw4w9WgXcQ?si=Zz_1",
        "youtu.be/dQw4w9WgXcQ",
        "https://www.youtube.com/shorts/dQw4w9WgXcQ?feature=share",
        "https://youtube.com/live/dQw4w9WgXcQ",
        "https://www.youtube.com/embed/dQw4w9WgXcQ?autoplay=1",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        "//www.youtube.com/watch?v=dQw4w9WgXcQ",
        "WWW.YOUTUBE.COM/watch?v=dQw4w9WgXcQ",
        "\ufeff  \u201chttps://www.youtube.com/watch?v=dQw4w9WgXcQ\u201d. ",
        "<https://youtu.be/dQw4w9WgXcQ>,",
        "\uff59outube.com/watch?v=dQw4w9WgXcQ",  # a full-width y
        "https://youtu.be:443/dQw4w9WgXcQ",
        "http://m.youtu.be:80/dQw4w9WgXcQ",
        "https:\\\\youtu.be\\dQw4w9WgXcQ",
        "https://www.youtube.com/watch/dQw4w9WgXcQ",
    ],
    ("instagram", "CxYz_12-abc"): [
        "https://www.instagram.com/p/CxYz_12-abc/",
        "https://www.instagram.com/p/CxYz_12-abc/?igsh=MzRlODBiNWFlZA==&img_index=2",
        "https://www.instagram.com/reel/CxYz_12-abc/",
        "https://instagram.com/reels/CxYz_12-abc",
        "https://www.instagram.com/tv/CxYz_12-abc/",
        "https://www.instagram.com/some.one_1/p/CxYz_12-abc/",
        "https://www.instagram.com/some.one/reel/CxYz_12-abc/?utm_source=ig_web",
        "https://instagr.am/p/CxYz_12-abc/",
        "instagram.com/p/CxYz_12-abc/c/178888/",
    ],
    ("tiktok", "7301234567890123456"): [
        "https://www.tiktok.com/@some.one_1/video/7301234567890123456",
        "https://www.tiktok.com/@some.one/video/7301234567890123456?is_from_webapp=1&lang=en",
        "https://www.tiktok.com/@someone/photo/7301234567890123456",
        "https://m.tiktok.com/v/7301234567890123456.html?u_code=1",
        "https://www.tiktok.com/embed/v2/7301234567890123456",
        "https://www.tiktok.com/player/v1/7301234567890123456",
    ],
    ("tiktok", "short:vm/ZMabc12Xy"): [
        "https://vm.tiktok.com/ZMabc12Xy/",
        "vm.tiktok.com/ZMabc12Xy",
    ],
    ("tiktok", "short:vt/ZSabc12Xy"): ["https://vt.tiktok.com/ZSabc12Xy/?k=1"],
    ("tiktok", "short:t/ZTabc12Xy"): ["https://www.tiktok.com/t/ZTabc12Xy/"],
    ("reddit", "57dw9a"): [
        "https://www.reddit.com/r/IAmA/comments/57dw9a/im_ken_bone/",
        "https://old.reddit.com/r/IAmA/comments/57dw9a/",
        "https://np.reddit.com/r/IAmA/comments/57DW9A",
        "https://new.reddit.com/comments/57dw9a",
        "https://www.reddit.com/r/IAmA/comments/57dw9a/im_ken_bone/d8rzxi2/?context=3",
        "https://www.reddit.com/user/some-one/comments/57dw9a/title/",
        "https://www.reddit.com/gallery/57dw9a",
        "https://redd.it/57dw9a",
    ],
    ("reddit", "short:r/iama/s/AbC123xyz"): [
        "https://www.reddit.com/r/IAmA/s/AbC123xyz",
        "https://reddit.com/r/iama/s/AbC123xyz?utm_name=x",
    ],
    ("reddit", "short:user/some-one/s/AbC123xyz"): [
        "https://www.reddit.com/u/Some-One/s/AbC123xyz",
        "https://www.reddit.com/user/some-one/s/AbC123xyz",
    ],
    ("hackernews", "8863"): [
        "https://news.ycombinator.com/item?id=8863",
        "news.ycombinator.com/item?id=8863#8865",
        "http://news.ycombinator.com/item?id=008863",
    ],
    ("bluesky", f"{DID}/3memlv65ejk2y"): [
        f"https://bsky.app/profile/{DID}/post/3memlv65ejk2y",
        f"at://{DID}/app.bsky.feed.post/3memlv65ejk2y",
        f"https://bsky.app/profile/{DID}/post/3memlv65ejk2y/liked-by?ref=x",
        f"https://bsky.app/profile/{DID.replace(':', '%3A')}/post/3memlv65ejk2y",
    ],
    ("bluesky", "dancow.bsky.social/3memlv65ejk2y"): [
        "https://bsky.app/profile/dancow.bsky.social/post/3memlv65ejk2y",
        "https://bsky.app/profile/@DanCow.bsky.social/post/3memlv65ejk2y",
        "at://dancow.bsky.social/app.bsky.feed.post/3memlv65ejk2y",
    ],
    ("mastodon", "fosstodon.org/114026814291152535"): [
        "https://fosstodon.org/@schochastics/114026814291152535",
        "https://FOSSTODON.org./@schochastics/114026814291152535/embed",
        "https://fosstodon.org/users/schochastics/statuses/114026814291152535",
        "https://fosstodon.org/@someone@mastodon.social/114026814291152535",
        "https://fosstodon.org/web/statuses/114026814291152535",
        "https://fosstodon.org/deck/@schochastics/114026814291152535",
    ],
    ("mastodon", "xn--bcher-kva.example/12"): [
        "https://bücher.example/@a/12",
        "https://BÜCHER.example/@a/12",
        "https://xn--bcher-kva.example/@a/12",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "url"), [(ref, url) for ref, urls in FORMS.items() for url in urls]
)
def test_every_form_gives_the_one_reference(expected: tuple[str, str], url: str) -> None:
    post = parse_post_url(url)
    assert (post.platform, post.id) == expected
    assert parse_post_url(post.url) == post
    assert post == parse_post_url(FORMS[expected][0])


ALL_MEANT = [(meant, url) for meant, urls in MEANT.items() for url in urls]
ALL_REFUSED = [(reason, url) for reason, urls in REFUSED.items() for url in urls]


def test_there_are_four_hundred_different_forms_of_links() -> None:
    assert len({url for _, url in ALL_MEANT + ALL_REFUSED}) == len(ALL_MEANT + ALL_REFUSED) >= 400


@pytest.mark.parametrize(("meant", "url"), ALL_MEANT)
def test_what_people_paste_means_this_post(meant: tuple[str, str], url: str) -> None:
    post = parse_post_url(url)
    assert (post.platform, post.id) == meant
    assert parse_post_url(post.url) == post


@pytest.mark.parametrize(("reason", "url"), ALL_REFUSED)
def test_what_means_no_post_says_why(reason: str, url: str) -> None:
    with pytest.raises(Permanent, match=reason) as refused:
        parse_post_url(url)
    assert refused.value.state == "unsupported"


def test_short_links_say_so() -> None:
    assert is_short(parse_post_url("https://vm.tiktok.com/ZMabc12Xy/"))
    assert not is_short(parse_post_url("https://youtu.be/dQw4w9WgXcQ"))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "empty"),
        (" \t\ufeff ", "empty"),
        ("https://www.youtube.com/@channel", "names no video"),
        ("https://www.youtube.com/playlist?list=PL1", "names no video"),
        ("https://www.youtube.com/watch?v=tooshort", "11 characters"),
        ("https://www.youtube.com/watch?v=../../../../x", "names no video"),
        ("https://youtu.be/dQw4w9WgXc%0A", "names no video"),
        ("https://www.youtube.com/x?v=dQw4w9WgXcQ", "names no video"),
        ("https://www.instagram.com/someone/", "names no post"),
        ("https://www.instagram.com/p/audio", "names no post"),
        ("https://www.instagram.com/reels/audio/123456789/", "names no post"),
        ("https://www.instagram.com/share/p/BAabc/", "share link"),
        ("https://www.tiktok.com/@someone", "names no video"),
        ("https://www.reddit.com/r/IAmA/", "names no post"),
        ("https://i.redd.it/abcdef123", "names no post"),
        ("https://news.ycombinator.com/user?id=pg", "names no item"),
        ("https://news.ycombinator.com/item?id=١٢٣", "names no item"),
        ("https://news.ycombinator.com/x?id=12", "names no item"),
        ("https://news.ycombinator.com/item?id=0", "names no item"),
        ("https://bsky.app/profile/dancow.bsky.social", "names no post"),
        ("https://bsky.app/profile/dancow.bsky.social/post", "a profile or a feed"),
        ("https://bsky.app/profile/dancow.bsky.social/list/abc", "a profile or a feed"),
        ("https://bsky.app/x/dancow.bsky.social/post/abc", "a profile or a feed"),
        (f"at://{DID.upper()}/app.bsky.feed.post/abc", "names no post"),
        ("https://bsky.app/profile/../post/abc", "names no post"),
        ("at://did:plc:x/app.bsky.graph.list/1", "no Bluesky post"),
        ("https://fosstodon.org/@schochastics/%2e%2e", "no link to a post"),
        ("https://127.0.0.1/@root/1", "no link to a post"),
        ("https://[::1]/@root/1", "no link to a post"),
        ("https://localhost/@root/1", "no link to a post"),
        ("https://169.254.169.254/users/a/statuses/1", "no link to a post"),
        ("https://youtube.com@evil.example/@a/1", "user name or password"),
        ("https://user@fosstodon.org/@a/1", "user name or password"),
        ("https://:word@fosstodon.org/@a/1", "user name or password"),
        ("https://fosstodon.org:8443/@a/1", "port 8443"),
        ("https://fosstodon.org:81/@a/1", "port 81"),
        ("https://fosstodon.org:x/@a/1", "no web address"),
        ("javascript:alert(1)", "no link|no web address"),
        ("file:///etc/passwd", "file://"),
        ("x" * 30 + "://a.example/@a/1", f"^{'x' * 20}://"),
        ("https://x\u2488.example/@a/1", "not a valid one"),
        ("https://example.com/watch?v=dQw4w9WgXcQ", "no link to a post"),
        ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", "no link to a post"),
        ("https://youtu.be/dQw4w9WgXcQ https://youtu.be/dQw4w9WgXcR", "space"),
        ("https://youtu.be/dQw4\x00w9WgXcQ", "control character"),
        ("https://youtu.be/" + "a" * 3000, "characters"),
        ("just some words", "space"),
        ("\ud800", "empty"),
    ],
)  # fmt: skip
def test_what_is_no_post_is_refused_with_a_reason(url: str, reason: str) -> None:
    with pytest.raises(Permanent, match=reason) as refused:
        parse_post_url(url)
    assert refused.value.state == "unsupported"


ALL_URLS = st.sampled_from([url for urls in FORMS.values() for url in urls])
WORD = st.text(string.ascii_letters + string.digits + "_-.%~", min_size=1, max_size=12)
TRACKING = st.dictionaries(
    st.sampled_from(["utm_source", "utm_campaign", "igsh", "si", "fbclid", "ref", "feature", "_r"]),
    WORD,
    max_size=3,
)


@given(url=ALL_URLS, tracking=TRACKING, fragment=st.just("") | WORD)
def test_tracking_never_matters(url: str, tracking: dict[str, str], fragment: str) -> None:
    post = parse_post_url(url)
    query = "&".join(f"{key}={value}" for key, value in tracking.items())
    joined = (
        post.url + ("&" if "?" in post.url else "?") + query + (f"#{fragment}" if fragment else "")
    )
    assert parse_post_url(joined) == post


@given(
    url=ALL_URLS, before=st.text(" \t\r\n\ufeff\u200b\"'(<["), after=st.text(" \t\n.,;)>]\"'\u200f")
)
def test_what_surrounds_a_link_never_matters(url: str, before: str, after: str) -> None:
    assert parse_post_url(before + parse_post_url(url).url + after) == parse_post_url(url)


def _assert_clean(post: PostRef) -> None:
    assert post.id
    assert post.id.isascii()
    assert post.id.isprintable()
    assert not {" ", "\\", "%", "?", "#"} & set(post.id)
    assert not {"", ".", ".."} & set(post.id.split("/"))
    assert parse_post_url(post.url) == post


@given(
    host=st.sampled_from(
        ["youtube.com", "youtu.be", "instagram.com", "tiktok.com", "vm.tiktok.com", "reddit.com",
         "redd.it", "news.ycombinator.com", "bsky.app", "a.example"]
    ),
    path=st.lists(
        st.sampled_from(["watch", "p", "reel", "comments", "profile", "post", "item", "s", "r", "t",
                         "@a", "video", "users", "statuses", "..", "%2e%2e", "12345",
                         "abcdefghijk"])
        | st.text(max_size=12),
        max_size=5,
    ),
    query=st.text(max_size=20) | st.just("v=abcdefghijk") | st.just("id=12"),
)  # fmt: skip
@example(host="bsky.app", path=["profile", "a.b", "post", ".."], query="")
def test_any_path_is_a_clean_reference_or_refused(host: str, path: list[str], query: str) -> None:
    try:
        post = parse_post_url(f"https://{host}/{'/'.join(path)}?{query}")
    except Permanent as refused:
        assert refused.state == "unsupported"  # noqa: PT017 - either outcome is right
    else:
        _assert_clean(post)


@given(
    text=st.text(max_size=60)
    | st.binary(max_size=60).map(lambda b: b.decode("utf-8", "surrogateescape"))
)
def test_any_text_is_a_clean_reference_or_refused(text: str) -> None:
    try:
        post = parse_post_url(text)
    except Permanent as refused:
        assert refused.state == "unsupported"  # noqa: PT017 - either outcome is right
    else:
        _assert_clean(post)


# Hostile links

HOSTILE = [
    "\u200b ", ").", " \u200b(", "a.", "x", "\u0316\u0300", "é.", "&amp;", "%", "%20", "a=b&", "/",
    "@a", "@a-", "r/", "\\", "?", "#", "[", ":", "a-", "-", "did:plc:a", "\U000e0001",
]  # fmt: skip
STARTS = [
    "", "https://x", "https://x.example/", "https://x.example/@", "at://", "https://bsky.app/profile/",
    "https://www.reddit.com/r/", "https://www.tiktok.com/@", "https://youtu.be/?",
]  # fmt: skip
SHORT_FORM = "https://youtu.be/dQw4w9WgXcQ"
HOST_OF_250 = ".".join(["a" * 60] * 4) + ".exampl"


def refused(text: str) -> str:
    try:
        return parse_post_url(text).url
    except Permanent as error:
        return error.reason


@pytest.mark.parametrize("unit", HOSTILE)
def test_what_surrounds_a_link_is_stripped_in_linear_time(unit: str) -> None:
    assert doubling(refused, lambda size: unit * size + "https://youtu.be/x", 20_000) < LINEAR


@pytest.mark.parametrize("start", STARTS)
def test_links_are_read_in_linear_time(start: str) -> None:
    def every(texts: list[str]) -> None:
        for text in texts:
            refused(text)

    def links(size: int) -> list[str]:
        return [(start + unit * size)[:size] for unit in HOSTILE]

    assert doubling(every, links, LONGEST // 4) < LINEAR


def test_a_link_that_is_too_long_is_told_its_length() -> None:
    assert "has 5000 characters" in refused("(" * 5000)
    assert "has 2049 characters" in refused("  <" + "a" * 2049 + ">  ")
    assert "has 4097 characters" in refused("(" * 4096 + "x")
    padded = " " * 10_000 + "(" * 2000 + "https://youtu.be/dQw4w9WgXcQ)"
    assert refused(padded) == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("written", "most"),
    [
        (lambda size: "(" * (size - len(SHORT_FORM)) + SHORT_FORM, 2 * LONGEST),
        (lambda size: SHORT_FORM + "?" + "a" * (size - len(SHORT_FORM) - 1), LONGEST),
        (lambda size: SHORT_FORM + "?" + "&".join(["a=b"] * size), 100),
        (lambda size: f"https://{HOST_OF_250}{'x' * (size - 250)}/@a/1", 253),
    ],
    ids=["wrapping", "link", "fields", "host"],
)
def test_what_is_as_long_as_may_be_is_read_and_no_more(
    written: Callable[[int], str], most: int
) -> None:
    assert refused(written(most)).startswith("https://")
    assert not refused(written(most + 1)).startswith("https://")
