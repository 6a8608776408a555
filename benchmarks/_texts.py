"""Comments of the usual kinds and lengths, made up from a seed."""

from __future__ import annotations

import random

_OPENINGS = [
    "I love how", "Honestly,", "Can someone tell me why", "Not sure if", "So tired of how",
    "Wow,", "Every time I watch this", "My sister said that", "Unpopular opinion:", "Wait,",
]  # fmt: skip
_MIDDLES = [
    "the new version", "this song", "the ending at 3:45", "their support", "the blue one",
    "this recipe", "the second part", "that guy in the back", "the price of $49", "your channel",
]  # fmt: skip
_ENDINGS = [
    "made my whole week 😍", "is broken again", "never gets old", "was a waste of money",
    "sounds exactly like the old one", "deserves more views", "isn't bad at all",
    "took me three hours to understand", "🔥🔥🔥", "and nobody talks about it?",
]  # fmt: skip
_MORE = " Also the part where they explain how it was made is worth watching twice."


def comment_texts(count: int, seed: int = 1) -> list[str]:
    """`count` texts, nearly all different, of 4 to about 45 words."""
    choose = random.Random(seed)
    return [
        f"{choose.choice(_OPENINGS)} {choose.choice(_MIDDLES)} {choose.choice(_ENDINGS)}"
        f"{_MORE * choose.choice([0, 0, 0, 1, 2])} {choose.randrange(count)}"
        for _ in range(count)
    ]
