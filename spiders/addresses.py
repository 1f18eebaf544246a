"""Resolve the addresses that pages write to addresses of the configured sites. Pure.

In: an address as a page or a listing writes it, the address of that page, and the configured base of each site
(`{"cac": "https://www.cac.gov.cn", …}`). Out: an absolute address under a configured base, or None for any other host.
Path and query are never re-encoded, because the tokens of attachments are opaque.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from tracker.core.series import SITES

# //www.cac.gov.cn/2024-04/02/c_1713729983803145.htm, HTTP://cac.gov.cn:80/a → host, rest
_ABSOLUTE = re.compile(r"(?:https?:)?//([^/?#]*)(.*)", re.I | re.S)
# javascript:void(0), mailto:someone, data:…
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
# what the request line of HTTP cannot carry: everything but visible ASCII
_UNSENDABLE = re.compile(r"[^\x21-\x7e]+")


def hosts_of(bases: Mapping[str, str]) -> dict[str, str]:
    """Map the published and the configured host names of each site that may be asked to its configured base.

    A site without a base is not asked, so its host counts as foreign.
    """
    hosts: dict[str, str] = {}
    for site in SITES:
        if site.id not in bases:
            continue
        base = bases[site.id].rstrip("/")
        bare = urlsplit(site.url).netloc.removeprefix("www.")
        for host in (bare, f"www.{bare}", urlsplit(base).netloc):
            hosts[host.lower()] = base
    return hosts


def base_of(address: str, bases: Mapping[str, str]) -> str:
    """Return the configured base of an absolute address, or its own scheme and host."""
    for base in hosts_of(bases).values():
        if address == base or address.startswith((base + "/", base + "?")):
            return base
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def resolve(href: str, page_address: str, bases: Mapping[str, str]) -> str | None:
    """Return the address to request for `href` of that page, or None for a host that is not configured.

    Only scheme and host are replaced; path and query stay byte for byte.
    """
    href = href.strip().partition("#")[0]
    if found := _ABSOLUTE.fullmatch(href):
        host = re.sub(r":(?:80|443)$", "", found[1].lower())
        hosts = hosts_of(bases)
        base = hosts.get(found[1].lower()) or hosts.get(host)
        return None if base is None else base + (found[2] or "/")
    if not href or _OTHER_SCHEME.match(href):
        return None
    base = base_of(page_address, bases)
    if href.startswith("/"):
        return base + href
    try:
        joined = urljoin(page_address, href)
    except ValueError:  # "\x01//[": urllib takes it for a host after all, and for none that there can be
        return None
    return joined if joined.startswith(base + "/") else None


def sendable(address: str) -> str:
    """Return the address with blanks and non-ASCII characters as %XX of UTF-8, and nothing else changed."""
    return _UNSENDABLE.sub(lambda run: "".join(f"%{byte:02X}" for byte in run[0].encode()), address)


def same_site(before: str, after: str) -> bool:
    """Return True if a redirect stays on its host and port; http and https on their default ports count as one."""
    try:
        return _host_and_port(before) == _host_and_port(after)
    except ValueError:  # http://[::1, http://host:99999: no host, or no port
        return False


def _host_and_port(address: str) -> tuple[str | None, int | None]:
    parts = urlsplit(address)
    return parts.hostname, None if parts.port in (None, 80, 443) else parts.port
