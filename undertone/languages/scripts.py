"""Languages by script, for texts that are not in Latin script.

The letters tell more there than the model does, which has few pieces of rare scripts: a single word
in Hangul is Korean, and no model of Latin script could read it.
"""

from __future__ import annotations

import re

OTHER = "und"
"""ISO 639's code for a language that is not determined: a script that is not below."""
_SCRIPTS = (
    ("\uac00-\ud7af\u1100-\u11ff\u3130-\u318f", "ko"),
    ("\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f", "ja"),
    ("\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff", "zh ja yue wuu"),
    ("\u0400-\u052f", "ru uk bg sr mk be kk ky tg mn tt ba cv os ce sah mhr kv av xal bxr"),
    ("\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
     "ar fa ur ps arz ckb sd ug pnb azb mzn"),
    ("\u0900-\u097f", "hi mr ne sa bh mai new gom"),
    ("\u0370-\u03ff\u1f00-\u1fff", "el"),
    ("\u0590-\u05ff\ufb1d-\ufb4f", "he yi"),
    ("\u0e00-\u0e7f", "th"),
    ("\u0980-\u09ff", "bn as bpy"),
    ("\u0b80-\u0bff", "ta"),
    ("\u0c00-\u0c7f", "te"),
    ("\u0c80-\u0cff", "kn"),
    ("\u0d00-\u0d7f", "ml"),
    ("\u0a80-\u0aff", "gu"),
    ("\u0a00-\u0a7f", "pa"),
    ("\u0b00-\u0b7f", "or"),
    ("\u0d80-\u0dff", "si"),
    ("\u0530-\u058f", "hy"),
    ("\u10a0-\u10ff\u1c90-\u1cbf", "ka xmf"),
    ("\u1000-\u109f", "my"),
    ("\u1780-\u17ff", "km"),
    ("\u0e80-\u0eff", "lo"),
    ("\u1200-\u137f", "am"),
    ("\u0f00-\u0fff", "bo dz"),
)  # fmt: skip
"""Letters, and the languages that are written with them; the first is the likeliest by far.
Japanese comes before Chinese: it is the one that has both kinds of letters."""
_LANGUAGES = [(re.compile(f"[{letters}]"), names.split()) for letters, names in _SCRIPTS]


def of_script(text: str, guess: str) -> str:
    """`guess` if it is written in the script that `text` begins with, else the likeliest one."""
    found = [
        (match.start(), place)
        for place, (letters, _) in enumerate(_LANGUAGES)
        if (match := letters.search(text))
    ]
    if not found:
        return OTHER
    kana = any(_LANGUAGES[place][1] == ["ja"] for _, place in found)
    languages = _LANGUAGES[min(found)[1]][1]
    if kana and "ja" in languages:
        return "ja"
    return guess if guess in languages else languages[0]
