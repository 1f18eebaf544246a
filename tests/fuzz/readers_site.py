"""What the targets about answers of the site do with an input: pages, listings, addresses, any bytes."""

from __future__ import annotations

import re
import zlib
from typing import Any

from spiders import content_checks
from spiders.addresses import resolve, same_site, sendable
from spiders.listings import parse_column, parse_json_list, parse_links, parse_notices
from spiders.pages import clean_title, decode, parse_page, split_links
from tests.fuzz.properties import check_same, check_texts, outcome
from tests.fuzz.readers import PAGE, TWICE, text_of
from tracker.core.errors import SiteError
from tracker.core.labels import series_of_label, series_of_title
from tracker.reading.totals import find_totals

BASES = {"cac": "https://www.cac.gov.cn", "beian": "https://beian.cac.gov.cn"}


def read_page(data: bytes) -> None:
    """An announcement: parsed, its links sorted into ours and others'."""
    page, told = outcome(lambda: parse_page(data, PAGE, "gb2312"), SiteError)
    if zlib.crc32(data) % TWICE == 0:
        check_same((page, told), outcome(lambda: parse_page(data, PAGE, "gb2312"), SiteError))
    decode(data, data[:40].decode("latin-1"))
    content_checks.fault_of_page(data)
    if page is None:
        return
    inside, outside = split_links(page, BASES)
    assert len(inside) + len(outside) == len(page.links)
    check_texts(
        [
            page.title,
            page.text,
            page.source,
            page.published_at,
            *(t for link in page.links for t in (link.href, link.label)),
        ]
    )
    find_totals(page.text, "genai_service", PAGE, page.published_at)
    for link in page.links:
        check_address(link.href)


def check_address(href: str) -> None:
    """What an address resolves to is under a configured base, can be sent, and stays on its site."""
    address = resolve(href, PAGE, BASES)
    if address is not None:
        assert address.startswith(tuple(f"{base}{mark}" for base in BASES.values() for mark in "/?")), address
        sent = sendable(address)
        assert re.fullmatch(r"[\x21-\x7e]+", sent), sent
        assert sendable(sent) == sent
        assert same_site(sent, sent)


def follow(data: bytes) -> None:
    """An address as a page, an answer or a redirect may state it, or a title with markup in it."""
    href = text_of(data)
    check_address(href)
    same_site(PAGE, href)
    clean = clean_title(href)
    check_texts([clean])
    series_of_title(clean)
    series_of_label(clean)


def read_column(data: bytes) -> None:
    """A column page, or any page of links."""
    text = decode(data)
    _check_found(lambda: parse_column(text, BASES, "A093702", PAGE))
    _check_found(lambda: parse_links(text, BASES, "A093702", PAGE))


def read_listing(data: bytes) -> None:
    """An answer of either listing."""
    text = decode(data)
    _check_found(lambda: parse_json_list(text, BASES, "A093702", PAGE))
    _check_found(lambda: parse_notices(text, BASES, "beian", BASES["beian"] + "/api/notice/list?x=1"))


def _check_found(parse: Any) -> None:
    found, _ = outcome(parse, SiteError)
    if found is None:
        return
    assert found.entries
    assert found.total >= 0
    check_texts(found.outside)
    for entry in found.entries:
        check_texts([entry.url, entry.title, entry.published_at])
        assert entry.title
        assert entry.url.startswith(tuple(BASES.values())), entry.url
        series_of_title(entry.title)


def judge_answer(data: bytes) -> None:
    """An answer of any kind: a fault or none, the same each time."""
    for judge in (content_checks.fault_of_answer, content_checks.fault_of_page, content_checks.fault_of_file):
        fault = judge(data)
        check_same(fault, judge(data))
        check_texts([fault.detail if fault else ""])
