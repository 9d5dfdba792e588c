"""What the demo's technicians take photos of: small drawn cars, no two quite alike."""

from __future__ import annotations

from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

SIZE = (640, 480)
_PAINTS = ("#b3261e", "#1f4e8c", "#e8e6e1", "#2b2f33", "#3d7a57", "#c9a227")
_SKIES = {"before_loading": "#9fb7c9", "pick_up": "#b9c9a8"}
_ELSEWHERE = "#c9c2b4"


def drawn_car(step: str, number: str) -> bytes:
    """Return a JPEG of a car at a step of its job; the same car looks the same at each."""
    draw = Random(number)
    image = Image.new("RGB", SIZE, _SKIES.get(step, _ELSEWHERE))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 330, 640, 480), fill="#5b6066")
    for x in range(draw.randrange(80), 640, 150):
        pen.rectangle((x, 420, x + 70, 430), fill="#e9e4d0")
    paint, left = draw.choice(_PAINTS), 110 + draw.randrange(60)
    pen.polygon(
        [(left + 90, 240), (left + 140, 160), (left + 290, 160), (left + 350, 240)], fill=paint
    )
    pen.polygon(
        [(left + 112, 238), (left + 150, 178), (left + 282, 178), (left + 325, 238)], fill="#26323b"
    )
    pen.rounded_rectangle((left, 236, left + 400, 330), 26, fill=paint)
    for x in (left + 60, left + 270):
        pen.ellipse((x, 290, x + 74, 364), fill="#17191b")
        pen.ellipse((x + 22, 312, x + 52, 342), fill="#8b9299")
    if draw.random() < 0.6:  # what is worth a photo
        x = left + draw.randrange(30, 340)
        pen.line((x, 250, x + 18, 268, x + 8, 282, x + 30, 300), fill="#f4f1ea", width=4)
    pen.text((16, 12), f"{number}  {step.replace('_', ' ')}", fill="#14202a", font_size=24)
    out = BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()
