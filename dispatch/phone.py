"""Telephone numbers: read, kept as E.164, shown masked."""

from __future__ import annotations

import phonenumbers

from kernel.errors import Fault


def read_phone(text: str, country: str, pointer: str = "") -> str | Fault:
    """Return the number as E.164 (``+8613812345678``), or what is wrong with it.

    ``country`` (ISO 3166-1 alpha-2) is assumed for numbers without a country code.
    """
    try:
        number = phonenumbers.parse(text, country.upper())
    except phonenumbers.NumberParseException:
        return _fault(text, pointer)
    if not phonenumbers.is_possible_number(number):
        return _fault(text, pointer)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_assigned(e164: str) -> bool:
    """Return whether the number lies in a range that its country gives out."""
    return phonenumbers.is_valid_number(phonenumbers.parse(e164))


def mask_phone(e164: str) -> str:
    """Return a number as it may be shown, without its country code: ``138****1234``.

    The last four digits are shown, of numbers longer than eight up to three first ones too; at
    least four stay hidden.
    """
    try:
        digits = phonenumbers.national_significant_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        digits = "".join(character for character in e164 if character.isdigit())
    n_first = max(0, min(3, len(digits) - 8))
    n_last = 4 if len(digits) >= 8 else min(2, len(digits) // 2)
    return f"{digits[:n_first]}****{digits[len(digits) - n_last :]}"


def _fault(text: str, pointer: str) -> Fault:
    return Fault(
        pointer,
        "phone.number",
        f"{text!r} is no telephone number.",
        "Give it in full, with +86 or another country code when it is from abroad.",
        zh=f"“{text}”不是电话号码。请填写完整，境外号码前须加国家代码（中国为 +86）。",
    )
