"""Requests to hosts that a user names go to public addresses only (no SSRF).

The host is resolved here, every address it has is checked, and the connection is then made to the
checked address itself while TLS and the Host header keep the name. So a name that resolves to
something else a moment later (DNS rebinding) gains nothing. Every request is checked, also after a
redirect and on a connection that is kept.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, override
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

Address = IPv4Address | IPv6Address
Resolve = Callable[[str], Sequence[str]]
"""A host's addresses. Raises OSError."""

_GLOBAL_UNICAST = ip_network("2000::/3")
"""All of IPv6 that is given to anybody; the rest is local, or IPv4 in disguise."""
_NEVER = tuple(
    ip_network(network)
    for network in (
        # IPv4: https://www.iana.org/assignments/iana-ipv4-special-registry
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's platform address, public by number only
        # IPv6, within 2000::/3: https://www.iana.org/assignments/iana-ipv6-special-registry
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # IPv4 inside 6to4
        "2620:4f:8000::/48",  # AS112: answers for what should never have been asked
        "3fff::/20",  # documentation
    )
)  # fmt: skip


class NotPublic(requests.RequestException):
    """The host has an address that is not on the public internet."""


def is_public(address: Address) -> bool:
    """Whether anyone on the internet could connect to `address`: not ourselves, not our network.

    By lists of our own, which no version of Python changes. IPv4 in an IPv6 address (mapped,
    translated, NAT64) is refused, as is all that is not global unicast.
    """
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NEVER if network.version == address.version)


def public_https(url: str) -> bool:
    """Whether `url` may be asked at all: https, the usual port, no user name, a host by name."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname) and not _is_address(parts.hostname or "")
    plain = parts.username is None and parts.password is None
    return parts.scheme == "https" and port in {None, 443} and plain and named


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdigit()  # 127.1, 2130706433
    return True


def resolve_by_system(host: str) -> list[str]:
    """All addresses of `host` by the system's resolver."""
    entries = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in entries]


class PublicHostsAdapter(HTTPAdapter):
    """Connects to an address of the host that `permits`, or raises NotPublic."""

    def __init__(
        self,
        *args: Any,
        resolve: Resolve = resolve_by_system,
        permits: Callable[[Address], bool] = is_public,
        **kwargs: Any,
    ) -> None:
        self._resolve = resolve
        self._permits = permits
        super().__init__(*args, **kwargs)

    @override
    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> tuple[Any, Any]:
        where, how = super().build_connection_pool_key_attributes(request, verify, cert)
        name = str(where["host"])
        address = self._checked(name, request)
        request.headers["Host"] = (
            name if where["port"] in {None, 443} else f"{name}:{where['port']}"
        )
        tls = (
            {"server_hostname": name, "assert_hostname": name} if where["scheme"] == "https" else {}
        )
        return {**where, "host": address}, {**how, **tls}

    def _checked(self, name: str, request: requests.PreparedRequest) -> str:
        try:
            addresses = [ip_address(text.partition("%")[0]) for text in self._resolve(name)]
        except (OSError, ValueError):
            addresses = []
        if not addresses:
            raise requests.ConnectionError("the name has no address", request=request)
        if not all(self._permits(address) for address in addresses):
            raise NotPublic("the name has an address that is not public", request=request)
        first = addresses[0]
        return f"[{first}]" if first.version == 6 else str(first)
