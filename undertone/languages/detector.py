"""Says which language a comment is in, quickly, or that nobody can tell.

fastText's small model (lid.176.ftz, 0.9 MB, licence beside it) knows 176 languages. What it is not
asked about: links, user names, hashtags, signs and emojis, which are in no language. How sure it
must be was chosen on tweets and on our own short comments, see docs/languages.md: a text is
`unknown` rather than wrong, and an unknown one is read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from undertone.languages.scripts import of_script

UNKNOWN = "unknown"
"""The language of a text that has no words, or too few to tell."""
MODEL = Path(__file__).with_name("lid.176.ftz")
MAX_CHARACTERS = 1000
"""What is looked at of a text: enough for any language, and a bound for a hostile one."""
SURE, SURE_OF_FEW_WORDS = 0.5, 0.9
"""The least probability that counts, for texts of at least FEW words and for shorter ones."""
FEW = 3
HINDI_SHARE, HINDI_WORDS = 0.2, 2
"""Hindi in Latin script, which the model does not know, has this share of the words below, and at
least so many different ones."""

_SAME = {"arz": "ar", "als": "de", "bar": "de", "yue": "zh", "wuu": "zh", "nn": "no"}
"""What is written nearly alike is one language here."""
_NO_WORDS = re.compile(r"(?:https?:|www\.)\S*|[@#][\w.\-]*|&#?\w{1,31};|[^\w@#&]+|[\d_]+|&")
"""What is no word. No alternative can match in two ways, so a search is linear."""
_LATIN = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
_HINDI = """
aap aapke aapki aapko aapne ab abhi accha acha achha apna apne apni aur baat bahot bahut bas
bhai bhi bohot chahiye dekho desh dil gaya gayi gya haan hai hain hoga hogi hona hoon hota hote
hoti hu hua hui hum huye iske isko jab jaise jao jo ka kab kaha kahan kahi kaise kar karke karna
karne karo karta karte karti ke kha ki kisi kitna kiya ko koi kon kuch kuchh kya kyo kyu kyun
kyunki lekin liye lo log logo maine mein mera mere meri milega milta mujhe nahi nahin nai nhi
pehle phir pyar raha rahe rahi rha rhe rhi sab sabse sahi sath sirf tera tere teri tha thi thik
toh tum tumhare tumko unka unke unki uske usko wala wale wali wo woh yaar yaha yahan ye yeh
zindagi
"""
_ROMANISED_HINDI = frozenset(_HINDI.split())


class Language(NamedTuple):
    """What is known of a text's language."""

    code: str
    """ISO 639 (`en`, `pt`, `ceb`), or UNKNOWN."""
    guess: str = UNKNOWN
    """The likeliest language, where nobody can be sure: who reads it may read the text, but it is
    no reason not to read it."""


class Detector:
    """Detects languages; safe for threads, since nothing is written once the model is loaded."""

    def __init__(self) -> None:
        """Loads the model: 30 ms. Raises ValueError if the file is not what it should be."""
        import fasttext_pybind  # noqa: PLC0415 - only scoring needs it

        self._model: Any = fasttext_pybind.fasttext()
        self._model.loadModel(str(MODEL))

    def detect(self, text: str) -> Language:
        """The text's language; the same for the same text, whatever is beside it."""
        words = words_of(text)
        if not words:
            return Language(UNKNOWN)
        if _is_romanised_hindi(words):
            return Language("hi", "hi")
        line = " ".join(words)
        found = self._model.predict(line + "\n", 1, 0.0, "strict")
        probability, label = found[0] if found else (0.0, "")
        language = label.removeprefix("__label__")
        language = _SAME.get(language, language)
        if not line.isascii() and 2 * len(_LATIN.findall(line)) < len(line.replace(" ", "")):
            language, probability = of_script(line, language), 1.0
        enough = SURE if len(words) >= FEW else SURE_OF_FEW_WORDS
        return Language(language if probability >= enough else UNKNOWN, language or UNKNOWN)


def words_of(text: str) -> list[str]:
    """The words that a language can be told by, in lower case."""
    # Lone surrogates and the like are no word characters, so the model gets valid UTF-8 only.
    words = _NO_WORDS.sub(" ", text[:MAX_CHARACTERS]).lower().split()
    return [word for word in words if word.isascii() or any(map(str.isalpha, word))]  # no ½, no ②


def _is_romanised_hindi(words: list[str]) -> bool:
    hindi = [word for word in words if word in _ROMANISED_HINDI]
    return len(set(hindi)) >= HINDI_WORDS and len(hindi) >= HINDI_SHARE * len(words)
