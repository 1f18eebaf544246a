"""The words of the page of one filing."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "filing_formerly": (
        "{number} 是曾用编号，现编号见下。",
        "{number} is a former number of this filing; it is called by today’s below.",
    ),
    "filing_number_of_another": (
        "另一条备案曾用此编号，其现编号为", "Another filing had this number once; it is now",
    ),
    "filing_number_then": (
        "当日编号；现编号为 {number}。", "its number on that day; it is {number} now.",
    ),
    "filing_today_called": ("现名", "now called"),
    "filing_also_called": ("该主体其他名称", "other names of the entity"),
    "filing_printed": ("原文", "as printed"),
    "filing_from_number": ("清单未列，取自编号中的区划代码", "not in the list: from the region code in the number"),
    "filing_not_yet": ("这一天尚未公布", "Not yet published on that day"),
    "filing_not_known": ("这一天本站尚未记录", "Not yet recorded here on that day"),
    "filing_came": (
        "首次公布于 {published}，本站首次记录于 {recorded}。",
        "It was first published on {published}, and first recorded here on {recorded}.",
    ),
    "filing_see_then": ("查看公布当日的状态", "See it on the day it was published"),
    "filing_see_known": ("查看记录当日的状态", "See it on the day it was recorded"),
    "filing_see_now": ("查看现在的状态", "See it as it is now"),
    "filing_states_now": ("现在的内容", "What it states now"),
    "filing_states_then": ("当日的内容", "What it stated then"),
    "filing_where": ("出处", "Where it is written"),
    "filing_states": ("内容出自", "what it states"),
    "filing_in_announcement": ("公告", "announcement"),
    "filing_announced": ("公告发布于 {at}（北京时间）", "announced {at} Beijing time"),
    "filing_list_published": ("清单公布于 {day}", "list published {day}"),
    "filing_filed_on": ("备案或登记时间", "filed or registered"),
    "filing_in_file": ("文件", "file"), "filing_place": ("位置", "place"),
    "filing_seen": ("本站所见", "seen here"),
    "filing_seen_from_to": ("{first} 首次，{last} 最近一次（北京时间）", "first {first}, last {last} (Beijing time)"),
    "filing_get": ("下载原始文件", "Download the original file"),
    "filing_missing": (
        "存档中缺少这个文件；sha256 仍可用来核对其他来源的副本。",
        "The archive lacks this file; its sha256 still tells whether a copy from elsewhere is the same.",
    ),
    "filing_also_offered": ("同一清单亦见于", "the same list is offered by"),
    "filing_bytes": ("{n} 字节", "{n} bytes"),
    "filing_timeline": ("经过", "What happened"),
    "filing_timeline_note": (
        "“观察到”是本站在两份文件之间看到的变化；“备注所述”是清单备注自己的说法。",
        "“Observed” is what changed between two files; “stated” is what a remark in the list says itself.",
    ),
    "filing_observed": ("观察到", "observed"), "filing_stated": ("备注所述", "stated in a remark"),
    "filing_published_on": ("{day} 公布", "published {day}"), "filing_recorded_on": ("{day} 记录", "recorded {day}"),
    "filing_stated_on": ("所述日期 {day}", "stated date {day}"), "filing_undated": ("未述日期", "no date stated"),
    "filing_first_listed": ("首次列入清单", "listed for the first time"),
    "filing_baseline": ("建立基线时已在清单中", "already listed when this history began"),
    "filing_versions": ("各版本（{n}）", "Versions ({n})"),
    "filing_version": ("第 {n} 版", "Version {n}"),
    "filing_others": ("该主体的其他备案", "Other filings of the entity"),
    "filing_all_of": ("{name} 的全部备案", "All filings of {name}"),
    "filing_no_others": ("该主体没有其他备案。", "The entity has no other filing."),
    "filing_elsewhere": ("其他系列中编号相同的备案", "Filings of other series with the same number"),
    "filing_leads": ("省级清单与国家网信办", "A province's list and the centre's"),
    "filing_lead_came": (
        "{series}于 {first} 公布，国家网信办于 {later} 公布：早 {days} 天。",
        "{series} had it on {first}, the centre on {later}: {days} days ahead.",
    ),
    "filing_lead_at_most": (
        "{series}于 {first} 公布，国家网信办最迟于 {later} 公布（仅知月份）：至多早 {days} 天。",
        "{series} had it on {first}, the centre by {later} (its month is known): at most {days} days ahead.",
    ),
    "filing_lead_behind": (
        "{series}于 {first} 公布，国家网信办已于 {later} 公布：晚 {days} 天。",
        "{series} had it on {first}, the centre on {later}: {days} days behind.",
    ),
    "filing_lead_behind_at_least": (
        "{series}于 {first} 公布，国家网信办最迟已于 {later} 公布（仅知月份）：至少晚 {days} 天。",
        "{series} had it on {first}, the centre by {later} (its month is known): at least {days} days behind.",
    ),
    "filing_lead_waits": (
        "{series}于 {first} 公布，国家网信办尚未公布。", "{series} had it on {first}; the centre has not published it.",
    ),
    "filing_lead_waits_then": (
        "{series}于 {first} 公布，当日国家网信办尚未公布。",
        "{series} had it on {first}; the centre had not published it on that day.",
    ),
    "filing_lead_seen": (
        "本站分别记录于 {first}、{later}：相隔 {days} 天。", "Recorded here on {first} and {later}: {days} days apart.",
    ),
    "filing_lead_baseline": (
        "其中有建立基线时已在清单中的，相隔天数不说明先后。",
        "One was listed when this history began, so that these days do not tell which came first.",
    ),
    "filing_cite_head": ("如何引用", "How to cite"),
    "filing_cite": (
        "{office}：《{title}》，{attachment}，{place}，{published} 公布，{address}。"
        "{series}，编号 {number}：{name}，{entity}。"
        "原始文件 sha256：{sha256}。由“网信备案追踪”于 {recorded} 记录，{link}。",
        "{office}, “{title}”, {attachment}, {place}, published {published}, {address}. "
        "Listed among {series}, number {number}: {name}, {entity}. Original file sha256 {sha256}. As recorded on "
        "{recorded} by CAC filing tracker, {link}.",
    ),
    "filing_cite_place": ("表 {table} 第 {row} 行", "table {table}, row {row}"),
    "filing_cite_page": ("（第 {page} 页）", " (page {page})"),
    "filing_json": ("此备案的 JSON", "this filing as JSON"),
    "filing_changes": ("在变更页查看", "on the page of changes"),
    "filing_which": ("请选择备案", "Which filing?"),
    "filing_unknown": ("没有这个编号", "No filing has this number"),
    "filing_which_note": ("编号 {number} 属于以下备案：", "The number {number} is, or was, that of these filings:"),
    "filing_unknown_note": (
        "没有备案现在或曾经使用编号 {number}。", "No filing has, or ever had, the number {number}.",
    ),
    "filing_unknown_in": (
        "{series} 系列中没有备案现在或曾经使用编号 {number}。",
        "No filing of {series} has, or ever had, the number {number}.",
    ),
    "filing_search_it": ("搜索“{number}”", "Search for “{number}”"),
    "filing_unknown_try": (
        "编号须完整，与公告所列一致；不确定时请搜索其一部分、名称或主体。",
        "A number must be whole and as the list has it. In doubt search for a part of it, a name or a company.",
    ),
    "filing_in_others": ("其他系列有这个编号：", "Other series have it:"),
    "filing_alike": ("搜索找到的", "What a search finds"),
}  # fmt: skip
