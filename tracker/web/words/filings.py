"""The words of the page of one filing.

The words of the page of filings, and of suggestions.

The words of the page of one entity.
"""

from __future__ import annotations

FILING_WORDS: dict[str, tuple[str, str]] = {
    "filing_formerly": (
        "{number} 是曾用编号，现编号见下。",
        "{number} is a former number of this filing; the current one is below.",
    ),
    "filing_number_of_another": (
        "另一条备案曾用此编号，其现编号为", "Another filing had this number before; its number is now",
    ),
    "filing_number_then": (
        "当日编号；现编号为 {number}。", "its number on that day; it is {number} now.",
    ),
    "filing_today_called": ("现名", "now called"),
    "filing_also_called": ("该主体其他名称", "other names of the entity"),
    "filing_printed": ("原文", "as printed"),
    "filing_from_number": ("清单未列，取自编号中的区划代码", "not in the list; from the region code of the number"),
    "filing_not_yet": ("这一天尚未公布", "Not yet published on that day"),
    "filing_not_known": ("这一天本站尚未记录", "Not yet recorded here on that day"),
    "filing_came": (
        "首次公布于 {published}，本站首次记录于 {recorded}。",
        "First published on {published}, first recorded here on {recorded}.",
    ),
    "filing_see_then": ("查看公布当日的状态", "See the day of publication"),
    "filing_see_known": ("查看记录当日的状态", "See the day of recording"),
    "filing_see_now": ("查看现在的状态", "See the current state"),
    "filing_states_now": ("现在的内容", "Current content"),
    "filing_states_then": ("当日的内容", "Content on that day"),
    "filing_where": ("出处", "Source"),
    "filing_states": ("内容出自", "content"),
    "filing_in_announcement": ("公告", "announcement"),
    "filing_announced": ("公告发布于 {at}（北京时间）", "announced {at} Beijing time"),
    "filing_list_published": ("清单公布于 {day}", "list published {day}"),
    "filing_filed_on": ("备案或登记时间", "filed or registered"),
    "filing_in_file": ("文件", "file"), "filing_place": ("位置", "place"),
    "filing_seen": ("本站所见", "seen by polls"),
    "filing_seen_from_to": ("{first} 首次，{last} 最近一次（北京时间）", "first {first}, last {last} (Beijing time)"),
    "filing_get": ("下载原始文件", "Download the original file"),
    "filing_missing": (
        "存档中缺少这个文件；sha256 仍可用来核对其他来源的副本。",
        "The archive does not have this file; the sha256 still verifies a copy from elsewhere.",
    ),
    "filing_also_offered": ("同一清单亦见于", "the same list is offered by"),
    "filing_bytes": ("{n} 字节", "{n} bytes"),
    "filing_timeline": ("经过", "What happened"),
    "filing_timeline_note": (
        "“观察到”是本站在两份文件之间看到的变化；“备注所述”是清单备注自己的说法。",
        "“Observed”: a difference between two files. “Stated”: a remark in the list says so.",
    ),
    "filing_observed": ("观察到", "observed"), "filing_stated": ("备注所述", "stated in a remark"),
    "filing_published_on": ("{day} 公布", "published {day}"), "filing_recorded_on": ("{day} 记录", "recorded {day}"),
    "filing_undated": ("未述日期", "no date stated"),
    "filing_first_listed": ("首次列入清单", "listed for the first time"),
    "filing_versions": ("各版本（{n}）", "Versions ({n})"),
    "filing_version": ("第 {n} 版", "Version {n}"),
    "filing_others": ("该主体的其他备案", "Other filings of the entity"),
    "filing_all_of": ("{name} 的全部备案", "All filings of {name}"),
    "filing_no_others": ("该主体没有其他备案。", "The entity has no other filing."),
    "filing_elsewhere": ("其他系列中编号相同的备案", "Filings of other series with the same number"),
    "filing_leads": ("省级清单与国家网信办", "Provincial and national list"),
    "filing_lead_came": (
        "{series}于 {first} 公布，国家网信办于 {later} 公布：早 {days} 天。",
        "Published in {series} on {first}, in the national list on {later}: {days} days earlier.",
    ),
    "filing_lead_at_most": (
        "{series}于 {first} 公布，国家网信办最迟于 {later} 公布（仅知月份）：至多早 {days} 天。",
        "Published in {series} on {first}, in the national list by {later} (only the month is known): "
        "at most {days} days earlier.",
    ),
    "filing_lead_behind": (
        "{series}于 {first} 公布，国家网信办已于 {later} 公布：晚 {days} 天。",
        "Published in {series} on {first}, in the national list on {later}: {days} days later.",
    ),
    "filing_lead_behind_at_least": (
        "{series}于 {first} 公布，国家网信办最迟已于 {later} 公布（仅知月份）：至少晚 {days} 天。",
        "Published in {series} on {first}, in the national list by {later} (only the month is known): "
        "at least {days} days later.",
    ),
    "filing_lead_waits": (
        "{series}于 {first} 公布，国家网信办尚未公布。",
        "Published in {series} on {first}; not yet in the national list.",
    ),
    "filing_lead_waits_then": (
        "{series}于 {first} 公布，当日国家网信办尚未公布。",
        "Published in {series} on {first}; not in the national list on that day.",
    ),
    "filing_lead_seen": (
        "本站分别记录于 {first}、{later}：相隔 {days} 天。", "Recorded here on {first} and {later}: {days} days apart.",
    ),
    "filing_lead_baseline": (
        "其中有建立基线时已在清单中的，相隔天数不说明先后。",
        "One of them was recorded by the first poll, so these days do not show which came first.",
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
    "filing_changes": ("在变更页查看", "in the change log"),
    "filing_which": ("请选择备案", "Which filing?"),
    "filing_unknown": ("没有这个编号", "No filing has this number"),
    "filing_which_note": ("编号 {number} 属于以下备案：", "These filings have or had the number {number}:"),
    "filing_unknown_note": (
        "没有备案现在或曾经使用编号 {number}。", "No filing has or had the number {number}.",
    ),
    "filing_unknown_in": (
        "{series} 系列中没有备案现在或曾经使用编号 {number}。",
        "No filing of {series} has or had the number {number}.",
    ),
    "filing_search_it": ("搜索“{number}”", "Search for “{number}”"),
    "filing_unknown_try": (
        "编号须完整，与公告所列一致；不确定时请搜索其一部分、名称或主体。",
        "Give the complete number as in the list. If in doubt, search for a part of it, a name or a company.",
    ),
    "filing_in_others": ("其他系列有这个编号：", "Other series have it:"),
    "filing_alike": ("搜索找到的", "Search results"),
}  # fmt: skip


FILINGS_WORDS: dict[str, tuple[str, str]] = {
    "filings_q": ("搜索", "search"),
    "filings_entity": ("主体名称含", "entity’s name contains"),
    "filings_filed_on": ("备案日期", "filed on"),
    "filings_filed": ("在 {day} 备案或登记的：", "Filed or registered on {day}:"),
    "filings_try_filed": (
        "只有生成式人工智能的清单写明备案日期；算法请按批次或公布日期查找。",
        "Only the generative-AI lists state a date of filing; look for algorithms by batch or in the change log.",
    ),
    "filings_none_then": ("到 {day} 为止没有已公布的备案。", "No filing was published by {day}."),
    "filings_now": ("现有筛选", "Active filters"),
    "filings_remove": ("移除筛选：{name} {value}", "remove the filter {name} {value}"),
    "filings_count": ("共 {n} 条", "{n} filings"),
    "filings_count_1": ("共 1 条", "1 filing"),
    "filings_more": ("超过 {n} 条", "more than {n} filings"),
    "filings_uncounted": ("数量较多，未逐条计数", "many filings, not counted"),
    "filings_withdrawn": (
        "（其中 {n} 条已从重新发布的清单中撤下）", " ({n} of them withdrawn from re-issued lists)",
    ),
    "filings_newest": ("最新记录的在前", "latest recorded first"),
    "filings_on": ("第一页之后", "next pages"),
    "filings_take": ("下载全部结果：", "Download all results:"),
    "filings_api": ("同一查询的 JSON 接口", "the same query in the API (JSON)"),
    "filings_too_many_here": (
        "结果超过 {most} 条，请缩小范围后下载，或使用命令：",
        "More than {most} rows: narrow the search to download them, or use the command",
    ),
    "filings_too_many": (
        "结果超过 {most} 条，不在网页上提供下载。请缩小范围，或使用 tracker export --to csv|xlsx|json|parquet 目录。",
        "More than {most} rows cannot be downloaded here. Narrow the search, or use tracker export --to "
        "csv|xlsx|json|parquet DIR.",
    ),
    "filings_words": ("一次最多搜索 {most} 个词。", "A search may have at most {most} words."),
    "filings_numbered": ("编号 {number} 的备案", "Filing with the number {number}"),
    "filings_was_numbered": ("曾用编号，现编号为 {number}", "former number; now {number}"),
    "filings_entities": ("名称含“{q}”的主体", "Entities with “{q}” in a name"),
    "filings_of_entity": ("{n} 条备案", "{n} filings"), "filings_of_entity_1": ("1 条备案", "1 filing"),
    "filings_once": ("曾用名 {name}", "formerly {name}"),
    "filings_none_fit": ("没有符合条件的备案。", "No filing fits."),
    "filings_past_end": ("后面没有更多了。", "There are no more results."),
    "filings_not_typed": (
        "“{q}”中没有可以搜索的字符。", "“{q}” has no character that can be searched for.",
    ),
    "filings_try": ("可以试试", "What to try"),
    "filings_try_less": ("去掉“{name} {value}”", "Without “{name}: {value}”"),
    "filings_try_today": ("不限日期（{n}）", "Without a date ({n})"),
    "filings_try_hidden": (
        "您查看的是过去某一日的状态，之后的备案不显示。",
        "You are viewing a past date: later filings are not shown.",
    ),
    "filings_try_spelling": (
        "换一种写法：名称的一部分、单个汉字、拼音首字母（wxyy）、编号的一部分均可。",
        "Another spelling: a part of a name, one character, pinyin initials (wxyy) or a part of a number will do.",
    ),
    "filings_try_former": (
        "曾用名、曾用编号、主体名称、应用产品、用途与备注均已在搜索范围内；每个词都须出现。",
        "Former names and numbers, entities, products, purposes and remarks are searched too; every word must occur.",
    ),
    "filings_empty": ("历史中还没有备案。", "The history has no filings yet."),
    # suggestions
    "suggest_entity": ("主体", "entity"), "suggest_filing": ("备案", "filing"), "suggest_number": ("编号", "number"),
    "suggest_former": ("曾用名", "formerly"),
    "suggest_label": ("搜索建议", "Suggestions"),
    "suggest_some": ("{n} 条建议，用上下键选择", "{n} suggestions, use the arrow keys"),
    "suggest_none": ("没有建议", "no suggestions"),
}  # fmt: skip


ENTITY_WORDS: dict[str, tuple[str, str]] = {
    "entity_unknown": (
        "没有编号为 {id} 的主体。请用上方的搜索框按名称查找。",
        "There is no entity with the id {id}. Search for its name above.",
    ),
    "entity_none_then": (
        "这一天该主体尚无备案公布或记录。", "No filing of this entity was published or recorded here by that day.",
    ),
    "entity_first": ("第一条公布于 {day}。", "The first was published on {day}."),
    "entity_see_first": ("查看当日的状态", "See the state of that day"),
    "entity_first_last": ("最早 {first}，最近 {last}", "first {first}, latest {last}"),
    "entity_only": ("{day}", "{day}"),
    "entity_names": ("名称", "Names"), "entity_now": ("现名", "today"), "entity_then": ("当时", "then"),
    "entity_listed": ("清单所列", "listed"), "entity_stated": ("仅见于备注", "only stated in a remark"),
    "entity_renames": ("更名", "Renames"),
    "entity_rename_told": ("{n} 条备案载明", "stated in {n} filings"),
    "entity_rename_told_1": ("1 条备案载明", "stated in 1 filing"),
    "entity_over_time": ("历年备案", "Over time"),
    "entity_month_note": (
        "按备案或登记时间；清单未列时间的，按首次公布日期。",
        "By date of filing, or by date of first publication if the list states none.",
    ),
    "entity_since": ("时间", "since"),
    "entity_since_note": (
        "时间为备案或登记时间；算法清单不列时间，为首次公布日期。",
        "Since: date of filing; for algorithms, whose lists state none, date of first publication.",
    ),
    "entity_listed_as": ("列为 {name}", "listed as {name}"),
    "entity_more": ("仅显示最新记录的 {n} 条；", "Only the latest {n} are shown;"),
    "entity_all": ("全部备案", "all of its filings"),
    "entity_changes": ("后来的变更", "Later changes"),
    "entity_no_changes": ("新增之后没有变更。", "No changes after the additions."),
    "entity_all_changes": ("全部变更（含新增）", "All changes, including additions"),
    "entity_newest_changes": ("仅显示最新 {n} 条。", "Only the newest {n} are shown."),
    "entity_api": ("此主体的 JSON", "this entity as JSON"),
}  # fmt: skip
