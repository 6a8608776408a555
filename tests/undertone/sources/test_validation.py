import msgspec
import pytest

from undertone.errors import Permanent
from undertone.sources.validation import validate, validate_each


class Shape(msgspec.Struct):
    id: int
    text: str = ""


def test_numbers_may_be_text() -> None:
    assert validate("X", {"id": "12", "more": 1}, Shape) == Shape(12)


def test_what_does_not_fit_names_the_platform_and_the_place() -> None:
    with pytest.raises(Permanent, match=r"^YouTube answered in a form .*\$\.id"):
        validate("YouTube", {"id": []}, Shape)


def test_one_odd_item_does_not_lose_the_others() -> None:
    assert validate_each([{"id": 1}, None, {"text": "x"}, {"id": 2}], Shape) == (
        [Shape(1), Shape(2)],
        2,
    )
