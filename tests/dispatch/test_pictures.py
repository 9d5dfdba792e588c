"""Only pixels are kept: upright, small, without anything that a camera writes beside them."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from dispatch.pictures import LONG_SIDE_PX, read_picture
from kernel.errors import InvalidInput
from tests.support.pictures import BLUE, NO_PICTURES, RED, drawn, with_exif


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    image.load()
    return image


def is_like(seen: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 40 for a, b in zip(seen, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_comes_is_kept_as_a_jpeg_that_shows_the_same(kind: str) -> None:
    picture = read_picture(drawn(80, 60, kind))
    image = opened(picture.jpeg)
    assert (
        (image.format, image.size)
        == ("JPEG", (80, 60))
        == ("JPEG", (picture.width, picture.height))
    )
    assert is_like(image.getpixel((10, 30)), RED)
    assert is_like(image.getpixel((70, 30)), BLUE)
    assert len(picture.sha256) == 64


def test_nothing_a_camera_writes_is_kept() -> None:
    sent = with_exif()
    assert b"SPY-MAKER" in sent
    assert b"SERIAL-4711" in sent
    kept = read_picture(sent).jpeg
    assert not dict(opened(kept).getexif())
    assert not any(it in kept for it in (b"SPY", b"SERIAL", b"Exif", b"http://ns.adobe.com"))


def test_it_is_turned_upright() -> None:
    picture = read_picture(with_exif(orientation=6))  # the camera was turned clockwise
    assert (picture.width, picture.height) == (48, 64)
    image = opened(picture.jpeg)
    assert is_like(image.getpixel((24, 8)), RED)
    assert is_like(image.getpixel((24, 56)), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_long_side_is_limited(kind: str) -> None:
    picture = read_picture(drawn(4000, 1000, kind))
    assert (picture.width, picture.height) == (LONG_SIDE_PX, LONG_SIDE_PX // 4)


def test_what_is_transparent_is_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(out, "PNG")
    assert is_like(opened(read_picture(out.getvalue()).jpeg).getpixel((10, 10)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_every_way_to_write_colours_is_read(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (30, 20)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert read_picture(out.getvalue()).width == 30


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_is_refused_in_both_languages(name: str) -> None:
    sent, code = NO_PICTURES[name]
    with pytest.raises(InvalidInput) as refused:
        read_picture(sent)
    (fault,) = refused.value.faults
    assert fault.code == code
    assert fault.remedy
    assert "照片" in fault.zh
