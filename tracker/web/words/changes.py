"""The words of the change log, its feeds and files, and of renames."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # kinds of change, as something that happened
    "change_added": ("新增", "added"), "change_amended": ("修改", "amended"),
    "change_renumbered": ("改号", "renumbered"),
    "change_cancelled": ("注销", "cancelled"), "change_relisted": ("再次列出", "relisted"),
    "change_withdrawn": ("撤下", "withdrawn"), "change_restored": ("恢复", "restored"),
    "change_changed": ("除新增以外", "all but additions"),
    # filters
    "changes_q": ("文字", "text"), "changes_kind": ("变更", "change"), "changes_series": ("系列", "series"),
    "changes_province": ("属地", "province"), "changes_published_since": ("公布自", "published from"),
    "changes_published_until": ("公布至", "published to"), "changes_filing_kind": ("备案类型", "kind of filing"),
    "changes_batch": ("批次", "batch"), "changes_entity": ("主体", "entity"),
    "changes_field": ("变更的字段", "changed field"),
    "changes_since": ("记录自", "recorded from"), "changes_until": ("记录至", "recorded to"),
    "changes_baseline": ("基线", "baseline"), "changes_number": ("编号", "number"),
    "changes_rows_of": ("清单中的备案", "filings of the list"),
    "changes_as_of": ("截至日期", "as-of date"), "changes_known_on": ("记录截至日期", "known-on date"),
    "changes_yes": ("是：程序首次查看时已有", "yes: was there at the first look"), "changes_no": ("否", "no"),
    "changes_more_filters": ("更多筛选", "More filters"), "changes_active": ("当前筛选", "Active filters"),
    "changes_remove": ("移除筛选：{name}", "Remove the filter {name}"),
    "changes_all": ("全部变更", "all changes"),
    "changes_intro": (
        "每一次新增、修改、注销，及其日期与出处；最近记录的在前。",
        "Each addition, amendment and cancellation, with its dates and where it is written; the newest recorded "
        "first.",
    ),
    "changes_quick": ("常用：", "Often asked:"),
    "changes_quick_changed": ("除新增以外的变更", "everything but additions"),
    "changes_quick_cancelled": ("注销", "cancellations"),
    "changes_quick_last_year": ("{year} 年的注销", "cancelled in {year}"),
    "changes_quick_renamed": ("哪些公司更名", "companies that changed their name"),
    "changes_quick_live": ("首次查看以后的变更", "since the first look"),
    # counts
    "changes_n": ("共 {n} 条变更", "{n} changes"), "changes_one": ("共 {n} 条变更", "{n} change"),
    "changes_more": ("超过 {n} 条变更", "more than {n} changes"), "changes_many": ("很多变更", "many changes"),
    # nothing
    "changes_nothing_fits": ("没有符合全部条件的变更。", "No change fits all of this."),
    "changes_unsearchable": (
        "所输入的文字中没有可以搜索的内容（只有标点或空白）。", "There is nothing to search for in what was typed.",
    ),
    "changes_days_turned": (
        "起始日期 {first} 晚于结束日期 {last}。", "The first day, {first}, is after the last, {last}.",
    ),
    "changes_without": ("去掉一项即可看到：", "Without one of these there are some:"),
    "changes_without_one": ("不限{name}：{count}", "without {name}: {count}"),
    "changes_none_helps": (
        "去掉任何一项条件也没有结果，请清除全部筛选。", "To drop any one of them does not help: clear all filters.",
    ),
    # a line of the log
    "changes_filing": ("备案", "filing"), "changes_dates": ("日期", "dates"),
    "changes_published_on": ("公布", "published"),
    "changes_recorded_at": ("记录", "recorded"), "changes_undated": ("未注明日期", "no date stated"),
    "changes_baseline_mark": ("基线", "baseline"),
    # ways to take it away
    "take_away": ("订阅与下载", "Subscribe / download this"),
    "take_feeds": ("订阅此筛选：", "Feed of this filter:"), "take_files": ("下载：", "Download:"),
    "take_atom": ("Atom", "Atom"), "take_feed_json": ("JSON Feed", "JSON Feed"),
    "take_csv": ("CSV", "CSV"), "take_xlsx": ("Excel (XLSX)", "Excel (XLSX)"), "take_json": ("JSON", "JSON"),
    "take_limit": (
        "每个文件最多 100,000 条；更多请在运行本站的机器上使用 tracker export。",
        "A file has 100,000 changes at most; beyond that use tracker export on the machine that runs this site.",
    ),
    "changes_too_many": (
        "符合条件的变更超过 {most} 条，不能作为一个文件下载。请缩小范围，或在运行本站的机器上使用 tracker export 导出"
        "全部。",
        "More than {most} changes fit, too many for one file. Ask for less, or take all of it with tracker export on "
        "the machine that runs this site.",
    ),
    "file_form": (
        "无法写成这种文件：{reason}。请换用 CSV 或 JSON。", "The file cannot be written: {reason}. Take CSV or JSON.",
    ),
    "changes_many_words": ("一次最多搜索 50 个词。", "A search takes 50 words at most."),
    "changes_no_entity_id": ("“{value}”不是主体标识。", "“{value}” is no id of an entity."),
    "changes_bad_rows_of": (
        "“{value}”应写成 系列:批次，例如 deep_synthesis:2024-08。",
        "“{value}” should be SERIES:BATCH, as deep_synthesis:2024-08.",
    ),
    "feed_beijing": ("{at}（北京时间）", "{at} Beijing time"),
    "feed_place": ("{attachment}，表 {table} 第 {row} 行", "{attachment}, table {table}, row {row}"),
    # renames
    "renames_title": ("更名的主体", "Entities that changed their name"),
    "renames_intro": (
        "每行一对名称：在清单中观察到的主体变更，以及备注所述的更名。清单只写新的主体名称，因此观察到的变更也可能是备"
        "案转给了另一家公司；备注写明更名的才可确定。",
        "A pair of names a row: as lists were seen to change, and as remarks state. A list only has the new name, so "
        "what was observed may also be a filing that was handed over to another company; a remark that states the "
        "rename settles it.",
    ),
    "renames_observed": ("清单中观察到", "observed in a list"), "renames_stated": ("备注所述", "stated in a remark"),
    "renames_before": ("原名称", "former name"), "renames_after": ("新名称", "new name"),
    "renames_today": ("现名", "name today"),
    "renames_basis": ("依据", "how it is known"),
    "renames_filings": ("备案数", "filings"), "renames_unstated": ("未写明", "not stated"),
    "renames_also": ("另见：", "See also:"),
    "renames_names": ("服务或算法名称的变更", "changes of the name of a service or algorithm"),
    "renames_n": ("共 {n} 对名称", "{n} pairs of names"),
    "renames_none": (
        "没有符合条件的更名。可去掉筛选，或把截至日期改为更晚的一天。",
        "No rename fits. Drop a filter, or set a later as-of date.",
    ),
}  # fmt: skip
