"""Tokens are kept as long as they are valid, and asked for once."""

from datetime import UTC, datetime, timedelta

from undertone.sources.tokens import Token, TokenCache

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


class Platform:
    """Gives tokens for an hour, at a time that can be set."""

    def __init__(self) -> None:
        self.now = NOW
        self.given = 0
        self.lifetime = 3600.0

    def fetch(self) -> Token:
        self.given += 1
        return Token(f"token {self.given}", self.lifetime)


def test_a_token_is_kept_until_shortly_before_it_expires() -> None:
    platform = Platform()
    tokens = TokenCache(platform.fetch, lambda: platform.now)
    assert [tokens.get(), tokens.get()] == ["token 1", "token 1"]
    platform.now += timedelta(minutes=58, seconds=59)
    assert tokens.get() == "token 1"
    platform.now += timedelta(seconds=1)
    assert tokens.get() == "token 2"


def test_a_token_is_kept_for_a_day_at_most_and_never_when_it_has_no_time() -> None:
    platform = Platform()
    tokens = TokenCache(platform.fetch, lambda: platform.now)
    platform.lifetime = -1e12
    assert [tokens.get(), tokens.get()] == ["token 1", "token 2"]
    platform.lifetime = 1e12
    assert tokens.get() == "token 3"
    platform.now += timedelta(hours=23, minutes=58, seconds=59)
    assert tokens.get() == "token 3"
    platform.now += timedelta(seconds=1)
    assert tokens.get() == "token 4"


def test_a_token_that_is_refused_is_replaced() -> None:
    platform = Platform()
    tokens = TokenCache(platform.fetch, lambda: platform.now)
    tokens.get()
    tokens.forget()
    assert tokens.get() == "token 2"
