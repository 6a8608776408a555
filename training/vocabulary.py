"""Cuts a WordPiece vocabulary down to what text in Latin script can use: a smaller model file."""

from __future__ import annotations

import json
import unicodedata
from typing import Any


def kept_ids(vocabulary: dict[str, int]) -> list[int]:
    """Ids of the tokens that stay, in order: an id's index in this list is its new id."""
    return sorted(index for token, index in vocabulary.items() if _is_used(token))


def pruned_tokenizer(tokenizer_json: str) -> tuple[str, list[int]]:
    """A tokenizer file with the smaller vocabulary, and the old ids in the order of the new ones.

    Truncation and padding are switched off: batches are planned from the true lengths.
    """
    tokenizer: dict[str, Any] = json.loads(tokenizer_json)
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    kept = kept_ids(vocabulary)
    new = {old: place for place, old in enumerate(kept)}
    tokenizer["model"]["vocab"] = {
        token: new[old]
        for token, old in sorted(vocabulary.items(), key=lambda one: one[1])
        if old in new
    }
    for token in tokenizer["added_tokens"]:
        token["id"] = new[token["id"]]
    for token in tokenizer["post_processor"]["special_tokens"].values():
        token["ids"] = [new[old] for old in token["ids"]]
    tokenizer["truncation"] = tokenizer["padding"] = None
    return json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), kept


def _is_used(token: str) -> bool:
    if token.startswith("["):
        return not token.startswith("[unused")
    return all(map(_is_latin_or_sign, token.removeprefix("##")))


def _is_latin_or_sign(character: str) -> bool:
    if character.isascii():
        return True
    if character.isalpha():
        return "LATIN" in unicodedata.name(character, "")
    return unicodedata.category(character)[0] in "PSN"
