"""What a job gets that asks for more or less privacy than its deployment has."""

from __future__ import annotations

import pytest

from undertone.errors import Rejected, Transient
from undertone.privacy.policy import Policy
from undertone.records import Comment

LEVELS = ["plain", "hashed", "none"]
COMMENT = Comment(id="1", text="mail me: a@example.org", author="anna")


def policy(authors: str = "plain", *, mask: bool = False, secret: str = "x" * 32) -> Policy:
    return Policy(authors, mask, lambda: secret)  # type: ignore[arg-type] # one of the three


@pytest.mark.parametrize("deployed", LEVELS)
@pytest.mark.parametrize("asked", LEVELS)
def test_a_job_may_ask_for_more_privacy_and_never_for_less(deployed: str, asked: str) -> None:
    if LEVELS.index(asked) >= LEVELS.index(deployed):
        assert policy(deployed).choose(asked, mask=False) == (asked, False)
    else:
        with pytest.raises(Rejected, match="this deployment keeps no more") as caught:
            policy(deployed).choose(asked, mask=False)
        assert caught.value.problems.keys() == {"authors"}
        assert f"`{asked}`" not in caught.value.problems["authors"]


@pytest.mark.parametrize("deployed", LEVELS)
def test_a_job_that_leaves_it_open_gets_what_is_deployed(deployed: str) -> None:
    assert policy(deployed).choose("", mask=False) == (deployed, False)
    assert policy(deployed, mask=True).choose("", mask=False) == (deployed, True)
    assert policy(deployed).choose("", mask=True) == (deployed, True)


def test_without_a_secret_there_are_no_pseudonyms_and_it_says_what_to_set() -> None:
    with pytest.raises(Rejected, match="AUTHORS_KEY"):
        policy(secret="").choose("hashed", mask=False)
    with pytest.raises(Transient, match="AUTHORS_KEY"):
        policy(secret="").protection("me", "hashed", mask=False)
    assert policy(secret="").choose("plain", mask=True) == ("plain", True)


@pytest.mark.parametrize("authors", ["plain", ""])
def test_what_is_kept_as_it_is_costs_nothing(authors: str) -> None:
    assert policy().protection("me", authors, mask=False) is None


def test_each_kind_of_protection_has_a_name_of_its_own() -> None:
    made = [
        found.name
        for secret in ("x" * 32, "y" * 32)
        for owner in ("me", "you")
        for authors in LEVELS
        for mask in (True, False)
        if (found := policy(secret=secret).protection(owner, authors, mask=mask))
    ]
    assert len(made) == 2 * 2 * 5
    assert len(set(made)) == 2 * 2 * 4 + 1, "masking alone is the same with any key"


def test_masking_goes_together_with_either() -> None:
    for authors, author in (("plain", "anna"), ("none", "")):
        found = policy().protection("me", authors, mask=True)
        assert found is not None
        kept = found.protect(COMMENT, "youtube")
        assert (kept.text, kept.author) == ("mail me: [e-mail]", author)
