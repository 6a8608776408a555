import pytest

from tests.fakes.posts import post_url
from tests.fakes.world import World
from tests.undertone.sources.conftest import comments_of, pages_of, sources_for
from undertone.errors import Permanent
from undertone.posts import parse_post_url
from undertone.records import PostRef, Want
from undertone.sources.http import Session, allow_only
from undertone.sources.resolving import ShortLinkResolver

LONG = parse_post_url(post_url("reddit", comments=20))
SHORT = parse_post_url("https://www.reddit.com/r/a/s/Zn00020")


def test_a_short_link_says_its_post_first_and_reads_as_it(world: World) -> None:
    source = sources_for(world)["reddit"]
    short, long = pages_of(source, SHORT), pages_of(source, LONG)
    assert short[0].post is not None
    assert (short[0].post.id, short[0].comments) == ("n00020000", ())
    assert comments_of(short) == comments_of(long)
    assert long[0].post is None


def test_later_pages_do_not_follow_the_link_again(world: World) -> None:
    source = sources_for(world)["reddit"]
    first = source.read(SHORT, Want(), None)
    asked = len(world.asked("links"))
    assert source.read(SHORT, Want(), first.cursor).comments
    assert len(world.asked("links")) == asked


@pytest.mark.parametrize("form", ["vm.tiktok.com/{}", "vt.tiktok.com/{}/", "tiktok.com/t/{}"])
def test_tiktoks_forms(world: World, form: str) -> None:
    short = parse_post_url(form.format("Zn00030"))
    page = sources_for(world)["tiktok"].read(short, Want(), None)
    assert page.post == parse_post_url(post_url("tiktok", comments=30))


def test_a_short_link_to_another_one(world: World) -> None:
    short = parse_post_url("https://vm.tiktok.com/Zs00030")
    page = sources_for(world)["tiktok"].read(short, Want(), None)
    assert page.post == parse_post_url(post_url("tiktok", comments=30))


@pytest.mark.parametrize(
    ("code", "message", "state"),
    [
        ("Zhome", "leads to no post", "not_found"),
        ("Zgone", "leads to no post", "not_found"),
        ("Zloop", "redirected more than 5 times", "not_found"),
        ("Zmeta", "led to 169.254.169.254", "failed"),
    ],
)
def test_a_link_that_leads_to_no_post(world: World, code: str, message: str, state: str) -> None:
    with pytest.raises(Permanent, match=message) as raised:
        sources_for(world)["tiktok"].read(
            parse_post_url(f"https://vm.tiktok.com/{code}"), Want(), None
        )
    assert raised.value.state == state


def test_another_platforms_post_is_not_taken(world: World) -> None:
    base = f"{world.base}/links/tiktok"
    reddits = PostRef(platform="reddit", id="short:x", url="https://www.reddit.com/r/a/s/Zn00020")
    with pytest.raises(Permanent, match=r"led to www\.tiktok\.com"):
        ShortLinkResolver(Session("Reddit", allow_only(base)), base=base).resolve(reddits)
