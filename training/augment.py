"""Makes training texts more like comments: emojis, which the tweets lack, and people's names."""

from __future__ import annotations

import random
import re

EMOJIS = (
    tuple("😡🤬👎🤮🙄😒💔🤡😤💩🥱🗑"),
    tuple("🤔👀😐🤷📍🎥⏰👇📷❓🎵➡"),
    tuple("😍🔥💯👏🙌😂🥰👑💪🎉🤩✨"),
)
"""By label (an index into corpus.LABELS): emojis that do not contradict it."""
NAMES = [
    "Alex",
    "Maria",
    "Chris",
    "Emma",
    "David",
    "Sofia",
    "Lucas",
    "Nina",
    "Omar",
    "Priya",
    "Kenji",
    "Fatima",
    "Pavel",
    "Chloe",
    "Diego",
    "Ingrid",
    "Jamal",
    "Mei",
    "Ravi",
    "Zoe",
]
FACES = {
    ":)": "🙂",
    ":-)": "🙂",
    ":D": "😄",
    ":-D": "😄",
    ";)": "😉",
    ";-)": "😉",
    ":(": "🙁",
    ":-(": "🙁",
    ":'(": "😢",
    ":/": "😕",
    ":P": "😛",
    "<3": "❤️",
    "xD": "😆",
    ":O": "😮",
}
_FACE = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, FACES)) + r")(?!\w)")
SHARE_OF_FACES, SHARE_WITH_EMOJI, SHARE_OF_NAMES = 0.5, 0.1, 0.5


def augment(text: str, label: int, rng: random.Random) -> str:
    """`text` with emojis and names put in at random; its label still holds."""
    if rng.random() < SHARE_OF_FACES:
        text = _FACE.sub(lambda match: FACES[match[1]], text)
    if "[NAME]" in text and rng.random() < SHARE_OF_NAMES:
        text = text.replace("[NAME]", rng.choice(NAMES))
    if rng.random() < SHARE_WITH_EMOJI:
        text = f"{text} {rng.choice(EMOJIS[label]) * rng.randint(1, 3)}"
    return text
