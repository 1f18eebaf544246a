"""Where an address leads: to the configured sites or nowhere, and never re-encoded."""

import pytest

from spiders.addresses import base_of, resolve, same_site, sendable

BASES = {"cac": "http://127.0.0.1:8001/", "beian": "http://127.0.0.1:8002"}
PAGE = "http://127.0.0.1:8001/2024-04/02/c_1.htm"
CAC, BEIAN = "http://127.0.0.1:8001", "http://127.0.0.1:8002"


@pytest.mark.parametrize(("href", "address"), [
    ("/a?b=~c/d=+e%2f%2F&f", CAC + "/a?b=~c/d=+e%2f%2F&f"),
    ("//www.cac.gov.cn/a", CAC + "/a"),
    ("http://www.cac.gov.cn/a", CAC + "/a"),
    ("HTTPS://CAC.gov.cn:443/a?x=/../y", CAC + "/a?x=/../y"),
    ("https://www.cac.gov.cn", CAC + "/"),
    ("https://beian.cac.gov.cn/#/index", BEIAN + "/"),
    ("http://127.0.0.1:8002/a", BEIAN + "/a"),
    ("list.docx", CAC + "/2024-04/02/list.docx"),
    ("../list.docx?x=a/../b", CAC + "/2024-04/list.docx?x=a/../b"),
    ("  /a.pdf\n", CAC + "/a.pdf"),
    ("//example.com/a", None),
    ("https://www.cac.gov.cn.example.com/a", None),
    ("https://www.cac.gov.cn@example.com/a", None),
    ("https://example.com\\@www.cac.gov.cn/a", None),
    ("http://127.0.0.1:8003/a", None),
    ("\x01//[x", None),
    ("\x01//\u2100.cn/", None),
    ("\x01//example.com/a", None),
    ("javascript:void(0)", None),
    ("mailto:a@www.cac.gov.cn", None),
    ("#top", None),
    ("", None),
])  # fmt: skip
def test_resolve(href, address):
    assert resolve(href, PAGE, BASES) == address


def test_base_of():
    assert base_of(PAGE, BASES) == CAC
    assert base_of(BEIAN + "/api", BASES) == BEIAN
    assert base_of("https://example.com:1/x", BASES) == "https://example.com:1"


@pytest.mark.parametrize(("address", "sent"), [
    (CAC + "/a?b=~|'%2f{}+=", CAC + "/a?b=~|'%2f{}+="),
    (CAC + "/附 件", CAC + "/%E9%99%84%20%E4%BB%B6"),
])  # fmt: skip
def test_sendable(address, sent):
    assert sendable(address) == sent


@pytest.mark.parametrize(("after", "same"), [
    ("https://www.cac.gov.cn/b", True),
    ("http://www.cac.gov.cn/b", True),
    ("https://www.cac.gov.cn:8443/b", False),
    ("https://cac.gov.cn/b", False),
    ("https://example.com/b", False),
])  # fmt: skip
def test_same_site(after, same):
    assert same_site("https://www.cac.gov.cn/a", after) is same


@pytest.mark.parametrize("address", ["http://[::1/", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://\u2100.cn/"])
def test_an_address_that_is_none_is_of_another_site(address):
    assert not same_site(PAGE, address)
