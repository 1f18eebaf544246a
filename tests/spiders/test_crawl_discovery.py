"""Discovery over real HTTP: how far it follows a listing, and what it says when it cannot."""

import pytest

from tests.spiders.crawling import run_crawl

CHANNEL = "A093702"
# these are asked for again, once in these tests
RETRIED = ("http_500", "drop")


@pytest.fixture
def listing(site):
    """50 entries, newest first: path(49) … path(0), then the one that furnishes the stand-in."""
    for number in range(50):
        site.list_entry(f"第{number}条“要闻”&评论", path(number), f"2026-01-01 10:{number:02d}")
    return site


def path(number):
    return f"/2026-01/01/c_{1760000000000 + number}.htm"


def test_follows_a_listing_back(listing):
    """To the page with a known announcement, to the listing's end, or to `max_pages`: then there is a gap."""
    gone, gap = [listing.cac_url + "/2019-01/01/c_1.htm"], [("discovery_gap", CHANNEL)]
    cases = [
        ({"known": [listing.cac_url + path(34)]}, 20, []),
        ({"known": gone}, 51, []),
        ({"known": gone, "max_pages": 3}, 30, gap),
        ({"known": {CHANNEL: gone}, "max_pages": 3}, 30, gap),
        ({"known": {"A093703": gone}, "max_pages": 3}, 30, []),
        ({"known": [], "max_pages": 3}, 30, []),
    ]
    steps = [("discovery", {"channels": [CHANNEL], "per_page": 10} | kwargs) for kwargs, _, _ in cases]
    found = run_crawl(listing, *steps).steps
    assert [(len(step.of("Listed")), step.incidents) for step in found] == [(n, kinds) for _, n, kinds in cases]
    first = found[0].of("Listed")
    assert [item["url"] for item in first] == [listing.cac_url + path(n) for n in range(49, 29, -1)]
    assert (first[0]["title"], first[0]["published_at"]) == ("第49条“要闻”&评论", "2026-01-01T10:49")
    bodies = [hit.body.decode() for hit in listing.requests if hit.target == "/cms/JsonList"]
    assert bodies[0] == "channelCode=A093702&perPage=10&pageno=1&condition=0&fuhao=%3D&value="
    assert [body.split("&")[2] for body in bodies[:3]] == ["pageno=1", "pageno=2", "pageno=1"]


def test_the_column_stands_in_for_the_interface(listing):
    faults = ("challenge_200", "http_404", "empty", "html_for_file", "cut_file", "http_500", "drop")
    for fault in faults:
        listing.set_fault("JsonList", fault, times=2 if fault in RETRIED else 1)
    once = ("discovery", {"channels": [CHANNEL], "known": [listing.cac_url + path(40)]})
    steps = run_crawl(listing, *[once] * (len(faults) + 1)).steps
    for fault, crawled in zip(faults, steps, strict=False):
        assert (len(crawled.of("Listed")), crawled.incidents) == (20, []), fault
        assert crawled.of("Listed")[0] == {
            "url": listing.cac_url + path(49), "title": "第49条“要闻”&评论", "published_at": "2026-01-01",
            "channel": CHANNEL, "attachments": [],
        }, fault  # fmt: skip
    assert steps[-1].of("Listed")[0]["published_at"] == "2026-01-01T10:49", "the interface itself, once it is well"


def test_when_the_column_does_not_help_either(listing):
    listing.set_fault("JsonList", "challenge_403")
    listing.set_fault("index_1.htm", "http_404", times=1)
    once = ("discovery", {"channels": [CHANNEL], "known": [listing.cac_url + path(3)]})
    both, gap = run_crawl(listing, once, once).steps
    assert (both.of("Listed"), both.incidents) == ([], [("challenge", CHANNEL)])
    assert "404" in both.of("Incident")[0]["detail"]
    assert (len(gap.of("Listed")), gap.incidents) == (20, [("discovery_gap", CHANNEL)])


def test_notices(site):
    site.publish_notice_link("关于发布第七批深度合成服务算法备案信息的公告", "2024-08-05 10:00", "/2024-08/05/c_1.htm")
    notice = site.publish_notice("关于注销“甲”等2个算法备案编号的公告", "2025-07-14 09:30", b"%PDF-1.4 list %%EOF")
    crawled = run_crawl(site, ("discovery", {"channels": ["beian"]}))
    assert crawled.incidents == []
    cancelled, batch, manual = crawled.of("Listed")
    assert cancelled["url"] == f"{site.beian_url}/api/notice/list#{notice}"
    assert batch["url"] == f"{site.cac_url}/2024-08/05/c_1.htm"
    assert (batch["attachments"], manual["attachments"]) == ([], [])
    (link,) = cancelled["attachments"]
    want = {"offer": 7, "label": "", "href": link["href"], "referer": cancelled["url"], "series": "s"}
    fetched = run_crawl(site, ("attachments", {"wanted": [want]}))
    assert fetched.bodies == {7: b"%PDF-1.4 list %%EOF"}
    assert "#" not in site.requests[-1].referer


def test_notice_list_fails(site):
    faults = {
        "challenge_200": "challenge", "empty": "empty_answer", "html_for_file": "layout_changed",
        "cut_file": "layout_changed", "http_404": "http_error", "drop": "unreachable",
    }  # fmt: skip
    for fault in faults:
        site.set_fault("notice/list", fault, times=2 if fault in RETRIED else 1)
    crawled = run_crawl(site, *[("discovery", {"channels": ["beian"]})] * len(faults))
    assert crawled.of("Listed") == []
    assert crawled.incidents == [(kind, "beian") for kind in faults.values()]
