"""Declare the sites and the series: a new series, or the site of a province, is one more entry here.

Everything that a change of the regulator's site could affect is in this module: addresses, patterns of titles and
labels, headings with their variants, patterns of numbers, bounds. Source: independent public programs and data sets,
2022-08 to 2026-09.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from tracker.core.errors import OptionError
from tracker.core.models import Kind


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing in which a site names its announcements.

    `json_list` is the POST interface of cac.gov.cn (with `fallback`, the HTML column of the same channel);
    `notice_list` is the pinned notices of beian.cac.gov.cn; `column` is a page of links, as other sites have.
    """

    form: Literal["json_list", "notice_list", "column"]
    path: str
    channel: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Markup:
    """The parts of an announcement page, as CSS selectors; the first selector that finds text counts.

    The text of a meta element is its content. Attachments are searched in the element `content` around the body, or in
    the body itself if that is "". A page without title or body has changed its layout.
    """

    title: tuple[str, ...]
    time: tuple[str, ...]
    source: tuple[str, ...]
    body: tuple[str, ...]
    content: str = ""


# cac.gov.cn: the tag of the body may be <DIV id=BodyLabel>
CAC_MARKUP = Markup(("h1.title",), ("span#pubtime",), ("span#source",), ("#BodyLabel",), ".main-content")
# What sites of the government have in common: the meta elements that 政府网站发展指引 (国办发〔2017〕47号) asks for,
# then the marks that their editors leave. A site of which more is known gets a Markup of its own.
GOV_MARKUP = Markup(
    title=("meta[name=ArticleTitle]", "h1.title", "h1", ".title"),
    time=("meta[name=PubDate]", "#pubtime", ".time", "time"),
    source=("meta[name=ContentSource]", "#source", ".source"),
    body=("#zoom", "#UCAP-CONTENT", ".TRS_Editor", "article", ".article-content", ".content", "#content"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """One site; the setting `site.<id>_url` is the only address that requests to it go to.

    `zh` and `en` name the office, `meaning` says which of its sites it is, `markup` describes its announcement pages.
    """

    id: str
    url: str
    listings: tuple[Listing, ...] = ()
    zh: str = "国家互联网信息办公室"
    en: str = "Cyberspace Administration of China"
    meaning: str = ""
    markup: Markup = CAC_MARKUP


SITES: tuple[Site, ...] = (
    Site(
        id="cac",
        url="https://www.cac.gov.cn",
        meaning="the regulator's site",
        listings=(
            # A093702 网信发布, A093703 政策法规
            Listing("json_list", "/cms/JsonList", "A093702", "/wxzw/wxfb/A093702index_1.htm"),
            Listing("json_list", "/cms/JsonList", "A093703", "/wxzw/zcfg/A093703index_1.htm"),
        ),
    ),
    Site(
        id="beian",
        url="https://beian.cac.gov.cn",
        listings=(Listing("notice_list", "/api/notice/list", "beian"),),
        meaning="the registry's site",
    ),
    # The offices of provinces are asked only where `poll.provinces` or --series names one of their series; what is
    # known of each, and what is not, is in docs/sources.md.
    Site(
        id="guangdong",
        url="https://cagd.gov.cn",
        zh="广东省互联网信息办公室",
        en="Cyberspace Administration of Guangdong Province",
        markup=GOV_MARKUP,
    ),
    Site(
        id="jiangsu",
        url="https://www.jswx.gov.cn",
        # 通知公告
        listings=(Listing("column", "/fwhd/tzgg/", "jiangsu_tzgg"),),
        zh="江苏省互联网信息办公室",
        en="Cyberspace Administration of Jiangsu Province",
        markup=GOV_MARKUP,
    ),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout of a table of a series.

    `headings` maps a heading (as `fold` gives it) to a field of `Filing`; a row of headings has every field
    in `required`.
    """

    kind: Kind | None
    headings: dict[str, str]
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of list.

    `rolling` pages are fetched in every poll, `known` pages from time to time; both are paths of `site`. `title`
    matches announcements, `label` attachment links. `min_rows` and `min_links` are lower bounds of a genuine list or
    rolling page. With `cancels`, each row cancels the filing whose number it names. `zh_short` and `en_short` name the
    series in alerts, `unit` counts its additions in Chinese.

    `ahead_of` names the series in which another office publishes the same filings later. Such a series is polled only
    on request and left out of all totals, in which its filings would count twice. With `cumulative` each file states
    everything filed so far (截至2024年3月), so a later file is a revision of the same list, whichever page offers it.
    """

    id: str
    zh: str
    en: str
    zh_short: str
    en_short: str
    site: str
    title: re.Pattern[str]
    label: re.Pattern[str]
    number: re.Pattern[str]
    layouts: tuple[Layout, ...]
    rolling: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    min_rows: int = 5
    min_links: int = 1
    cancels: bool = False
    unit: Literal["条", "款"] = "条"
    ahead_of: str = ""
    cumulative: bool = False


# Beijing-WenXinYiYan-20230821 · Sichuan-MT-WorkGpt-20240424 · Guangdong-Dr.GDCDC-20260706S0054
GENAI_NUMBER = re.compile(r"[A-Za-z]+-.+-\d{8}(?:S?\d{4})?")
# 网信算备110108224236606220017号: region 6, applicant 7, type 2, year 2, serial 3, check digit 1
ALGORITHM_NUMBER = re.compile(r"网信算备\d{21}号")

_SEQUENCE = {"序号": "sequence"}
_PROVINCE = {"属地": "province", "所属地区": "province", "省份": "province"}
_FILED = _SEQUENCE | _PROVINCE | {
    "模型名称": "name", "大模型名称": "name", "服务名称": "name", "生成式人工智能服务名称": "name",
    "备案单位": "entity", "备案主体": "entity", "单位名称": "entity",
    "备案号": "number", "备案编号": "number",
    "备案时间": "filed_on", "备案日期": "filed_on", "备注": "remark",
}  # fmt: skip
_REGISTERED = _SEQUENCE | _PROVINCE | {
    "应用/功能名称": "name", "应用或功能名称": "name", "应用名称": "name", "功能名称": "name",
    "登记单位": "entity", "登记主体": "entity",
    "上线编号": "number", "登记编号": "number", "登记号": "number",
    "登记时间": "filed_on", "登记日期": "filed_on", "备注": "remark",
}  # fmt: skip
_ALGORITHM = _SEQUENCE | {
    "算法名称": "name", "算法类别": "category", "类别": "category", "角色": "role",
    # One column for two things in cancellation notices; so far it contains a role (2025-07).
    "角色/类别": "role", "角色/算法类别": "role",
    "主体名称": "entity", "备案主体": "entity",
    "应用产品": "product", "关联产品": "product", "主要用途": "purpose",
    "备案编号": "number", "备案号": "number", "备注": "remark",
}  # fmt: skip
_GENAI_REQUIRED = frozenset({"name", "entity", "number"})

FILED = Layout(Kind.FILED, _FILED, _GENAI_REQUIRED)
REGISTERED = Layout(Kind.REGISTERED, _REGISTERED, _GENAI_REQUIRED)
ON_DEVICE = Layout(
    Kind.ON_DEVICE,
    _FILED | {"适用场景": "scenario", "应用场景": "scenario"},
    _GENAI_REQUIRED | {"scenario"},
)
ALGORITHM = Layout(None, _ALGORITHM, frozenset({"name", "entity", "number"}))
CANCELLATION = Layout(
    None,
    _ALGORITHM | {"注销时间": "cancelled_on", "注销日期": "cancelled_on"},
    frozenset({"number", "cancelled_on"}),
)

SERIES: tuple[Series, ...] = (
    Series(
        id="genai_service",
        zh="生成式人工智能服务备案",
        en="generative-AI services",
        zh_short="生成式AI备案",
        en_short="Generative AI",
        unit="款",
        site="cac",
        # 国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告
        title=re.compile(r"生成式人工智能服务.*(备案|登记)"),
        # 附件1：生成式人工智能服务已备案信息（2024年4月）
        label=re.compile(r"生成式人工智能服务"),
        number=GENAI_NUMBER,
        layouts=(ON_DEVICE, FILED, REGISTERED),
        rolling=("/2024-04/02/c_1713729983803145.htm",),
        known=(
            "/2025-01/08/c_1738034725920930.htm",
            "/2026-01/09/c_1769688009588554.htm",
            "/2026-03/17/c_1775482074695536.htm",
            "/2026-05/13/c_1780413225190669.htm",
        ),
    ),
    Series(
        id="deep_synthesis",
        zh="深度合成服务算法备案",
        en="deep-synthesis algorithms",
        zh_short="深度合成算法备案",
        en_short="Deep synthesis",
        site="cac",
        # 国家互联网信息办公室关于发布第七批深度合成服务算法备案信息的公告 (the first has no number)
        title=re.compile(r"深度合成服务算法备案"),
        # 附件：境内深度合成服务算法备案清单（2024年8月）
        label=re.compile(r"深度合成服务算法备案"),
        number=ALGORITHM_NUMBER,
        layouts=(ALGORITHM,),
        known=(
            "/2023-06/20/c_1688910683316256.htm",
            "/2023-09/01/c_1695224377544009.htm",
            "/2024-01/05/c_1706119043746644.htm",
            "/2024-02/18/c_1709925427424332.htm",
            "/2024-04/11/c_1714509267496697.htm",
            "/2024-06/12/c_1719783421546747.htm",
            "/2024-08/05/c_1724541639039621.htm",
            "/2024-11/01/c_1732152604917193.htm",
            "/2024-12/20/c_1736389545949567.htm",
            "/2025-03/12/c_1743480314931271.htm",
            "/2025-05/19/c_1749365589879703.htm",
            "/2025-07/14/c_1754207718303963.htm",
            "/2025-09/11/c_1759222331638208.htm",
            "/2025-11/06/c_1764156698314535.htm",
            "/2026-01/07/c_1769516642440314.htm",
            "/2026-03/12/c_1775050837565188.htm",
            "/2026-05/06/c_1779809434590762.htm",
            "/2026-07/17/c_1786032856662750.htm",
        ),
    ),
    Series(
        id="algorithm_recommendation",
        zh="互联网信息服务算法备案",
        en="recommendation algorithms",
        zh_short="算法推荐备案",
        en_short="Recommendation algorithms",
        site="cac",
        # 国家互联网信息办公室关于发布互联网信息服务算法备案信息的公告
        title=re.compile(r"互联网信息服务算法备案"),
        # 附件18：境内互联网信息服务算法备案清单（2026年5月）
        label=re.compile(r"互联网信息服务算法备案"),
        number=ALGORITHM_NUMBER,
        layouts=(ALGORITHM,),
        rolling=("/2022-08/12/c_1661927474338504.htm",),
    ),
    Series(
        id="algorithm_cancellation",
        zh="算法备案注销",
        en="cancelled algorithm filings",
        zh_short="算法备案注销",
        en_short="Cancelled filings",
        site="beian",
        # 关于注销“仲帆PreWrite算法”等28个算法备案编号的公告
        title=re.compile(r"注销.*算法备案"),
        label=re.compile(r"注销"),
        number=ALGORITHM_NUMBER,
        layouts=(CANCELLATION, ALGORITHM),
        min_rows=1,
        cancels=True,
    ),
    Series(
        id="on_device",
        zh="手机端侧生成式人工智能服务",
        en="on-device generative-AI services",
        zh_short="端侧AI备案",
        en_short="On-device AI",
        unit="款",
        site="cac",
        # 7款提供手机端侧生成式人工智能服务的大模型完成备案
        title=re.compile(r"端侧.*生成式人工智能"),
        label=re.compile(r"端侧"),
        number=GENAI_NUMBER,
        layouts=(ON_DEVICE,),
        known=("/2026-07/15/c_1785861480767004.htm",),
        min_rows=1,
    ),
    Series(
        id="genai_guangdong",
        zh="广东省生成式人工智能服务备案",
        en="generative-AI services, Guangdong's own list",
        zh_short="广东生成式AI备案",
        en_short="Generative AI (Guangdong)",
        unit="款",
        site="guangdong",
        title=re.compile(r"广东.*生成式人工智能|生成式人工智能.*广东"),
        # 附件：广东省生成式人工智能服务已备案信息（截至2024年3月）.xlsx
        label=re.compile(r"广东.*生成式人工智能"),
        number=GENAI_NUMBER,
        layouts=(ON_DEVICE, FILED, REGISTERED),
        rolling=("/v/2024/04/4859.html",),
        min_rows=1,
        ahead_of="genai_service",
        cumulative=True,
    ),
    Series(
        id="genai_jiangsu",
        zh="江苏省生成式人工智能服务备案",
        en="generative-AI services, Jiangsu's own list",
        zh_short="江苏生成式AI备案",
        en_short="Generative AI (Jiangsu)",
        unit="款",
        site="jiangsu",
        # The office hands on the announcements of the centre as well, whose titles name no province.
        title=re.compile(r"(江苏|我省).*生成式人工智能|生成式人工智能.*(江苏|我省)"),
        label=re.compile(r"(江苏|我省).*生成式人工智能"),
        number=GENAI_NUMBER,
        layouts=(ON_DEVICE, FILED, REGISTERED),
        min_rows=1,
        ahead_of="genai_service",
        cumulative=True,
    ),
)

# A title with one of these words that fits no series is an unclassified announcement.
FILING_WORDS = re.compile(r"备案|登记|注销")

# Polled where nothing else is asked for; what is published ahead of them, which no total counts, and where it is later.
STANDARD: tuple[str, ...] = tuple(series.id for series in SERIES if not series.ahead_of)
LATER: dict[str, str] = {series.id: series.ahead_of for series in SERIES if series.ahead_of}
AHEAD: tuple[str, ...] = tuple(LATER)

_BY_ID = {series.id: series for series in SERIES}
_SITE_OF_CHANNEL = {listing.channel: site.id for site in SITES for listing in site.listings}


def series_by_id(series_id: str) -> Series:
    """Return the series of that id; raise `KeyError` for an unknown id."""
    return _BY_ID[series_id]


def site_of(series_id: str) -> Site:
    """Return the site of a series; raise `KeyError` for an unknown id."""
    return next(site for site in SITES if site.id == _BY_ID[series_id].site)


def site_of_channel(channel: str) -> str | None:
    """Return the id of the site of a listing, or None."""
    return _SITE_OF_CHANNEL.get(channel)


def select_series(ids: Sequence[str]) -> list[Series]:
    """Return the series of these ids, or all if there are none.

    Raises:
        OptionError: there is no such series.
    """
    unknown = [name for name in ids if name not in _BY_ID]
    if unknown:
        raise OptionError(f"There is no series {', '.join(unknown)}", hint=f"Series: {', '.join(_BY_ID)}")
    return [_BY_ID[name] for name in ids] if ids else list(SERIES)


def polled_series(provinces: Collection[str] = ()) -> list[str]:
    """The series of a poll that names none, in the order in which they are declared; `provinces` as in the settings."""
    return [series.id for series in SERIES if not series.ahead_of or series.id in provinces]


def sites_of(series: Collection[str]) -> list[Site]:
    """The sites from which a history comes that holds these series: the centre's always."""
    asked = {_BY_ID[name].site for name in (*STANDARD, *series) if name in _BY_ID}
    return [site for site in SITES if site.id in asked]


def not_counted(series: str | None) -> tuple[str, ...]:
    """The series that a count leaves out: where it is of none by name, those whose filings others publish as well."""
    return AHEAD if series is None else ()
