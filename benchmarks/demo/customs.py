"""What differs between countries in an invented day: numbers, plates, names and words.

The same is drawn everywhere, and told as people of the country would: a seed makes the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dispatch.regions import country_of_time_zone
from geo_data.city import City

PLATE_LETTERS = "BCDFGHJKLPRSTVWXYZ"
"""Of which four are drawn for each plate, besides a number of two digits."""


@dataclass(frozen=True, slots=True)
class Customs:
    """How things are called in one country.

    Attributes
    ----------
    plate
        From four of `PLATE_LETTERS` and a number of two digits.
    phone
        A caller's number (E.164), from one of at most seven digits.
    kinds, centre
        Names of crews by kind of unit, before their number, and of service centres.
    symptoms
        What callers say, by fault.
    """

    plate: Callable[[str, int], str]
    phone: Callable[[int], str]
    contractor: str
    contractor_phone: str
    hotline: str
    dispatcher: str
    kinds: Mapping[str, str]
    centre: str
    symptoms: Mapping[str, tuple[str, ...]]


def customs_of(city: City) -> Customs:
    """Return those of a city's country; where they are not known, cars and callers are Chilean."""
    return customs_in(country_of_time_zone(city.timezone))


def customs_in(country: str | None) -> Customs:
    """Return those of a country (ISO 3166-1 alpha-2)."""
    return _KNOWN.get(country or "", _ABROAD)


def _chilean(letters: str, number: int) -> str:
    return f"{letters}{number}"


def _foreign(letters: str, number: int) -> str:
    return f"CL:{_chilean(letters, number)}"


def _chinese(letters: str, number: int) -> str:
    """Return the plate of a small electric car (GA 36-2018)."""
    digits = "".join(str(PLATE_LETTERS.index(it) % 10) for it in letters[1:])
    return f"粤BD{digits}{number}"


def _chilean_phone(number: int) -> str:
    return f"+5697{number:07d}"


def _chinese_phone(number: int) -> str:
    return f"+86138{number:08d}"


def _in_english(plate: Callable[[str, int], str]) -> Customs:
    return Customs(
        plate=plate,
        phone=_chilean_phone,
        contractor="Auxilio Norte",
        contractor_phone="+56512200000",
        hotline="Hotline",
        dispatcher="Dispatcher",
        kinds={"repair": "Repair", "charge": "Charge", "tow": "Tow"},
        centre="Service centre",
        symptoms={
            "flat_battery": ("range shown as 0 km", "car stopped and will not go into drive"),
            "breakdown": ("power limited, warning lamp", "car lost drive at a crossing"),
            "tyre": ("front right tyre flat", "sidewall cut by a kerb"),
            "accident": ("hit from behind, rear bumper loose", "front hit, airbags did not open"),
            "keys_locked_in": ("phone key and card are inside the car",),
            "other": ("charge flap stuck", "door does not close"),
        },
    )


_ABROAD = _in_english(_foreign)
_KNOWN = {
    "CL": _in_english(_chilean),
    "CN": Customs(
        plate=_chinese,
        phone=_chinese_phone,
        contractor="北方救援",
        contractor_phone="+8675526000000",
        hotline="热线",
        dispatcher="调度",
        kinds={"repair": "维修", "charge": "补电", "tow": "拖车"},
        centre="服务中心",
        symptoms={
            "flat_battery": ("剩余续航显示 0 公里", "车停了，挂不上挡"),
            "breakdown": ("动力受限，故障灯亮", "在路口突然失去动力"),
            "tyre": ("右前轮没气了", "轮胎侧面被路沿划破"),
            "accident": ("被追尾，后保险杠松动", "车头受撞，气囊未弹出"),
            "keys_locked_in": ("手机钥匙和卡片都锁在车里",),
            "other": ("充电口盖卡住了", "车门关不上"),
        },
    ),
}
