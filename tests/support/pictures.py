"""Pictures to send: drawn, never of anything."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

RED, BLUE = (200, 30, 30), (20, 60, 190)


def drawn(width: int = 64, height: int = 48, kind: str = "JPEG", **options: Any) -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), RED)
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill=BLUE)
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_exif(orientation: int = 1) -> bytes:
    """Return a picture that says where it was taken, and by which camera."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SPY-MAKER"
    exif[0xA431] = "SERIAL-4711"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (25.0, 21.0, 36.0)
    return drawn(exif=exif, comment=b"SPY-COMMENT")


def png_header(width: int, height: int) -> bytes:
    """Return a PNG that says it is this large, with next to nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", data) + chunk(b"IEND", b"")


NO_PICTURES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "photo.empty"),
    "text named .jpg": (b"this is a photo, believe me", "photo.unreadable"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "photo.unreadable"),
    "GIF": (drawn(kind="GIF"), "photo.unreadable"),
    "a truncated JPEG": (drawn(400, 300)[:-200], "photo.unreadable"),
    "a truncated PNG": (drawn(400, 300, "PNG")[:200], "photo.unreadable"),
    "a truncated WebP": (drawn(400, 300, "WEBP")[:60], "photo.unreadable"),
    "0 x 0": (png_header(0, 0), "photo.unreadable"),
    "30,000 px wide": (png_header(30_000, 10), "photo.too_large"),
    "a bomb": (png_header(11_000, 11_000), "photo.too_large"),
    "a bomb beyond all": (png_header(60_000, 60_000), "photo.too_large"),
}
"""What is no picture, and the code of its refusal."""
