"""Where deliveries may go: to public addresses, judged after the name was resolved.

A name may point anywhere, also at this machine, its neighbours or the cloud's metadata service, and
may point elsewhere a moment later. So the name is resolved here, every address of it is judged, and
the connection is made to the very address that was judged.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from kernel.errors import Fault, InvalidInput

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host."""

MAX_URL = 500
_LONGEST_NAME = 254
_LONGEST_LABEL = 63

# Global by the registries, but they lead inside: cloud platforms' own services, and IPv4 in IPv6.
_INSIDE = [
    ip_network("168.63.129.16/32"),  # Azure's platform
    ip_network("192.0.0.0/24"),  # protocol assignments; Oracle's platform
    ip_network("64:ff9b::/96"),  # NAT64: any IPv4 address
    ip_network("64:ff9b:1::/48"),
    ip_network("2002::/16"),  # 6to4: any IPv4 address
    ip_network("2001::/32"),  # Teredo
]


@dataclass(frozen=True, slots=True)
class Target:
    """A checked destination: connect to ``address``, speak as if to ``host``."""

    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def url(self) -> str:
        """The URL with the address in place of the name."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{shown}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """What the receiver is called."""
        usual = {"https": 443, "http": 80}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"


class RefusedAddress(Exception):
    """The name leads to an address that must not be called, or to none; ``why`` is safe to show."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read_url(url: str, *, to_private: bool = False) -> Fault | None:
    """Return what is wrong with a webhook's URL as it is written; names are not resolved."""
    what = _misshapen(url, to_private=to_private)
    if what is None and not to_private and _leads_inside(urlsplit(url).hostname or ""):
        what = "leads to a private, local or metadata address"
    if what is None:
        return None
    return Fault(
        "/url",
        "webhook.url",
        f"{url[:80]!r} {what}.",
        "Give https:// and a public host name.",
        zh=f"{url[:80]} 不能用作回调地址，请填写 https:// 开头的公网地址。",
    )


def _misshapen(url: str, *, to_private: bool) -> str | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is no URL"
    if parts.scheme != "https" and not (to_private and parts.scheme == "http"):
        return "does not begin with https://"
    if not host or port == 0 or not _can_be_asked_for(host):
        return "names no host"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "holds a user, a password or a fragment"
    return None


def _can_be_asked_for(host: str) -> bool:
    """Return whether a resolver takes the name at all (RFC 1035, 2.3.4)."""
    labels = host.removesuffix(".").split(".")
    return len(host) <= _LONGEST_NAME and all(0 < len(it) <= _LONGEST_LABEL for it in labels)


def _leads_inside(host: str) -> bool:
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False


def checked(url: str, *, to_private: bool = False, resolve: Resolve | None = None) -> Target:
    """Resolve a URL's host and return where to connect.

    Raises
    ------
    RefusedAddress
        When the name has no address, or any of its addresses is not public.
    InvalidInput
        When the URL itself is wrong.
    """
    fault = read_url(url, to_private=to_private)
    if fault is not None:
        raise InvalidInput([fault])
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = (resolve or _resolve)(host, port)
    except (OSError, UnicodeError) as error:
        raise RefusedAddress("the name has no address") from error
    if not found:
        raise RefusedAddress("the name has no address")
    if not to_private and not all(is_public(ip_address(it.partition("%")[0])) for it in found):
        raise RefusedAddress("the name leads to a private, local or metadata address")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, found[0], path)


def is_public(address: Address) -> bool:
    """Return whether an address lies outside, whatever it is written in."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(inner)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in network for network in _INSIDE if network.version == address.version)


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))
