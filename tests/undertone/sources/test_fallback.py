from tests.undertone.sources.conftest import comments_of, pages_of
from undertone.posts import parse_post_url
from undertone.records import Comment, Page, PostRef, Want
from undertone.sources.fallback import FallbackSource
from undertone.sources.instagram_graph import NotOwn

POST = parse_post_url("https://www.instagram.com/p/CxYz_12-abc/")


class Own:
    """Looks a page long, and owns `mine` only."""

    platform = "instagram"

    def __init__(self, *, mine: bool) -> None:
        self.mine = mine

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        if cursor is None:
            return Page(cursor="found")
        if not self.mine:
            raise NotOwn("not mine")
        return Page(comments=(Comment(id="own", text="x"),))


class Others:
    """Two pages for anything."""

    platform = "instagram"

    def read(self, post: PostRef, want: Want, cursor: str | None) -> Page:
        comment = Comment(id=f"others {cursor}", text="x")
        return Page(comments=(comment,), cursor="2" if cursor is None else None)


def test_own_posts_stay_with_the_official_way() -> None:
    assert list(comments_of(pages_of(FallbackSource(Own(mine=True), Others()), POST))) == ["own"]


def test_others_posts_go_the_other_way_to_their_end() -> None:
    found = comments_of(pages_of(FallbackSource(Own(mine=False), Others()), POST))
    assert list(found) == ["others None", "others 2"]
