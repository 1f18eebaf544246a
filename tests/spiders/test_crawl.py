"""Crawls over real HTTP: what goes out on the wire, at which pace, and how a crawl ends."""

from itertools import pairwise

from tests.spiders.crawling import DOCX, PDF, run_crawl
from tests.support.waiting import wait_until

PATH = "/2022-08/12/c_1661927474338504.htm"
# Everything that a client might be tempted to re-encode.
ODD_HREF = "/cms/pub/interact/downloadfile.jsp?filepath=~a/b=+c|d'e%2f%7e!*();:@,$[]{}^`\"&fText=%e9%99%84%E4%BB%B6"


TELL_PACE = {"tell_pace": True}


def times_of(crawled):
    """When the crawl sent each request, by its own clock: the site may be busy and see them late."""
    return [asked["at"] for asked in crawled.of("Asked")]


def publish(site):
    files = [("附件1：清单（2022年8月）", DOCX), ("附件2：清单（2022年10月）", PDF)]
    site.publish_page(PATH, "公告", "2022-08-12 10:00", files)


def wanted(site, *hrefs):
    hrefs = hrefs or site.hrefs(PATH)
    return [
        {"offer": n, "href": href, "label": "附件", "referer": site.cac_url + PATH, "series": "s"}
        for n, href in enumerate(hrefs)
    ]


def test_page_then_files_byte_for_byte(site):
    publish(site)
    (page,) = run_crawl(site, ("announcements", {"pages": [[site.cac_url + PATH, "s", 1]]})).of("Page")
    hrefs = [link["href"] for link in page["links"]]
    assert hrefs == site.hrefs(PATH)
    assert [link["label"] for link in page["links"]] == ["附件1：清单（2022年8月）", "附件2：清单（2022年10月）"]
    asked = [*hrefs, ODD_HREF, f"//www.cac.gov.cn{ODD_HREF}"]
    crawled = run_crawl(site, ("attachments", {"wanted": wanted(site, *asked)}))
    assert crawled.bodies == {0: DOCX, 1: PDF}
    assert [(f["offer"], f["media_type"]) for f in crawled.of("Fetched")] == [(0, "docx"), (1, "pdf")]
    lines = [hit.line for hit in site.requests if "downloadfile" in hit.target]
    assert lines == [f"GET {href} HTTP/1.1".encode() for href in [*hrefs, ODD_HREF, ODD_HREF]]
    assert {hit.referer for hit in site.requests if "downloadfile" in hit.target} == {site.cac_url + PATH}


def test_replaced_file_comes_under_its_new_token(site):
    publish(site)
    before = site.hrefs(PATH)
    site.replace_attachment(PATH, "附件1：清单（2022年8月）", PDF)
    after = site.hrefs(PATH)
    assert before[0] != after[0]
    assert before[1] == after[1]
    crawled = run_crawl(site, ("attachments", {"wanted": wanted(site, before[0], after[0])}))
    assert crawled.bodies == {1: PDF}
    assert crawled.incidents == [("http_error", "s")]


def test_pace_holds_within_and_between_steps(site):
    publish(site)
    page = ("announcements", {"pages": [[site.cac_url + PATH, "s", 1]]})
    steps = (page, ("discovery", {}), page, ("attachments", {"wanted": wanted(site)}))
    crawled = run_crawl(site, *steps, delay=0.15, job=TELL_PACE)
    assert crawled.incidents == []
    times = times_of(crawled)
    assert len(times) == len(site.requests)
    assert min(after - before for before, after in pairwise(times)) >= 0.15
    assert (site.cac.peak, site.beian.peak) == (1, 1)
    robots = [hit.host for hit in site.requests if hit.target == "/robots.txt"]
    assert robots == ["cac", "beian"], "robots.txt is read once for all steps"
    assert [t["requests"] for t in crawled.of("Traffic")] == [2, 4, 1, 2]
    agents = {hit.headers["user-agent"] for hit in site.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("cac-filing-tracker/")
    assert all(hit.from_same_site for hit in site.requests if hit.target != "/robots.txt")


def test_retries_wait_longer_each_time(site):
    publish(site)
    site.set_fault(PATH, "http_500")
    page = ("announcements", {"pages": [[site.cac_url + PATH, "s", 1]]})
    crawled = run_crawl(site, page, retries=2, backoff=0.2, job=TELL_PACE)
    assert crawled.incidents == [("http_error", "s")]
    assert [hit.target for hit in site.requests] == ["/robots.txt", PATH, PATH, PATH]
    _, *times = times_of(crawled)
    assert times[1] - times[0] >= 0.2
    assert times[2] - times[1] >= 0.4


def test_robots_txt_is_obeyed(site):
    publish(site)
    site.robots = "User-agent: *\nDisallow: /2022-08/\n"
    crawled = run_crawl(site, ("announcements", {"pages": [[site.cac_url + PATH, "s", 1]]}))
    assert crawled.incidents == [("robots", "s")]
    assert [hit.target for hit in site.requests] == ["/robots.txt"]


def test_nobody_listens(site):
    dead = "http://127.0.0.1:9"
    crawled = run_crawl(site, ("announcements", {"pages": [[dead + PATH, "s", 1]]}), bases={"cac": dead})
    assert crawled.incidents == [("unreachable", "s")]
    assert "refused" in crawled.of("Incident")[0]["detail"]


def test_foreign_attachment_is_not_followed(site):
    crawled = run_crawl(site, ("attachments", {"wanted": wanted(site, "https://example.com/a.docx")}))
    assert crawled.incidents == [("offsite_redirect", "s")]
    assert site.requests == []


def test_configured_proxy_serves_every_request(site):
    crawled = run_crawl(site, ("announcements", {"pages": [[site.cac_url + PATH, "s", 1]]}), proxy=site.beian_url)
    assert site.cac.hits == []
    assert [hit.target for hit in site.beian.hits] == [f"{site.cac_url}/robots.txt", site.cac_url + PATH]
    assert len(crawled.incidents) == 1


def test_what_the_sink_raises_ends_the_crawl(site):
    publish(site)
    page = ("announcements", {"pages": [[site.cac_url + PATH, "s", 1]] * 5})
    crawled = run_crawl(site, page, page, job={"sink_fails_on": "Page"})
    assert crawled.of("Raised") == ["RuntimeError: the sink is broken"]
    assert crawled.of("Traffic") == []
    assert len([hit for hit in site.requests if hit.target == PATH]) < 4


def test_a_wrong_argument_ends_the_crawl(site):
    crawled = run_crawl(site, ("attachments", {"wanted": [], "surplus": 1}), ("attachments", {}))
    assert crawled.of("Raised")[0].startswith("TypeError")


def test_sigterm_ends_the_process_soon(site):
    publish(site)
    site.set_fault(PATH, "hang")
    site.cac.hang_seconds = 600

    def until_asked():
        wait_until(lambda: [hit for hit in site.requests if hit.target == PATH])

    pages = [[site.cac_url + PATH, "s", 1]] * 50
    crawled = run_crawl(site, ("announcements", {"pages": pages}), delay=0.3, timeout=600, stop_after=until_asked)
    assert crawled.of("Stopped") == ["stopped by SIGTERM"]
    assert crawled.seconds < 100, "it waited for the answer"
    assert crawled.errors == ""
