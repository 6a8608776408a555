"""Pictures by an image model at an OpenAI-compatible address, instead of posters."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Protocol

SECONDS = 120
"""For a picture."""
MAX_BYTES = 32 * 1024 * 1024
"""Of an answer's picture."""

Fit = Callable[[bytes], dict[str, bytes]]
"""A picture as PNGs by their size. Raises ValueError for what is none."""


class ImageModel(Protocol):
    """Draws what a prompt says."""

    name: str

    def draw(self, prompt: str) -> bytes:
        """A picture in any usual format. Raises ImageError."""


class ImageError(Exception):
    """The model gave no picture."""


class OpenAIImages:
    """A model behind the image generations of the official SDK."""

    def __init__(self, address: str, key: str, name: str) -> None:
        """`address`: what the SDK calls the base URL, such as `https://host/openai/v1/`."""
        from openai import OpenAI  # noqa: PLC0415 - a second of import, only where it is set

        self.name = name
        self._client = OpenAI(base_url=address, api_key=key, timeout=SECONDS, max_retries=1)

    def draw(self, prompt: str) -> bytes:
        """The picture that the answer holds; one that it only points at is not fetched."""
        from openai import OpenAIError  # noqa: PLC0415

        try:
            found = self._client.images.generate(model=self.name, prompt=prompt, n=1)
        except (OpenAIError, ValueError) as error:
            raise ImageError(f"the image model did not answer: {type(error).__name__}") from None
        data = (found.data[0].b64_json or "") if found.data else ""
        if not data or len(data) > MAX_BYTES * 4 // 3:
            raise ImageError("the image model's answer holds no picture, or one that is too large")
        try:
            return base64.b64decode(data, validate=True)
        except binascii.Error:
            raise ImageError("the image model's answer holds no picture") from None

    def close(self) -> None:
        """Give its connections back; an app keeps them."""
        self._client.close()


def drawn(model: ImageModel, prompt: str, fit: Fit) -> tuple[dict[str, bytes], str]:
    """The pictures and why there are none: one of the two is empty."""
    try:
        return fit(model.draw(prompt)), ""
    except ImageError as error:
        return {}, f"{error}; the prompt was set as a poster"
    except ValueError:
        return {}, f"what {model.name} drew cannot be read; the prompt was set as a poster"
