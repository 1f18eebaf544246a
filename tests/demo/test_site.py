"""The stand-in answers as the site contract says: asked with the standard library's client, not with ours."""

import http.client
import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tracker.core.series import SERIES
from tracker.demo.faults import CHALLENGE_PAGE
from tracker.demo.site import StandIn

PATH = "/2022-08/12/c_1661927474338504.htm"
FILE = b"%PDF-1.4 made %%EOF"


def ask(url, target, *, referer=True, body=None):
    host = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {"Referer": url + "/"} if referer else {}
    try:
        host.request("POST" if body else "GET", target, body=body, headers=headers)
        answer = host.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        host.close()


@pytest.fixture
def site():
    with StandIn(hang_seconds=2) as stand_in:
        stand_in.publish_page(PATH, "关于“A”&“B”的公告", "2022-08-12 10:00", [("附件1：清单", FILE)], text="现公告。")
        yield stand_in


def test_page_has_the_quirks(site):
    status, _, body = ask(site.cac_url, PATH)
    page = body.decode()
    assert status == 200
    assert '<h1 class="title">关于“A”&amp;“B”的公告</h1>' in page
    assert '<span id="pubtime">2022年08月12日 10:00</span>' in page
    assert "<DIV id=BodyLabel>" in page
    assert site.hrefs(PATH)[0].replace("&", "&amp;") in page
    assert "附件1<SPAN" in page


@pytest.mark.parametrize("target", [PATH, "/cms/JsonList?channelCode=A093702", "/wxzw/wxfb/A093702index_1.htm", "file"])
def test_without_referer_nothing(site, target):
    target = site.hrefs(PATH)[0] if target == "file" else target
    assert ask(site.cac_url, target, referer=False)[::2] == (200, b"")
    assert ask(site.cac_url, target)[2] != b""


def test_file_by_its_token_only(site):
    (href,) = site.hrefs(PATH)
    assert set("~/=+") <= set(href)
    status, headers, body = ask(site.cac_url, href)
    assert (status, headers["Content-Type"], body) == (200, "application/octet-stream", FILE)
    assert ask(site.cac_url, href.replace("~", "%7E"))[0] == 404
    site.replace_attachment(PATH, "附件1：清单", b"new", keep_token=True)
    assert (site.hrefs(PATH), ask(site.cac_url, href)[2]) == ([href], b"new")
    site.replace_attachment(PATH, "附件1：清单", b"newer")
    assert ask(site.cac_url, href)[0] == 404
    site.remove_attachment(PATH, "附件1：清单")
    assert site.hrefs(PATH) == []


def test_listing_pages_by_post_and_get(site):
    for number in range(30):
        site.list_entry(f"要闻{number}", f"/2026-01/01/c_{number}.htm", "2026-01-01 10:00")
    form = "channelCode=A093702&perPage=20&pageno=2&condition=0&fuhao=%3D&value="
    answers = [json.loads(ask(site.cac_url, *where)[2]) for where in ((f"/cms/JsonList?{form}",),)]
    answers.append(json.loads(ask(site.cac_url, "/cms/JsonList", body=form)[2]))
    assert answers[0] == answers[1]
    assert answers[0]["totalRec"] == 32
    assert len(answers[0]["list"]) == 12
    entry = answers[0]["list"][-2]
    assert entry["topic"] == "<font color='#ff0000'>关于</font>“A”&amp;“B”的公告"
    assert entry["infourl"] == f"//www.cac.gov.cn{PATH}"
    assert entry["pubtime"] == "2022-08-12 10:00:00"


def test_notices(site):
    site.publish_notice_link("批次", "2024-08-05", "/2024-08/05/c_1.htm")
    notice = site.publish_notice("关于注销…的公告", "2025-07-14", FILE)
    rows = json.loads(ask(site.beian_url, "/api/notice/list")[2])["datas"]
    assert [(row["noticeId"] == notice, row["type"]) for row in rows] == [(True, 1), (False, 3), (False, 1)]
    assert rows[1]["content"] == "http://www.cac.gov.cn/2024-08/05/c_1.htm"
    assert ask(site.beian_url, f"/api/file/fileDownLoad?noticeId={notice}")[2] == FILE
    site.replace_notice(notice, b"new")
    assert ask(site.beian_url, f"/api/file/fileDownLoad?noticeId={notice}")[2] == b"new"
    assert json.loads(ask(site.beian_url, "/api/algorithmpublicity/list")[2])["errno"] == 440
    assert ask(site.beian_url, "/api/notice/list", referer=False)[2] == b""


def test_known_pages_not_published_are_404(site):
    paths = [path for series in SERIES for path in series.rolling + series.known if path != PATH]
    assert {ask(site.cac_url, path)[0] for path in paths} == {404}


def test_faults_come_and_go(site):
    site.set_fault("c_1661927474338504", "challenge_200", times=1)
    site.set_fault("beian:notice", "http_500")
    assert ask(site.cac_url, PATH)[2] == CHALLENGE_PAGE
    assert b"BodyLabel" in ask(site.cac_url, PATH)[2]
    assert ask(site.beian_url, "/api/notice/list")[0] == 500
    site.clear_faults()
    assert ask(site.beian_url, "/api/notice/list")[0] == 200
    with pytest.raises(ValueError, match="nonsense"):
        site.set_fault(PATH, "nonsense")


def test_log_of_requests(site):
    ask(site.cac_url, "/a%2fb?~='|c")
    (hit,) = site.requests
    assert (hit.host, hit.line, hit.status) == ("cac", b"GET /a%2fb?~='|c HTTP/1.1", 404)
    assert (hit.referer, site.cac.peak, site.beian.peak) == (site.cac_url + "/", 1, 0)


def test_runs_as_a_program():
    command = [sys.executable, "-m", "tracker.demo.site"]
    run = subprocess.run(command, input="", capture_output=True, text=True, timeout=300, check=True)
    names = [line.partition("=http://127.0.0.1:")[0] for line in run.stdout.splitlines()]
    assert names == ["TRACKER_SITE__CAC_URL", "TRACKER_SITE__BEIAN_URL"]
