"""What the actors are asked for, and how their items are read."""

import pytest

from undertone.records import Comment, PostRef, Want
from undertone.sources.apify_actors import REPLIES, InstagramActor, TikTokActor

REEL = PostRef(
    platform="instagram", id="CxYz_12-abc", url="https://www.instagram.com/p/CxYz_12-abc/"
)
VIDEO = PostRef(
    platform="tiktok",
    id="7301234567890123456",
    url="https://www.tiktok.com/@_/video/7301234567890123456",
)


@pytest.mark.parametrize(
    ("want", "newest", "nested"),
    [
        (Want(limit=7, order="newest"), True, True),
        (Want(limit=7, order="top", replies=False), False, False),
    ],
)
def test_what_is_wanted_is_asked_for(want: Want, newest: bool, nested: bool) -> None:
    assert InstagramActor().run_input(REEL, want) == {
        "directUrls": [REEL.url],
        "resultsLimit": 7,
        "includeNestedComments": nested,
        "isNewestComments": newest,
    }
    assert TikTokActor().run_input(VIDEO, want) == {
        "postURLs": [VIDEO.url],
        "commentsPerPost": 7,
        "maxRepliesPerComment": REPLIES if nested else 0,
    }


def test_instagrams_replies_follow_what_they_answer() -> None:
    reply = {"id": "3", "text": "c", "replies": [{"id": "4", "text": "d"}, {"no": "id"}]}
    item = {"id": "1", "text": " a\r\n", "likesCount": 2, "replies": [reply, {"id": "5"}]}
    found = InstagramActor().comments_in(item, REEL, Want())
    assert found is not None
    assert [(each.id, each.text, each.parent, each.likes) for each in found] == [
        ("1", "a", "", 2), ("3", "c", "1", None), ("4", "d", "3", None), ("5", "", "1", None),
    ]  # fmt: skip
    assert InstagramActor().comments_in(item, REEL, Want(replies=False)) == found[:1]


def test_tiktoks_replies_are_items_of_their_own() -> None:
    item = {"cid": "2", "text": "b", "repliesToId": "1", "uniqueId": "ann", "createTime": 0}
    reply = Comment(
        id="2", text="b", parent="1", author="ann", created_at="1970-01-01T00:00:00Z", likes=None
    )
    assert TikTokActor().comments_in(item, VIDEO, Want()) == [reply]
    assert TikTokActor().comments_in(item, VIDEO, Want(replies=False)) == []
    assert TikTokActor().comments_in({"text": "b"}, VIDEO, Want()) is None


@pytest.mark.parametrize(
    ("url", "is_taken"),
    [(VIDEO.url, True), ("", True), ("nowhere", True), (f"{VIDEO.url}7", False), (REEL.url, False)],
)
def test_an_item_belongs_to_the_post_that_its_link_names(url: str, is_taken: bool) -> None:
    found = TikTokActor().comments_in({"cid": "2", "videoWebUrl": url}, VIDEO, Want())
    assert (found is not None) == is_taken
