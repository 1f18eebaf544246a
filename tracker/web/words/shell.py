"""The words of what stands around every page, and of errors.

The words of the start page, and of the page on the state of sources and checks.

The words of the interface for programs: what it refuses, why an answer is empty, and its page.
"""

from __future__ import annotations

SHELL_WORDS: dict[str, tuple[str, str]] = {
    # the command
    "serving": ("页面地址：{address}（按 Ctrl+C 停止）", "serving at {address} (Ctrl+C stops)"),
    "serving_sql": ("已开放 SQL 查询（只读）", "SQL queries are open to readers (read-only)"),
    # header
    "site_name": ("网信备案追踪", "CAC filing tracker"),
    "site_motto": ("生成式人工智能与算法备案的变更历史", "who filed which AI service or algorithm, and what changed"),
    "skip": ("跳到正文", "Skip to content"),
    "nav": ("主导航", "Main"),
    "nav_start": ("首页", "Start"), "nav_filings": ("备案", "Filings"), "nav_changes": ("变更", "Changes"),
    "nav_compare": ("对比", "Compare"), "nav_batches": ("批次", "Batches"), "nav_data": ("数据", "Data"),
    "nav_api": ("接口", "API"), "nav_about": ("关于", "About"),
    "search": ("搜索", "Search"),
    "search_hint": ("名称、主体、编号、拼音首字母", "name, company, number, pinyin initials"),
    "search_label": ("搜索备案", "Search filings"),
    "language": ("语言", "Language"),
    # the bar of days
    "as_of_bar": ("截止日期", "State on a date"),
    "as_of": ("截至", "As of"),
    "as_of_show": ("显示", "Show"),
    "as_of_past": ("您正在查看截至 {day} 已公布的状态。", "This is the state published by {day}."),
    "known_on_past": ("仅包含本站截至 {day} 已记录的内容。", "It includes only what was recorded here by {day}."),
    "back_to_today": ("回到今天", "Back to today"),
    "as_of_none": (
        "数据表包含全部历史，不受截止日期影响。", "Tables contain the whole history: the date does not apply here.",
    ),
    # footer
    "last_recorded": ("最近一次轮询：{at}（北京时间）", "Last poll: {at} Beijing time"),
    "never_polled": ("尚无完成的轮询", "No poll has finished yet"),
    "what_is_this": ("本站说明", "What this is"),
    "sources": ("数据来源：", "Source of the data:"),
    "full_stop": ("。", ". "),
    "cac": ("国家互联网信息办公室（cac.gov.cn）", "Cyberspace Administration of China (cac.gov.cn)"),
    "not_official": (
        "本站由程序自动整理，非官方网站；以官方公告为准。",
        "Compiled by a program; not an official site. The regulator's announcements prevail.",
    ),
    # parts of pages
    "crumbs": ("位置", "You are here"),
    "next_page": ("下一页", "Next page"), "first_page": ("第一页", "First page"), "pages": ("翻页", "Pages"),
    "apply": ("应用", "Apply"), "reset": ("清除筛选", "Clear filters"), "any": ("全部", "any"),
    "filters": ("筛选", "Filter"), "rows_scroll": ("表格可横向滚动", "table, scrolls sideways"),
    "before": ("变更前", "before"), "after": ("变更后", "after"),
    "none_value": ("（无）", "(none)"),
    "where_written": ("出处", "Source"), "announcement_link": ("公告原文", "announcement"),
    "original_file": ("原始文件", "original file"),
    "place_in_file": ("表 {table} 第 {row} 行", "table {table}, row {row}"),
    "page_in_file": ("第 {page} 页", "page {page}"),
    "download_csv": ("下载 CSV", "Download CSV"),
    "nothing_here": ("没有结果", "Nothing to show"),
    "filings_n": ("{n} 条", "{n}"), "total": ("合计", "total"),
    "of_which_cancelled": ("其中已注销", "of which cancelled"),
    # errors
    "error_400": ("请求有误", "Bad request"), "error_403": ("不开放", "Not public"),
    "error_404": ("没有这个页面", "There is no such page"), "error_405": ("只能读取", "Read-only"),
    "error_414": ("地址过长", "The address is too long"), "error_500": ("程序出错", "Internal error"),
    "error_503": ("暂时不可用", "Temporarily unavailable"),
    "not_found": (
        "地址可能有误，或者该内容从未被记录。请用上方的搜索框查找。",
        "The address may be wrong, or this was never recorded. Try the search.",
    ),
    "forbidden": ("该内容不公开。", "This is not public."),
    "bad_date": (
        "{name} 的值“{value}”不是日期。请写成 2024-12-31、2024-12 或 2024。",
        "{name}: “{value}” is not a date. Write 2024-12-31, 2024-12 or 2024.",
    ),
    "bad_number": (
        "{name} 的值“{value}”应为 {least} 至 {most} 的整数。",
        "{name}: “{value}” is not a whole number from {least} to {most}.",
    ),
    "bad_choice": ("{name} 的值“{value}”不在可选范围：{choices}。", "{name}: “{value}” is not one of {choices}."),
    "bad_address": ("地址中含有无法识别的字符。", "The address contains characters that cannot be read."),
    "unreadable": (
        "地址中的参数无法识别。请减少或更正参数后再试。",
        "A parameter of this address cannot be read. Remove or correct it.",
    ),
    "error_431": ("请求头过多", "Too many headers"),
    "many_headers": ("请求头太多，无法处理。", "The request has too many headers."),
    "busy": ("访问者过多，请稍后再试。", "Too many readers at the moment. Please try again soon."),
    "too_long": ("请减少筛选条件后再试。", "Use fewer filters."),
    "method": ("本站只接受 GET 与 HEAD 请求。", "Only GET and HEAD requests are answered."),
    "too_slow": (
        "该查询耗时过长，已停止。请缩小范围后再试。", "The query took too long and was stopped. Please narrow it down.",
    ),
    "failed": ("错误已写入日志；历史数据不受影响。", "The error is in the log; the history is not affected."),
    "unusable": ("历史库暂时无法读取，请稍后再试。", "The history cannot be read at the moment. Try again soon."),
    "no_history": (
        "历史库正在更换或尚不存在，请稍后刷新。",
        "The history is being replaced or does not exist yet. Reload in a moment.",
    ),
    "home": ("回到首页", "To the start page"),
    "no_original": (
        "没有这个原始文件：历史中没有任何版本的 sha256 是 {sha256}。",
        "There is no such original file: no revision in the history has the sha256 {sha256}.",
    ),
    "original_missing": (
        "历史中有这个文件（{sha256}），但存档中缺少或已损坏。运营者可用 tracker restore --files 从备份恢复。",
        "The history has this file ({sha256}), but in the archive it is missing or damaged. "
        "The operator can restore it from a backup: tracker restore --files.",
    ),
    "original_unreachable": (
        "存放原始文件的服务暂时无法使用，请稍后再试；sha256：{sha256}。",
        "The storage service of the original files is unavailable. Please try again soon. sha256: {sha256}",
    ),
    # Datasette's pages
    "data_title": ("数据表", "Data tables"),
    "data_intro": (
        "每张表和视图都可筛选、分面统计，并下载为 CSV 或 JSON。推荐从视图开始。",
        "Each table and view can be filtered, counted by value, and downloaded as CSV or JSON. "
        "Start with the views.",
    ),
    "views": ("视图", "Views"), "tables": ("表", "Tables"), "rows_n": ("{n} 行", "{n} rows"),
    "hidden_tables": ("显示 {n} 张辅助表", "Show {n} helper tables"), "many_rows": ("很多行", "many rows"),
    "as_format": ("下载：", "Download:"), "count_by": ("按列统计", "Count by column"),
    "descending": ("降序", "descending"), "sql_query": ("SQL 查询", "SQL query"), "run": ("运行", "Run"),
    "results": ("结果", "Results"), "truncated": ("仅显示前 {n} 行", "only the first {n} rows are shown"),
    "export": ("导出", "Export"), "definition": ("表定义", "Definition"),
    "links_here": ("相关的行", "Rows that refer to this"),
    "column": ("列", "column"), "condition": ("条件", "condition"), "remove_filter": ("- 移除 -", "- remove -"),
    "choose_column": ("- 选择列 -", "- column -"), "sort": ("排序", "sort"), "remove": ("移除", "remove"),
    "stream_all": ("全部行", "all rows"), "with_labels": ("附带名称", "with names"), "search_table": ("搜索", "Search"),
    "timed_out": ("以下统计耗时过长：{names}", "These counts took too long: {names}"),
}  # fmt: skip


START_WORDS: dict[str, tuple[str, str]] = {
    "start_totals": ("各系列现状", "Series today"),
    "start_totals_past": ("各系列截至该日", "Series on that day"),
    "start_batches": ("批次", "Batches"),
    "start_newest": ("最新一批", "Newest batch"),
    "start_expected": ("预计下一批", "Next expected"),
    "start_expected_about": ("约 {day}", "about {day}"),
    "start_overdue": ("约 {day}（已过）", "about {day} (past)"),
    "start_unknown": ("批次太少，无法预计", "too few batches to estimate"),
    "start_all_changes": ("全部变更", "All changes"),
    "start_changes": ("最近的变更", "Latest changes"),
    "start_new": ("最近公布的批次", "Latest batches"),
    "start_no_changes": (
        "自建立基线以来没有记录到任何变更：之后的新增、修改、注销都会列在这里。",
        "Nothing has changed since the baseline; later additions, amendments and cancellations are listed here.",
    ),
    "start_no_changes_then": (
        "到那一天为止，除首次查看时已有的内容外，没有已公布的变更。",
        "No change was published by that day, apart from what the first poll recorded.",
    ),
    "start_no_batches": ("还没有公布的批次。", "No batch has been published yet."),
    "start_no_batches_then": ("到那一天为止没有公布任何批次。", "No batch was published by that day."),
    "start_sources_today": ("来源状态（现在）", "Sources today"),
    "start_figures": ("图表", "Charts"),
    "start_sources": ("来源状态", "Sources"),
    "start_all_well": (
        "所有来源正常，没有未恢复的来源异常。", "All sources work: there are no open incidents.",
    ),
    "start_incidents": ("{n} 项异常未恢复", "{n} incidents are open"),
    "start_incidents_1": ("1 项异常未恢复", "1 incident is open"),
    "start_checks": (
        "与监管部门公布数字核对：{ok} 项相符，{off} 项不符，{not_checkable} 项无法核对。",
        "Checks against the regulator's own figures: {ok} agree, {off} disagree, {not_checkable} cannot be made.",
    ),
    "start_details": ("查看详情", "Details"),
    "start_empty_day": (
        "截至 {day} 没有已公布的备案。最早的一批公布于 {first}。",
        "Nothing was published by {day}. The first batch was published on {first}.",
    ),
    "start_empty": (
        "历史中还没有备案：首次轮询之后这里会显示总数。",
        "The history has no filings yet: totals appear after the first poll.",
    ),
    "start_ahead": (
        "另有各省自行公布的清单，不计入本页总数与图表：",
        "Provincial lists, not counted in the totals and charts of this page:",
    ),
    "state_title": ("来源与核对", "Sources and checks"),
    "state_source": ("来源", "Source"),
    "state_channel": ("公告列表 {id}", "announcement list {id}"),
    "state_outcome": ("结果", "Outcome"),
    "state_asked": ("最近访问", "Last polled"),
    "state_ok": ("最近成功", "Last success"),
    "state_never": ("从未成功", "never"),
    "state_outcome_ok": ("正常", "ok"),
    "state_outcome_partial": ("部分成功", "partial"),
    "state_outcome_failed": ("失败", "failed"),
    "state_no_sources": ("还没有轮询过任何来源。", "No source has been polled yet."),
    "state_incidents": ("未恢复的异常", "Open incidents"),
    "state_since": ("自 {at} 起", "since {at}"),
    "state_past": ("最近已恢复的异常", "Recently closed incidents"),
    "state_until": ("{first} 至 {last}", "{first} to {last}"),
    "state_no_past": ("没有已恢复的异常。", "No incident has been closed yet."),
    "state_checks": ("核对", "Checks"),
    "state_no_checks": ("没有可以核对的内容：轮询之后才有。", "There is nothing to check before the first poll."),
    "state_ok_checks": ("相符的 {n} 项", "{n} checks agree"),
    "state_now": (
        "本页显示当前状态，不受截止日期影响。", "This page shows the current state, whatever the date.",
    ),
}  # fmt: skip


API_WORDS: dict[str, tuple[str, str]] = {
    # what is refused
    "api_unknown": ("没有参数 {name}。可用的参数：{names}。", "There is no parameter {name}. Parameters: {names}."),
    "api_unknown_near": (
        "没有参数 {name}，是否指 {near}？可用的参数：{names}。",
        "There is no parameter {name}; did you mean {near}? Parameters: {names}.",
    ),
    "api_none": ("没有参数 {name}：此地址不接受参数。", "There is no parameter {name}: this address takes none."),
    "api_twice": ("参数 {name} 出现了两次。", "{name} is given twice."),
    "api_empty": ("参数 {name} 为空；不需要时请省略。", "{name} is empty: leave it out instead."),
    "api_missing": ("缺少参数 {name}。", "{name} is missing."),
    "api_too_long": ("参数 {name} 最多 {most} 个字符。", "{name} may have at most {most} characters."),
    "api_no_sha256": (
        "{name} 应为 64 位小写十六进制数字。", "{name} must be a sha256: 64 lower-case hex digits."
    ),
    "api_not_searchable": ("{name} 中没有可以搜索的内容。", "{name} has no text that can be searched for."),
    "api_no_cursor": (
        "cursor 无效：请原样使用上一页的 next。",
        "cursor is not valid: pass `next` of the previous page unchanged.",
    ),
    "api_other_cursor": (
        "cursor 属于另一个查询：除 limit 外，其他参数须与得到它时相同。",
        "cursor belongs to another question: all parameters except limit must be the same as for the page before.",
    ),
    "api_after_newest": ("after_id 须与 order=oldest 一起使用。", "after_id needs order=oldest."),
    "api_after_later": (
        "after_id 不能与 {name} 一起使用：主体与检索词在变更记录之后才整理，会有遗漏。请自行筛选。",
        "{name} cannot be used with after_id: its values may be derived after a change was recorded, and that "
        "change would be missed. Filter the changes yourself.",
    ),
    "api_backwards": (
        "{name}：{last} 早于 {first}。请先写较早的日期。",
        "{name}: {last} is before {first}. Give the earlier day first.",
    ),
    # what is not there
    "api_no_filing": ("{series} 中没有编号 {number}。", "No filing of {series} has or had the number {number}."),
    "api_no_entity": ("没有 id 为 {value} 的主体。", "There is no entity with the id {value}."),
    "api_no_change": (
        "没有 id 为 {value} 的变更：历史库已换成另一个（例如从备份恢复）。请从 after_id=0 重新开始。",
        "There is no change with the id {value}: the history was replaced, for example by a backup. "
        "Start again with after_id=0.",
    ),
    # why an answer is empty
    "api_all_empty": (
        "历史库中没有这类内容，或者在所问的时间还没有。",
        "The history has nothing of this kind, or not for the time asked for.",
    ),
    "api_empty_alone": ("单独使用以下条件就没有结果：{filters}", "No match even for a single filter: {filters}"),
    "api_empty_together": (
        "单独使用每个条件都有结果，但没有同时符合的：{filters}",
        "Each filter has matches, but no row matches all of them: {filters}",
    ),
    # the page
    "api_title": ("程序接口", "API"),
    "api_intro": (
        "同一份历史，以 JSON 提供给程序。只读，无需密钥。",
        "The same history as JSON, for programs. Read-only; no key is needed.",
    ),
    "api_addresses": ("地址", "Endpoints"), "api_parameter": ("参数", "Parameter"), "api_meaning": ("含义", "Meaning"),
    "api_default": ("默认值", "Default"), "api_values": ("取值", "Values"), "api_required": ("必填", "required"),
    "api_no_parameters": ("没有参数。", "No parameters."),
    "api_try": ("试一试", "Try it"), "api_examples": ("示例", "Examples"),
    "api_openapi": ("OpenAPI 描述", "OpenAPI description"),
    "api_openapi_said": (
        "每个字段的含义都在其中，可用来生成客户端：", "It describes each field; clients can be generated from it:"
    ),
    "api_rules": ("约定", "How it works"),
    "api_first_filing": ("逐页取得全部", "All rows, page by page"),
    "api_follow": ("跟随变更", "Following the changes"),
    "api_follow_said": (
        "变更的 id 随记录递增，之前不会再插入。记住处理过的最后一个 id，下次从它之后继续；不会遗漏。"
        "若答复 404，说明历史库已换成另一个（例如从备份恢复），请从 0 重新开始。",
        "Change ids only grow: store the id of the last change that you processed, and continue after it; no change "
        "is missed. If the answer is 404, the history was replaced, for example by a backup: start again with 0.",
    ),
}  # fmt: skip
