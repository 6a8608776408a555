"""Where requests for content are, in the container `content`. Owners are hashed."""

from __future__ import annotations

from undertone.text import digest


def owner_prefix(owner: str) -> str:
    """All that was made for an owner."""
    return f"{digest(owner)}/"


def request(owner: str, id_: str) -> str:
    """What was asked for; written first."""
    return f"{owner_prefix(owner)}{id_}/request.json"


def start(owner: str, id_: str, part: str) -> str:
    """Present once a worker has begun with a part (`text`, `image`); decides nothing."""
    return f"{owner_prefix(owner)}{id_}/{part}-start.json"


def part(owner: str, id_: str, part: str) -> str:
    """What became of a part; written once."""
    return f"{owner_prefix(owner)}{id_}/{part}.json"


def picture(owner: str, id_: str, size: str) -> str:
    """A picture, by its size (`1080x1080`)."""
    return f"{owner_prefix(owner)}{id_}/{size}.png"
