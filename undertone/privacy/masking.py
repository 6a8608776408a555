"""Masks what leads to a person in a text: e-mail addresses, phone and card numbers, handles.

Names are not masked. Telling `Rose` from a rose takes a language model of hundreds of megabytes a
language, which would cost every cold start more than the sentiment model does, and still finds four
of five names; docs/privacy.md says more. Importing this imports phonenumbers, so it is imported
where a job asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

EMAIL, PHONE, CARD, HANDLE = "[e-mail]", "[phone]", "[card]", "@user"
"""What is read instead. Models for tweets were trained with `@user` in the place of handles."""
REGIONS = (None, "US", "GB", "DE", "FR", "IN", "BR")
"""Where a number may be from that is written without its country's code; None: with it."""
MOST_CHECKED = 2
"""Numbers in one text that the library is asked about, half a millisecond each. Where there are
more, all long ones are masked: a text made of numbers shall not cost seconds."""

_EMAIL = re.compile(
    r"(?<![\w.+@-])[\w.+-]{1,64}+(?<!\.)@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])"
)
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d]|-\d)")
_HANDLE = re.compile(r"(?<![\w@/.])[@\uff20][\w](?:[\w.-]{0,62}\w)?(?:@[\w.-]{1,100}\w)?")
_NUMBER = re.compile(r"\+?\(?\d(?:[\d ()./-]{5,30})\d")
"""Where a phone number could be; the library is shown no more than this and what is beside it."""
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d\d)")
_SHORTEST = 7  # digits of a phone number
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def mask(text: str) -> str:
    """`text` with masks in the place of what leads to a person. Linear in its length."""
    if "@" in text or "\uff20" in text:
        text = _EMAIL.sub(EMAIL, text)
        text = _HANDLE.sub(HANDLE, text)
    if sum(map(str.isdecimal, text)) < _SHORTEST:
        return text
    text = _CARD.sub(_mask_card, text)
    several = sum(map(_may_be_phone, _NUMBER.findall(text))) > MOST_CHECKED
    return _NUMBER.sub(_mask_long if several else _mask_phone, text)


def _mask_card(match: re.Match[str]) -> str:
    return CARD if is_card(match[0]) else match[0]


def is_card(text: str) -> bool:
    """Whether its 13 to 19 digits have the check digit of a payment card (Luhn, ISO/IEC 7812-1)."""
    digits = [int(char) for char in text if char.isdecimal()]
    total = sum(digits[-1::-2]) + sum(_LUHN_DOUBLED[digit] for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and total % 10 == 0 and any(digits)


def _mask_phone(match: re.Match[str]) -> str:
    found = match[0]
    if not _may_be_phone(found):
        return found
    spans = max((list(_phones(found, region)) for region in REGIONS), key=_length)
    for start, end in reversed(spans):
        found = f"{found[:start]}{PHONE}{found[end:]}"
    return found


def _mask_long(match: re.Match[str]) -> str:
    return PHONE if _may_be_phone(match[0]) else match[0]


def _may_be_phone(text: str) -> bool:
    digits = sum(map(str.isdecimal, text))
    return digits >= _SHORTEST and _DATE.fullmatch(text.strip()) is None


def _length(spans: list[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def _phones(text: str, region: str | None) -> Iterator[tuple[int, int]]:
    for match in PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=20):
        yield match.start, match.end
