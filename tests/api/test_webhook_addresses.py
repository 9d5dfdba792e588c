"""Where a webhook may lead: nowhere inside, whatever it is called."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from api.webhooks.addresses import RefusedAddress, checked, is_public, read_url
from tests.support.service import OpenTown

ON_BOTH_DATABASES = True

KEY = "a-key-of-this-installation"

INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "255.255.255.255", "::1", "::",
    "fe80::1", "fc00::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused_written_and_resolved(address: str) -> None:
    assert not is_public(ip_address(address))
    shown = f"[{address}]" if ":" in address else address
    assert read_url(f"https://{shown}/hook") is not None
    with pytest.raises(RefusedAddress):
        checked("https://innocent.example/hook", resolve=lambda *_: ["93.184.216.34", address])


def test_public_addresses_are_called_by_the_address_that_was_judged() -> None:
    target = checked("https://hook.example:8443/a?b=c", resolve=lambda *_: ["93.184.216.34"])
    assert target.url == "https://93.184.216.34:8443/a?b=c"
    assert target.host_header == "hook.example:8443"
    six = checked("https://hook.example", resolve=lambda *_: ["2606:2800:220:1::1"])
    assert six.url == "https://[2606:2800:220:1::1]:443/"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https:///x", "https://u:p@example.com/",
        "https://example.com:0/", "https://example.com:99999/", "https://[::1", "example.com",
        "https://2130706433/", "https://0x7f.1/", "https://localhost/", "https://example.com/#x",
    ],
)  # fmt: skip
def test_odd_urls(url: str) -> None:
    fault = read_url(url)
    if fault is None:  # a name, or an address only the resolver understands: judged then
        with pytest.raises(RefusedAddress):
            checked(url)


def test_an_address_inside_is_refused_when_it_is_given(open_town: OpenTown) -> None:
    strict = open_town(webhook_key=KEY)
    strict.seed()
    before = strict.n_rows()
    for url in (
        "https://127.0.0.1/hook", "https://[::1]/hook", "https://169.254.169.254/latest",
        "https://10.0.0.1/", "https://[::ffff:127.0.0.1]/", "http://hook.example/",
        "https://user:pass@hook.example/",
    ):  # fmt: skip
        answer = strict["admin"].post("webhooks", {"url": url})
        assert answer.status_code == 422, url
        (fault,) = answer.json()["faults"]
        assert (fault["pointer"], fault["code"]) == ("/url", "webhook.url")
        assert url in fault["message"]
        assert fault["remedy"]
    assert strict.n_rows() == before
