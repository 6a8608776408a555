"""The address that a request came from, as the platform's front end saw it."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"
"""What all share whose address cannot be read; on the emulator nobody notes one."""

_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]{2,45})\](?::\d{1,5})?")
_WITH_PORT = re.compile(r"(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}")


def client_address(forwarded_for: str, front_proxies: int = 0) -> str:
    """The caller's address by the header X-Forwarded-For, to count requests by.

    Each proxy appends whom it was asked by, so only the last entry is the front end's own word, and
    before it as many as there are proxies of ours (`front_proxies`). Whatever stands further ahead
    is the caller's invention. Of IPv6 it is the /64, which is what one customer is given.
    """
    entries = forwarded_for.rsplit(",", front_proxies + 1)
    at = -1 - front_proxies
    entry = entries[at] if len(entries) >= -at else entries[-1]
    return _counted(entry.strip())


def _counted(entry: str) -> str:
    text = entry
    if found := _BRACKETED.fullmatch(entry) or _WITH_PORT.fullmatch(entry):
        text = found[1]
    try:
        address = ip_address(text) if len(text) <= 45 else None
    except ValueError:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        if mapped := address.ipv4_mapped:
            return str(mapped)
        plain = IPv6Address(int(address))  # without a zone
        return str(ip_network((plain, 64), strict=False))
    return str(address) if isinstance(address, IPv4Address) else UNKNOWN
