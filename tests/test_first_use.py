"""Globals that are filled at their first use, met by several threads at once.

A cold start under load does that: the first messages of an instance arrive together. What a library
or we fill lazily and without a lock can then be seen half-filled, and scores be wrong without a
word, or a process end. Each case runs in fresh processes: one does the work in a single thread,
others in several that start together and take turns as often as Python can.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
STARTS = 5
THREADS = "8"

WORK = """
from __future__ import annotations
import hashlib, sys
from threading import Barrier, Thread

def texts():
    made = []
    for n in range(60):
        made += [
            f"love it {n} \\U0001F60D\\U0001F525 \\u2764\\ufe0f",
            f"{n} \\U0001F469\\u200d\\U0001F680 \\U0001F4AA\\U0001F3FF &amp; &eacute; &#128545;",
            f"soooooo {n} www.example.org @some.one e\\u0301\\u0301 \\u6f22\\u5b57 \\u0e2a\\u0e27",
            "<b>awful</b>" * (n % 7) + " no " * n,
        ]
    return made

{setup}

def run(barrier, answers):
    barrier.wait()
    try:
        answers.append(hashlib.sha256(work()).hexdigest())
    except Exception as error:
        answers.append(repr(error))

count = int(sys.argv[1])
sys.setswitchinterval(1e-5)
barrier, answers = Barrier(count), []
threads = [Thread(target=run, args=(barrier, answers)) for _ in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*sorted(set(answers)), sep="\\n")
"""

CLEANING = """
from model.text import plain, with_emoji_words

def work():
    return "\\n".join([*map(plain, texts()), *map(with_emoji_words, texts())]).encode()
"""

SCORING = """
from model.factory import build
from undertone import wire
from undertone.records import Comment
from undertone.results.comments_table import ScoredComment, comments_csv_bytes, jsonl_bytes
from undertone.results.tally import round_probabilities
from undertone.wiring import once
import msgspec

analyzer = once(lambda: build("{analyzer}"))

LINES = msgspec.json.Encoder().encode_lines(
    [Comment(id=str(number), text=text) for number, text in enumerate(texts())]
)

def work():
    comments = wire.decode_lines(LINES, Comment)
    predictions = analyzer().predict([comment.text for comment in comments])
    scored = [
        ScoredComment(comment, round_probabilities(p.negative, p.neutral, p.positive), p.windows)
        for comment, p in zip(comments, predictions, strict=True)
    ]
    return comments_csv_bytes(1, scored) + jsonl_bytes(1, scored)
"""

READING = """
from undertone.errors import Rejected
from undertone.posts import parse_post_url
from undertone.html_text import text_of_html
from undertone.uploads.upload import read_upload

FILES = [
    ("text/csv", "text;author;likes\\nlove \\u00e9;anna;1,2K\\nbad;bob;3\\n".encode("cp1252")),
    ("application/json", b'[{{"text": "good", "author": "x", "likes": 3}}]'),
    ("application/x-ndjson", b'{{"text": "good"}}\\n{{"text": "bad"}}\\n'),
    ("text/plain; charset=iso-8859-1", "caf\\u00e9\\n".encode("latin-1")),
]

def work():
    read = [read_upload(body, content_type=kind, file_name="export") for kind, body in FILES]
    html = [text_of_html(text) for text in texts()]
    links = ["https://youtu.be/dQw4w9WgXcQ", "https://m\\u00fcnchen.social/@a/1"]
    posts = [parse_post_url(link) for link in links]
    listed = read_upload("\\n".join(links).encode())
    return repr((read, html, posts, listed)).encode()
"""

DETECTING = """
from model.factory import build
from undertone.languages.by_language import ByLanguage
from undertone.languages.detector import Detector
from undertone.wiring import once

reader = once(lambda: ByLanguage(
    build("compact"), {"*": "compact-multilingual"}, build, Detector().detect
))
SAID = ["me encanta este producto, es muy bueno", "das ist leider sehr schlecht geworden",
        "ini produk yang bagus sekali menurut saya", "what a lovely day it is", "c'est magnifique"]

def work():
    return repr(reader().predict(SAID + texts()[:40])).encode()
"""

MASKING = """
from undertone.privacy.masking import mask

SAID = ["call +44 20 7946 0958 or 030 1234567", "4111 1111 1111 1111", "mail a.b@example.org @you",
        "(212) 555-0123", "+33 1 23 45 67 89 or +81 3-1234-5678", "06 12 34 56 78 +7 495 123-45-67"]

def work():
    return "\\n".join(map(mask, SAID * 5)).encode()
"""

COUNTING = """
from undertone.own_posts.text_figures import text_figures
from undertone.search.lexical import words

def work():
    return repr([(text_figures(text), words(text)) for text in texts()]).encode()
"""

DATES = """
from datetime import UTC, datetime
from undertone.uploads.upload import read_upload

TABLE = "text,date\\n" + "\\n".join(
    f"good {n},{when}" for n, when in enumerate(
        ["2 weeks ago", "1 mai 2025", "10.05.23 12:34:56", "6mo", "1 April 2025", "hace 3 dias"] * 4
    )
)

def work():
    moment = datetime(2026, 11, 26, tzinfo=UTC)
    return repr(read_upload(TABLE.encode(), content_type="text/csv", exported=moment)).encode()
"""

DRAWING = """
from undertone.results.cards import draw_poster

def work():
    prompts = ["Spring", "\\u0645\\u0631\\u062d\\u0628\\u0627", "\\u4f60\\u597d", "\\U0001F60D"]
    return b"".join(b for prompt in prompts for b in draw_poster(prompt).values())
"""


CASES = {
    "detecting": DETECTING,
    "masking": MASKING,
    "counting": COUNTING,
    "dates": DATES,
    "drawing": DRAWING,
    "cleaning": CLEANING,
    "compact": SCORING.format(analyzer="compact"),
    "vader": SCORING.format(analyzer="vader"),
    "reading": READING.format(),
}


def answers_of(setup: str, threads: str) -> list[str]:
    """The different answers that so many threads of a fresh process gave."""
    done = subprocess.run(
        [sys.executable, "-c", WORK.replace("{setup}", setup), threads],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize("case", CASES)
def test_threads_that_start_together_answer_as_one_alone(case: str) -> None:
    alone = answers_of(CASES[case], "1")
    assert len(alone) == 1
    assert len(alone[0]) == 64, alone
    for _ in range(STARTS):
        assert answers_of(CASES[case], THREADS) == alone
