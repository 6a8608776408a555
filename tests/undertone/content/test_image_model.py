"""An image model at an OpenAI-compatible address: its pictures, and posters where it has none."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from tests.undertone.content.conftest import Service, Setting
from undertone.content.image_model import OpenAIImages
from undertone.content.material import Place
from undertone.content.records import PartRecord
from undertone.results.cards import Card


def picture(size: tuple[int, int], kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def made(service: Service, place: Place = Place()) -> tuple[PartRecord, Setting]:  # noqa: B008
    model = OpenAIImages(service.address, "a-secret-key", "painter")
    setting = Setting(image_model=model)
    id_ = setting.content.accept("ann", "a red square", "image", place)
    setting.drain()
    model.close()
    return setting.content.view("ann", id_).parts["image"], setting


@pytest.mark.parametrize(
    ("size", "kind"), [((1024, 1024), "PNG"), ((1536, 1024), "JPEG"), ((10, 900), "WEBP")]
)
def test_its_picture_is_cut_to_both_sizes(
    service: Service, size: tuple[int, int], kind: str
) -> None:
    service.image = {"b64_json": picture(size, kind)}
    part, setting = made(service)
    assert (part.note, setting.drawn) == ("", [])
    pngs = [name for name in setting.blobs.names("") if name.endswith(".png")]
    for name in pngs:
        image = Image.open(io.BytesIO(setting.blobs.read(name)))
        assert name.endswith(f"/{image.width}x{image.height}.png")
        middle = image.getpixel((500, 500))
        assert isinstance(middle, tuple)
        assert all(abs(a - b) < 8 for a, b in zip(middle, (200, 30, 60), strict=True))
    assert len(pngs) == len(part.sizes) == 2
    assert service.paths == ["/v1/images/generations"]
    assert service.asked[0]["prompt"] == "a red square"


@pytest.mark.parametrize(
    "image",
    [
        {},
        {"url": "http://169.254.169.254/latest"},
        {"b64_json": "not base64!"},
        {"b64_json": base64.b64encode(b"no picture").decode()},
        {"b64_json": base64.b64encode(b"GIF89a").decode()},
        {"b64_json": picture((6000, 6000))},
    ],
    ids=["nothing", "a link", "no base64", "no picture", "GIF", "too large"],
)
def test_without_a_picture_a_poster_is_drawn(service: Service, image: dict[str, str]) -> None:
    service.image = image
    part, setting = made(service)
    assert setting.drawn == ["a red square"]
    assert "set as a poster" in part.note


def test_a_service_that_fails_costs_nothing_but_its_picture(service: Service) -> None:
    service.status = 500
    part, setting = made(service)
    assert "did not answer: InternalServerError" in part.note
    assert setting.drawn == ["a red square"]


def test_cards_are_not_left_to_it(service: Service) -> None:
    _, setting = made(service, Place(job="shoes"))
    assert isinstance(setting.drawn[0], Card)
    assert service.asked == []
