"""Keys of programs: looked up by digest, in a time that says nothing about any of them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from undertone.errors import Unauthorized
from undertone.identity.callers import Caller, key_owner
from undertone.identity.config import ApiKey

LONGEST = 512
"""Characters of a key."""


def key_caller(keys: Sequence[ApiKey], key: str) -> Caller:
    """Who calls with `key`. Raises Unauthorized.

    Keys are random and long, so a plain digest of them is as good as a slow one. All entries are
    compared, each in constant time.
    """
    refused = Unauthorized("the key in x-functions-key is not known; ask for one of your own")
    if len(key) > LONGEST:
        raise refused
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    matching = [entry for entry in keys if hmac.compare_digest(entry.digest, digest)]
    if not matching:
        raise refused
    return Caller(key_owner(matching[0].name), matching[0].roles, "key")
