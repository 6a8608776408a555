"""The two workers: each makes its part of a request, once, whatever is delivered how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from undertone.content import names
from undertone.content.card_facts import card_of
from undertone.content.image_model import Fit, ImageModel, drawn
from undertone.content.language_model import LanguageModel, rewritten
from undertone.content.material import Grounds, Material, Place
from undertone.content.records import (
    ContentMessage,
    ContentRequest,
    Part,
    PartRecord,
    Start,
    read_message,
)
from undertone.content.retrieval import Rank
from undertone.content.service import ContentStore
from undertone.content.writing import Form, write
from undertone.errors import Rejected
from undertone.results.cards import Card

NOTHING_TO_WRITE_FROM = (
    "There are no comments to write from: you have no job that has ended. Analyse the comments "
    "under your posts first (POST jobs/create), then ask again."
)

NO_CARD = "there are no scored comments to make a card of, so the prompt was set as a poster"


class Pictures(NamedTuple):
    """How pictures are drawn: all give PNGs by their size (`1080x1080`)."""

    card: Callable[[Card], dict[str, bytes]]
    poster: Callable[[str], dict[str, bytes]]
    fit: Fit


class Workers:
    """Makes texts and pictures."""

    def __init__(
        self,
        store: ContentStore,
        grounds: Grounds,
        *,
        rank: Rank,
        pictures: Pictures,
        model: Callable[[], LanguageModel | None],
        image_model: Callable[[], ImageModel | None],
    ) -> None:
        """`model` and `image_model` give None where templates write and posters are drawn."""
        self._store = store
        self._grounds = grounds
        self._rank = rank
        self._pictures = pictures
        self._model = model
        self._image_model = image_model

    def text(self, body: bytes) -> None:
        """Write the text of a request. Raises Transient."""
        self._make("text", body, self._write)

    def image(self, body: bytes) -> None:
        """Draw the pictures of a request. Raises Transient."""
        self._make("image", body, self._draw)

    def fail(self, part: Part, body: bytes) -> None:
        """Say of a part whose message failed every try that it was not made. Raises Transient."""
        message = read_message(body)
        if self._store.requests.find(message.owner, message.id) is None:
            return
        failed = PartRecord(
            error=f"the {part} could not be made: storage or we failed again and again; ask again"
        )
        self._store.parts.create(failed, message.owner, message.id, part)

    def _make(
        self, part: Part, body: bytes, make: Callable[[ContentMessage, ContentRequest], PartRecord]
    ) -> None:
        message = read_message(body)
        key = (message.owner, message.id)
        if self._store.parts.find(*key, part) is not None:
            return
        request = self._store.requests.find(*key)
        if request is None:
            return  # its owner has removed everything meanwhile
        self._store.starts.create(Start(at=self._store.clock()), *key, part)
        try:
            made = make(message, request)
        except Rejected as error:  # the job or the post is gone, or was not the owner's
            made = PartRecord(error=error.detail)
        self._store.parts.create(made, *key, part)

    def _material(self, message: ContentMessage, request: ContentRequest) -> Material | None:
        place = Place(job=request.job, post=request.post)
        return self._grounds.material(message.owner, place)

    def _write(self, message: ContentMessage, request: ContentRequest) -> PartRecord:
        material = self._material(message, request)
        if material is None:
            return PartRecord(text=NOTHING_TO_WRITE_FROM, written_by="templates")
        form: Form = "caption" if request.tag == "instagram" else "brief"
        draft = write(request.prompt, material, self._rank, form)
        model = self._model() if draft.shown else None
        text, note = rewritten(model, request.prompt, form, draft) if model else ("", "")
        return PartRecord(
            text=text or draft.text,
            figures=draft.figures,
            quotes=draft.quotes,
            written_by=model.name if model and text else "templates",
            note=note,
        )

    def _draw(self, message: ContentMessage, request: ContentRequest) -> PartRecord:
        is_grounded = bool(request.job or request.post)
        material = self._material(message, request) if is_grounded else None
        facts = card_of(request.prompt, material, self._rank) if material else None
        if facts:
            pictures, note = self._pictures.card(facts.card), ""
        elif is_grounded:
            pictures, note = self._pictures.poster(request.prompt), NO_CARD
        else:
            pictures, note = self._by_prompt(request.prompt)
        for size, png in pictures.items():
            name = names.picture(message.owner, message.id, size)
            self._store.blobs.write(name, png, "image/png")
        quotes = facts.quotes if facts else ()
        return PartRecord(sizes=tuple(pictures), quotes=quotes, note=note)

    def _by_prompt(self, prompt: str) -> tuple[dict[str, bytes], str]:
        """The pictures of an image model, or a poster and why it is one."""
        model = self._image_model()
        pictures, note = drawn(model, prompt, self._pictures.fit) if model else ({}, "")
        return pictures or self._pictures.poster(prompt), note
