"""The words of the pages about batches.

The words of the change log, its feeds and files, and of renames.

The words of the page that compares two days.
"""

from __future__ import annotations

BATCHES_WORDS: dict[str, tuple[str, str]] = {
    "batches_all": ("全部系列", "All series"),
    "batches_intro": (
        "监管机构每次公布的清单，最近的在前；注销公告也在其中。点击批次查看其新增、文件与后续变更。",
        "Each list that the regulator published, newest first, including notices of cancellation. Select a batch to "
        "see its additions, files and later changes.",
    ),
    "batches_period": ("批次", "batch"), "batches_published": ("公布", "published"),
    "batches_added": ("新增", "additions"),
    "batches_total": ("该系列累计", "series so far"), "batches_rows": ("行（保留 / 拒绝）", "rows (kept / refused)"),
    "batches_files": ("文件", "files"), "batches_checks": ("核对", "checks"),
    "batches_changed": ("其他变更", "other changes"),
    "batches_rows_cell": ("{rows}（{kept} / {refused}）", "{rows} ({kept} / {refused})"),
    "batches_no_period": ("未注明批次", "no period"), "batches_none_checked": ("未核对", "not checked"),
    "batches_none": (
        "{day} 及以前没有公布任何批次。可把截至日期改为更晚的一天。",
        "No batch was published by {day}. Set a later as-of date.",
    ),
    "batches_never": ("尚未记录任何批次。", "No batch has been recorded yet."),
    "batches_list": ("批次列表", "Batches"),
    # one batch
    "batch_title": ("{series} {period}", "{series}, {period}"),
    "batch_unknown": (
        "{series} 没有批次“{period}”。批次写作年-月（如 2024-08），注销公告写作年-月-日；请从批次列表中选择。",
        "{series} has no batch “{period}”. A batch is a month (2024-08), a notice a day; choose from the list of "
        "batches.",
    ),
    "batch_no_series": (
        "没有系列“{series}”。请从批次列表中选择。", "There is no series “{series}”. Choose from the list of batches.",
    ),
    "batch_hidden": (
        "这一批次公布于 {published}，首次见到于 {seen}（北京时间）；您正在查看更早一天的状态，那时还没有它。",
        "This batch was published on {published} and first seen here on {seen} Beijing time. You are viewing "
        "an earlier day.",
    ),
    "batch_today": ("查看今天的状态", "Show today's state"),
    "batch_as_of_then": ("查看公布当天的状态", "Show the day of its publication"),
    "batch_older": ("上一批：{period}", "earlier: {period}"), "batch_newer": ("下一批：{period}", "later: {period}"),
    "batch_neighbours": ("相邻批次", "Batches before and after"), "batch_additions": ("新增", "additions"),
    "batch_provinces": ("属地", "by province"),
    "batch_provinces_all": ("全部 {n} 个属地", "all {n} places"),
    "batch_rows": ("行", "rows"),
    "batch_rows_text": ("{rows} 行 = 保留 {kept} + 拒绝 {refused}", "{rows} = {kept} kept + {refused} refused"),
    "batch_held": ("仍以此清单为准", "filings with this as newest list"),
    "batch_held_now": ("{n} 条", "{n}"),
    "batch_first_seen": ("首次见到", "first seen"), "batch_published": ("公布日期", "published"),
    "batch_total": ("该系列累计新增", "series so far"),
    "batch_announcement": ("公告", "announcement"),
    "batch_own": ("新增的备案", "Additions"), "batch_cancelled": ("注销的备案", "Cancelled filings"),
    "batch_no_own": (
        "这一批次没有新增：其中的备案在更早的批次中已有，或这是注销公告。",
        "No additions: all its filings were in earlier batches.",
    ),
    "batch_no_cancelled": (
        "本公告没有注销任何已记录的备案：其编号不在任何清单内，或早已注销。",
        "It cancelled no recorded filing: its numbers are in no list, or were cancelled before.",
    ),
    "batch_later": ("后续变更", "Later changes"),
    "batch_later_all": ("查看全部：{count}", "See all: {count}"),
    "batch_no_later": ("此批次的备案记录后没有再变更。", "Its filings have not changed since."),
    "batch_files": ("原始文件", "Original files"),
    "batch_files_note": (
        "同一清单先后出现的每一个文件；以 sha256 区分，可下载核对。",
        "Every file that was found for this list, identified by sha256; download it to verify.",
    ),
    "batch_on_page": ("本页内容", "On this page"),
    "batch_files_older": ("更早的 {n} 个文件", "{n} earlier files"),
    "batch_size": ("大小", "size"), "batch_last_seen": ("最近见到", "last seen"), "batch_state": ("状态", "state"),
    "batch_changes": ("变更数", "changes"), "batch_file": ("文件", "file"),
    "batch_state_recorded": ("已记录", "recorded"), "batch_state_pending": ("待读取", "to be read"),
    "batch_state_unreadable": ("无法读取", "unreadable"), "batch_state_refused": ("未通过检查", "refused"),
    "batch_state_round_up": ("汇总清单", "round-up"),
    "batch_checks": ("核对", "Checks"),
    "batch_checks_note": ("最近一次轮询时的结果。", "As of the last poll."),
    "batch_no_checks": ("没有专门针对此批次的核对。", "There is no check of this batch alone."),
    "batch_series_checks": (
        "整个系列的核对（{n} 项，{off} 项不符）", "Checks of the whole series ({n}, {off} disagree)",
    ),
    "batch_check": ("核对项", "check"), "batch_verdict": ("结果", "verdict"),
    "batch_expected_found": ("应为 / 实为", "expected / found"), "batch_items": ("{n} 项明细", "{n} details"),
    "batch_refused": ("拒绝的行", "Refused rows"), "batch_reason": ("原因", "reason"),
    "batch_cells": ("内容", "cells"),
    "batch_place": ("位置", "place"),
    "batch_no_refused": ("没有被拒绝的行：每一行都是备案。", "No row was refused: every row is a filing."),
    "batch_now": ("现状", "now"),
    "batch_chart_caption": ("各批新增数量，本批突出显示", "Additions by batch; this one is highlighted"),
}  # fmt: skip


CHANGES_WORDS: dict[str, tuple[str, str]] = {
    # kinds of change, as something that happened
    "change_added": ("新增", "added"), "change_amended": ("修改", "amended"),
    "change_renumbered": ("改号", "renumbered"),
    "change_cancelled": ("注销", "cancelled"), "change_relisted": ("再次列出", "relisted"),
    "change_withdrawn": ("撤下", "withdrawn"), "change_restored": ("恢复", "restored"),
    "change_changed": ("除新增以外", "all except additions"),
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
    "changes_yes": ("是：程序首次查看时已有", "yes: recorded by the first poll"), "changes_no": ("否", "no"),
    "changes_more_filters": ("更多筛选", "More filters"), "changes_active": ("当前筛选", "Active filters"),
    "changes_remove": ("移除筛选：{name}", "Remove the filter {name}"),
    "changes_all": ("全部变更", "all changes"),
    "changes_intro": (
        "每一次新增、修改、注销，及其日期与出处；最近记录的在前。",
        "Each addition, amendment and cancellation, with dates and source; latest recorded "
        "first.",
    ),
    "changes_quick": ("常用：", "Quick links:"),
    "changes_quick_changed": ("除新增以外的变更", "everything except additions"),
    "changes_quick_cancelled": ("注销", "cancellations"),
    "changes_quick_last_year": ("{year} 年的注销", "cancelled in {year}"),
    "changes_quick_renamed": ("哪些公司更名", "companies that changed their name"),
    "changes_quick_live": ("首次查看以后的变更", "since the first poll"),
    # counts
    "changes_n": ("共 {n} 条变更", "{n} changes"), "changes_one": ("共 {n} 条变更", "{n} change"),
    "changes_more": ("超过 {n} 条变更", "more than {n} changes"), "changes_many": ("很多变更", "many changes"),
    # nothing
    "changes_nothing_fits": ("没有符合全部条件的变更。", "No change fits all filters."),
    "changes_unsearchable": (
        "所输入的文字中没有可以搜索的内容（只有标点或空白）。", "The text has nothing that can be searched for.",
    ),
    "changes_days_turned": (
        "起始日期 {first} 晚于结束日期 {last}。", "The first day, {first}, is after the last, {last}.",
    ),
    "changes_without": ("去掉一项即可看到：", "Remove one filter to see changes:"),
    "changes_without_one": ("不限{name}：{count}", "without {name}: {count}"),
    "changes_none_helps": (
        "去掉任何一项条件也没有结果，请清除全部筛选。", "Removing a single filter does not help: clear all filters.",
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
        "A file has at most 100,000 changes; for more, use tracker export on the machine that runs this site.",
    ),
    "changes_too_many": (
        "符合条件的变更超过 {most} 条，不能作为一个文件下载。请缩小范围，或在运行本站的机器上使用 tracker export 导出"
        "全部。",
        "More than {most} changes fit: too many for a file. Narrow the filter, or export everything with tracker "
        "export on the machine that runs this site.",
    ),
    "file_form": (
        "无法写成这种文件：{reason}。请换用 CSV 或 JSON。", "The file cannot be written: {reason}. Use CSV or JSON.",
    ),
    "changes_many_words": ("一次最多搜索 50 个词。", "A search may have at most 50 words."),
    "changes_no_entity_id": ("“{value}”不是主体标识。", "“{value}” is not the id of an entity."),
    "changes_bad_rows_of": (
        "“{value}”应写成 系列:批次，例如 deep_synthesis:2024-08。",
        "“{value}” should be SERIES:BATCH, for example deep_synthesis:2024-08.",
    ),
    "feed_beijing": ("{at}（北京时间）", "{at} Beijing time"),
    "feed_place": ("{attachment}，表 {table} 第 {row} 行", "{attachment}, table {table}, row {row}"),
    # renames
    "renames_title": ("更名的主体", "Entities that changed their name"),
    "renames_intro": (
        "每行一对名称：在清单中观察到的主体变更，以及备注所述的更名。清单只写新的主体名称，因此观察到的变更也可能是备"
        "案转给了另一家公司；备注写明更名的才可确定。",
        "One pair of names per row: observed in lists, or stated in remarks. A list has only the new name, so an "
        "observed change may also be a transfer of the filing to another company; only a remark that states the "
        "rename is proof.",
    ),
    "renames_observed": ("清单中观察到", "observed in a list"), "renames_stated": ("备注所述", "stated in a remark"),
    "renames_before": ("原名称", "former name"), "renames_after": ("新名称", "new name"),
    "renames_today": ("现名", "name today"),
    "renames_basis": ("依据", "basis"),
    "renames_filings": ("备案数", "filings"), "renames_unstated": ("未写明", "not stated"),
    "renames_also": ("另见：", "See also:"),
    "renames_names": ("服务或算法名称的变更", "renamed services and algorithms"),
    "renames_n": ("共 {n} 对名称", "{n} pairs of names"),
    "renames_none": (
        "没有符合条件的更名。可去掉筛选，或把截至日期改为更晚的一天。",
        "No rename fits. Drop a filter, or set a later as-of date.",
    ),
}  # fmt: skip


COMPARE_WORDS: dict[str, tuple[str, str]] = {
    "compare_intro": (
        "从第一个日期当天结束到第二个日期当天结束，每项备案的净变化。",
        "The net change of each filing from the end of the first day to the end of the second.",
    ),
    "compare_from": ("自", "from"), "compare_to": ("至", "to"), "compare_clock": ("时间", "clock"),
    "compare_published": ("公布时间", "published"), "compare_recorded": ("记录时间", "recorded here"),
    "compare_do": ("对比", "Compare"),
    "compare_often": ("常用：", "Quick links:"),
    "compare_week": ("最近 7 天", "last 7 days"), "compare_month": ("最近 30 天", "last 30 days"),
    "compare_this_year": ("今年", "this year"), "compare_last_year": ("去年", "last year"),
    "compare_year": ("最近一年", "the past year"),
    "compare_batches": ("最近两批之间", "between the last two batches"),
    "compare_summary": ("{first} 至 {last} 的差异", "{first} to {last}"),
    "compare_changed": ("有变化的备案", "Changed"), "compare_added": ("新增的备案", "Added"),
    "compare_more_than": ("超过 {n}", "more than {n}"), "compare_both": ("显示两类", "show both"),
    "compare_since": ("日期", "date"), "compare_stands": ("现状", "status"),
    "compare_turned": (
        "起始日期 {first} 晚于结束日期 {last}。", "The first day, {first}, is after the second, {last}.",
    ),
    "compare_swap": ("交换两个日期", "Swap the two days"),
    "compare_hidden": (
        "您正在查看截至 {day} 的状态，因此只比较到这一天。",
        "You are viewing the state of {day}, so nothing later is compared.",
    ),
    "compare_other_clock": (
        "对比只按一个时间进行：“{clock}”日期在此不起作用。",
        "A comparison uses one clock: the date “{clock}” does not apply here.",
    ),
    "compare_no_changed": (
        "这两天之间没有备案被注销、修改、改号、撤下或恢复。",
        "No filing was cancelled, amended, renumbered, withdrawn or restored between these days.",
    ),
    "compare_no_added": ("这两天之间没有新增的备案。", "No filing was added between these days."),
    "compare_wider": ("可以选择更长的时间，或按另一个时间对比：", "Choose a longer period, or the other clock:"),
    "compare_too_many": (
        "两日之间有差异的备案超过 {most} 条，不能作为一个文件下载。请缩短时间或选择一个系列。",
        "More than {most} filings differ, too many for one file. Choose a shorter period or one series.",
    ),
    "compare_bad_cursor": (
        "“{value}”不是翻页标记。请从第一页开始。", "“{value}” is not a page cursor. Start with the first page.",
    ),
    "compare_download": ("下载此对比：", "Download the comparison:"),
}  # fmt: skip
