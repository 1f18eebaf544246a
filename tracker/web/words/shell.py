"""The words of what stands around every page, and of errors."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # the command
    "serving": ("页面地址：{address}（按 Ctrl+C 停止）", "serving at {address} (Ctrl+C stops)"),
    "serving_sql": ("已开放 SQL 查询（只读）", "readers may ask in SQL (read-only)"),
    # header
    "site_name": ("网信备案追踪", "CAC filing tracker"),
    "site_motto": ("生成式人工智能与算法备案的变更历史", "who filed which AI service or algorithm, and what changed"),
    "skip": ("跳到正文", "Skip to content"),
    "nav": ("主导航", "Main"),
    "menu": ("菜单", "Menu"),
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
    "as_of_past": ("您正在查看截至 {day} 已公布的状态。", "You see the state as published by {day}."),
    "known_on_past": ("仅包含本站截至 {day} 已记录的内容。", "Only what was recorded here by {day}."),
    "back_to_today": ("回到今天", "Back to today"),
    "as_of_none": (
        "数据表包含全部历史，不受截止日期影响。", "Tables hold the whole history: the date does not apply here.",
    ),
    # footer
    "last_recorded": ("最近一次轮询：{at}（北京时间）", "Last poll: {at} Beijing time"),
    "never_polled": ("尚无完成的轮询", "No poll has ended yet"),
    "what_is_this": ("本站说明", "What this is"),
    "sources": ("数据来源：", "Source of the data:"),
    "full_stop": ("。", ". "),
    "cac": ("国家互联网信息办公室（cac.gov.cn）", "Cyberspace Administration of China (cac.gov.cn)"),
    "not_official": (
        "本站由程序自动整理，非官方网站；以官方公告为准。",
        "Gathered by a program; not an official site. The regulator's announcements prevail.",
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
    "chart_data": ("图表数据", "Data of the chart"), "download_csv": ("下载 CSV", "Download CSV"),
    "nothing_here": ("没有结果", "Nothing to show"),
    "filings_n": ("{n} 条", "{n}"), "total": ("合计", "total"),
    "of_which_cancelled": ("其中已注销", "of which cancelled"),
    # errors
    "error_400": ("请求有误", "That cannot be asked"), "error_403": ("不开放", "Not open"),
    "error_404": ("没有这个页面", "There is no such page"), "error_405": ("只能读取", "For reading only"),
    "error_414": ("地址过长", "The address is too long"), "error_500": ("程序出错", "The program failed"),
    "error_503": ("暂时不可用", "Not available for the moment"),
    "not_found": (
        "地址可能有误，或者该内容从未被记录。请用上方的搜索框查找。",
        "The address may be wrong, or this was never recorded. Try the search.",
    ),
    "forbidden": ("该内容不公开。", "This is not shown."),
    "bad_date": (
        "{name} 的值“{value}”不是日期。请写成 2024-12-31、2024-12 或 2024。",
        "{name}: “{value}” is no date. Write 2024-12-31, 2024-12 or 2024.",
    ),
    "bad_number": (
        "{name} 的值“{value}”应为 {least} 至 {most} 的整数。",
        "{name}: “{value}” is no whole number from {least} to {most}.",
    ),
    "bad_choice": ("{name} 的值“{value}”不在可选范围：{choices}。", "{name}: “{value}” is none of {choices}."),
    "bad_address": ("地址中含有无法识别的字符。", "The address holds characters that cannot be read."),
    "unreadable": (
        "地址中的参数无法识别。请减少或更正参数后再试。",
        "A parameter of this address cannot be read. Take it away or correct it.",
    ),
    "error_431": ("请求头过多", "Too many headers"),
    "many_headers": ("请求头太多，无法处理。", "The request has more headers than are read."),
    "busy": ("访问者过多，请稍后再试。", "Too many readers at the moment. Please try again soon."),
    "too_long": ("请减少筛选条件后再试。", "Ask with fewer filters."),
    "method": ("本站只接受 GET 与 HEAD 请求。", "Only GET and HEAD are answered here."),
    "too_slow": ("该查询耗时过长，已停止。请缩小范围后再试。", "This takes too long and was stopped. Ask for less."),
    "failed": ("错误已写入日志；历史数据不受影响。", "The log says why; the history is untouched."),
    "unusable": ("历史库暂时无法读取，请稍后再试。", "The history cannot be read just now. Try again in a moment."),
    "no_history": (
        "历史库正在更换或尚不存在，请稍后刷新。",
        "The history is being replaced, or there is none yet. Reload in a moment.",
    ),
    "home": ("回到首页", "To the start page"),
    "no_original": (
        "没有这个原始文件：历史中没有任何版本的 sha256 是 {sha256}。",
        "There is no such original: no revision in the history has the sha256 {sha256}.",
    ),
    "original_missing": (
        "历史中有这个文件（{sha256}），但存档中缺少或已损坏。运营者可用 tracker restore --files 从备份恢复。",
        "The history names this file ({sha256}), but the archive lacks it or holds it damaged. "
        "Whoever runs this site can bring it back from a backup: tracker restore --files.",
    ),
    "original_unreachable": (
        "存放原始文件的服务暂时无法使用，请稍后再试；sha256：{sha256}。",
        "The service that holds the original files cannot be used just now. Try again in a moment. sha256: {sha256}",
    ),
    # Datasette's pages
    "data_title": ("数据表", "Tables of the data"),
    "data_intro": (
        "每张表和视图都可筛选、分面统计，并下载为 CSV 或 JSON。推荐从视图开始。",
        "Each table and view can be filtered, counted by its values, and taken away as CSV or JSON. "
        "Begin with the views.",
    ),
    "views": ("视图", "Views"), "tables": ("表", "Tables"), "rows_n": ("{n} 行", "{n} rows"),
    "hidden_tables": ("显示 {n} 张辅助表", "Show {n} helper tables"), "many_rows": ("很多行", "many rows"),
    "as_format": ("下载：", "Take away:"), "count_by": ("按列统计", "Count by column"),
    "descending": ("降序", "descending"), "sql_query": ("SQL 查询", "SQL query"), "run": ("运行", "Run"),
    "results": ("结果", "Results"), "truncated": ("仅显示前 {n} 行", "only the first {n} rows are shown"),
    "export": ("导出", "Export"), "definition": ("表定义", "Definition"),
    "links_here": ("相关的行", "Rows that refer to this"),
    "column": ("列", "column"), "condition": ("条件", "condition"), "remove_filter": ("- 移除 -", "- remove -"),
    "choose_column": ("- 选择列 -", "- column -"), "sort": ("排序", "sort"), "remove": ("移除", "remove"),
    "stream_all": ("全部行", "all rows"), "with_labels": ("附带名称", "with names"), "search_table": ("搜索", "Search"),
    "timed_out": ("以下统计耗时过长：{names}", "These counts took too long: {names}"),
}  # fmt: skip
