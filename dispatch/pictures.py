"""Pictures as they come from anywhere, decoded and drawn anew: nothing but what is to be seen.

A camera writes its position, its serial number and the owner's name into the file (EXIF, XMP, the
thumbnail inside). A file may also claim to be a picture and be something else, or one of a
gigabyte. So nobody's bytes are stored: what can be decoded is turned upright, made small and
written again as a JPEG of pixels alone.
"""

from __future__ import annotations

import hashlib
import struct
import threading
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from kernel.errors import InvalidInput

LONG_SIDE_PX = 1600
"""Plates and scratches are seen at this size, and a picture takes some 300 kB."""

MAX_SIDE_PX = 12_000
MAX_PIXELS = 25_000_000
"""Beyond what phones take: whoever sends more wants the memory, not the picture."""

FORMATS = ("JPEG", "PNG", "WEBP")
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
"""What can be sent; everything is kept as the first of them."""

_QUALITY = 82
_AT_ONCE = threading.BoundedSemaphore(2)
"""A decoded picture takes up to 175 MB; more at once would be slower, not faster."""

_NOT_ONE = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    struct.error,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What Pillow says of files that are broken, cut off or made to harm."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without metadata, upright."""

    jpeg: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the bytes."""
        return hashlib.sha256(self.jpeg).hexdigest()


def read_picture(sent: bytes) -> Picture:
    """Return the picture in a JPEG, PNG or WebP file.

    Raises
    ------
    InvalidInput
        When it is none of them, is broken or cut off, or is too large to be decoded.
    """
    if not sent:
        raise _refused("photo.empty", "The body is empty.", "照片内容为空")
    with _AT_ONCE:
        try:
            with Image.open(BytesIO(sent), formats=FORMATS) as image:
                _refuse_size(*image.size)
                return _drawn_anew(image)
        except InvalidInput:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large("far too large") from error
        except _NOT_ONE as error:
            raise _refused(
                "photo.unreadable",
                f"{len(sent)} bytes are no whole JPEG, PNG or WebP picture.",
                "无法识别照片：文件损坏、不完整，或不是 JPEG、PNG、WebP 格式",
            ) from error


def _refuse_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise _refused("photo.empty", f"The picture is {width} x {height} px.", "照片尺寸为零")
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise _too_large(f"{width} x {height} px")


def _too_large(size: str) -> InvalidInput:
    return _refused(
        "photo.too_large",
        f"The picture is {size}; the most is {MAX_SIDE_PX} px a side and {MAX_PIXELS} px in all.",
        f"照片尺寸过大，单边最多 {MAX_SIDE_PX} 像素",
    )


def _drawn_anew(image: Image.Image) -> Picture:
    image.draft("RGB", (LONG_SIDE_PX, LONG_SIDE_PX))  # a large JPEG is decoded small at once
    image.load()
    drawn = _on_white(ImageOps.exif_transpose(image))
    drawn.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX))
    out = BytesIO()
    drawn.save(out, "JPEG", quality=_QUALITY)
    return Picture(out.getvalue(), *drawn.size)


def _on_white(image: Image.Image) -> Image.Image:
    """Return the pixels alone in RGB; what is transparent becomes white."""
    drawn = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        drawn.paste(seen, mask=seen.getchannel("A"))
    else:
        drawn.paste(image.convert("RGB"))
    return drawn


def _refused(code: str, message: str, zh: str) -> InvalidInput:
    return InvalidInput.one(
        "",
        code,
        message,
        "Take the photo again, or choose another one.",
        f"{zh}，请重新拍摄或更换照片。",
    )
