from __future__ import annotations

import json

from tests.fuzz.spoiling import blown_up, spoilt


def test_it_stays_json_and_the_rest_stays_as_it_is() -> None:
    data = b'status: 200\n\n{"items": [{"id": "1", "text": "x"}]}\n%%\n\n\nnot json'
    changed = [given for seed in range(200) if (given := spoilt(data, seed)) is not None]
    assert len(changed) > 50
    for given in changed:
        head, _, rest = given.partition(b"\n\n")
        body, _, other = rest.partition(b"\n%%\n")
        assert (head, other) == (b"status: 200", b"\n\nnot json")
        json.loads(body)
    assert len(set(changed)) > 20


def test_what_is_no_json_is_left_to_others() -> None:
    for data in (b"", b"{", b"a: b\n\n[]", b"[" * 100_000):
        assert spoilt(data, 1) is None


def test_a_piece_is_repeated_within_the_limit() -> None:
    made = [blown_up(b"&#1;", seed, 16_384) for seed in range(100)]
    assert max(map(len, made)) == 16_384
    assert min(map(len, made)) > 10
    assert any(b"1" * 5_000 in data for data in made)
    assert len(blown_up(b"", 1, 100)) <= 100
