"""Facts of an invented job, written by the real engine."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from undertone.insights.asked import Insights, Topic
from undertone.insights.entities import Entity
from undertone.insights.part import CommentRow, MentionRow, date_key
from undertone.insights.star import StarWriter, entity_rows, topic_rows

ASKED = Insights(
    topics=(Topic(name="The Salt Road"), Topic(name="Winter Orchard's")),
    entities=tuple(Entity(name=name) for name in ("Mara Venn", "Mara Stone", "Ilo", "Tam")),
)


def comment_rows(count: int, seed: int = 1) -> list[CommentRow]:
    """Comments of two posts, over months, some without date, readers, score or words."""
    chance = random.Random(seed)
    rows = []
    for index in range(count):
        day = f"2026-{chance.randint(9, 12):02d}-{chance.randint(1, 28):02d}T10:00:00Z"
        time = chance.choice([day, day, day, ""])
        empty = chance.random() < 0.15
        scored = not empty and chance.random() < 0.9
        score = chance.randint(-100, 100) / 100
        mentions = (
            ()
            if empty
            else tuple(
                MentionRow(key, chance.randint(1, 4), "positive", chance.randint(-100, 100) / 100)
                if chance.random() < 0.9
                else MentionRow(key, 1, None, None)
                for key in sorted(chance.sample(range(1, 5), chance.randint(0, 3)))
            )
        )
        rows.append(
            CommentRow(
                key=index % 2 * 1_000_000 + index // 2,
                post=index % 2 + 1,
                comment_id=f"c'{index}",
                author=f"{index % 5:016x}" if index % 7 else "",
                time=time,
                date=date_key(time),
                likes=chance.choice([None, index]),
                readers=chance.choice([None, index * 10, 0]),
                empty=empty,
                topic=0 if empty else chance.randint(0, 2),
                topic_score=None if empty else 0.5,
                label="positive" if scored else None,
                negative=0.1 if scored else None,
                neutral=0.2 if scored else None,
                positive=0.7 if scored else None,
                score=score if scored else None,
                model="fair@1" if scored else "",
                mentions=mentions,
            )
        )
    return rows


def write_star(folder: Path, groups: list[list[CommentRow]]) -> None:
    """The Parquet files of these rows."""
    writer = StarWriter(folder)
    for rows in groups:
        lines = folder / "part.jsonl"
        lines.write_bytes(msgspec.json.Encoder().encode_lines(rows))
        writer.add(lines)
        lines.unlink()
    posts = [
        {
            "post_key": n,
            "platform": "upload",
            "post_id": f"p{n}",
            "url": "",
            "title": "a 'title'",
            "state": "ok",
        }
        for n in (1, 2)
    ]
    writer.finish(
        {"dim_post": posts, "dim_entity": entity_rows(ASKED), "dim_topic": topic_rows(ASKED)}
    )


@pytest.fixture(scope="session")
def star(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of facts in two groups."""
    folder = tmp_path_factory.mktemp("star's")
    rows = comment_rows(600)
    write_star(folder, [rows[:400], rows[400:]])
    return folder
