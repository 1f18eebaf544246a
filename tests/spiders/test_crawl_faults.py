"""Every fault of the site, over real HTTP: exactly the named incident, and no content."""

import pytest

from tests.spiders.crawling import DOCX, PDF, run_crawl
from tracker.demo.faults import FaultName
from tracker.demo.site import StandIn

# fault → incident; None: the content comes all the same
PAGES = {
    "challenge_200": "challenge",
    "challenge_403": "challenge",
    "challenge_503": "challenge",
    "empty": "empty_answer",
    "html_for_file": "layout_changed",
    "bad_magic": None,
    "truncated": "truncated",
    "cut_file": "truncated",
    "offsite_redirect": "offsite_redirect",
    "onsite_redirect": None,
    "no_title": "layout_changed",
    "no_body": "layout_changed",
    "fewer_links": "fewer_attachments",
    "gb18030": None,
    "wrong_charset": None,
    "too_large": "too_large",
    "http_500": "http_error",
    "http_500_then_ok": None,
    "http_404": "http_error",
    "hang": "unreachable",
    "drop": "unreachable",
}
FILES = {
    "challenge_200": "challenge",
    "challenge_403": "challenge",
    "challenge_503": "challenge",
    "empty": "empty_answer",
    "html_for_file": "html_for_file",
    "bad_magic": "bad_magic",
    "truncated": "truncated",
    "cut_file": "truncated",
    "offsite_redirect": "offsite_redirect",
    "onsite_redirect": None,
    "too_large": "too_large",
    "http_500": "http_error",
    "http_500_then_ok": None,
    "http_404": "http_error",
    "hang": "unreachable",
    "drop": "unreachable",
}
NOT_RETRIED = ("challenge_403", "challenge_503", "http_404")


def test_every_fault_is_tried():
    assert set(PAGES) == {name.value for name in FaultName}


def path_of(fault: str) -> str:
    return f"/2024-01/05/c_{1700000000000 + sorted(PAGES).index(fault)}.htm"


@pytest.fixture(scope="module")
def pages():
    with StandIn(hang_seconds=8) as site:
        for fault in PAGES:
            site.publish_page(path_of(fault), f"公告{fault}", "2024-01-05 10:00", [("附件1", DOCX), ("附件2", PDF)])
            site.set_fault(path_of(fault), fault)
        asked = [(site.cac_url + path_of(fault), fault, 2) for fault in PAGES]
        yield site, run_crawl(site, ("announcements", {"pages": asked}), timeout=2)


@pytest.mark.parametrize("fault", PAGES)
def test_page(pages, fault):
    site, crawled = pages
    url = site.cac_url + path_of(fault)
    incidents = [incident["kind"] for incident in crawled.of("Incident") if incident["source"] == fault]
    assert incidents == ([PAGES[fault]] if PAGES[fault] else [])
    found = [page for page in crawled.of("Page") if page["url"] == url]
    assert [page["title"] for page in found] == ([] if PAGES[fault] else [f"公告{fault}"])
    assert all(len(page["links"]) == 2 and page["text"].startswith("现将") for page in found)
    assert all(incident["address"] == url and incident["detail"] for incident in crawled.of("Incident")
               if incident["source"] == fault)  # fmt: skip


@pytest.fixture(scope="module")
def files():
    with StandIn(hang_seconds=8) as site:
        path = "/2022-08/12/c_1661927474338504.htm"
        site.publish_page(path, "公告", "2022-08-12 10:00", [(f"附件 {fault}。", DOCX) for fault in FILES])
        site.add_attachment(path, "附件 pdf", PDF)
        site.set_fault("附件 pdf", "cut_file")
        hrefs = dict(zip(FILES, site.hrefs(path), strict=False))
        for fault in FILES:
            site.set_fault(f"fText={hrefs[fault].rpartition('=')[2]}", fault)
        wanted = [wish(number, href, site.cac_url + path, fault) for number, (fault, href) in enumerate(hrefs.items())]
        wanted.append(wish(99, site.hrefs(path)[-1], site.cac_url + path, "pdf"))
        yield site, run_crawl(site, ("attachments", {"wanted": wanted}), timeout=2)


def wish(offer: int, href: str, referer: str, series: str) -> dict:
    return {"offer": offer, "href": href, "label": "附件", "referer": referer, "series": series}


@pytest.mark.parametrize("fault", FILES)
def test_file(files, fault):
    _, crawled = files
    incidents = [incident["kind"] for incident in crawled.of("Incident") if incident["source"] == fault]
    assert incidents == ([FILES[fault]] if FILES[fault] else [])
    offer = list(FILES).index(fault)
    assert crawled.bodies.get(offer) == (None if FILES[fault] else DOCX)


def test_a_pdf_without_its_end_is_truncated(files):
    _, crawled = files
    assert ("truncated", "pdf") in crawled.incidents
    assert 99 not in crawled.bodies


@pytest.mark.parametrize("fixture", ["pages", "files"])
def test_what_the_faults_cost(request, fixture):
    site, crawled = request.getfixturevalue(fixture)
    (traffic,) = crawled.of("Traffic")
    assert traffic["requests"] == len(site.requests)
    assert site.cac.peak == 1
    assert not [hit for hit in site.requests if "/elsewhere" in hit.target], "a redirect off the site was followed"
    for fault, asked in traffic["sources"].items():
        if fault in NOT_RETRIED:
            assert asked["requests"] == 1
        if fault in ("http_500", "hang", "drop", "truncated"):
            assert asked["requests"] == 2
    assert "Raised" not in dict(crawled.items)
    assert crawled.errors == ""
