"""The words of the page that compares two days."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "compare_intro": (
        "从第一个日期当天结束到第二个日期当天结束，每项备案的净变化。",
        "What became of each filing from the end of the first day to the end of the second: the net result.",
    ),
    "compare_from": ("自", "from"), "compare_to": ("至", "to"), "compare_clock": ("时间", "clock"),
    "compare_published": ("公布时间", "published"), "compare_recorded": ("记录时间", "recorded here"),
    "compare_do": ("对比", "Compare"),
    "compare_often": ("常用：", "Often asked:"),
    "compare_week": ("最近 7 天", "last 7 days"), "compare_month": ("最近 30 天", "last 30 days"),
    "compare_this_year": ("今年", "this year"), "compare_last_year": ("去年", "last year"),
    "compare_year": ("最近一年", "the past year"),
    "compare_batches": ("最近两批之间", "between the last two batches"),
    "compare_summary": ("{first} 至 {last} 的差异", "{first} to {last}"),
    "compare_changed": ("有变化的备案", "Changed"), "compare_added": ("新增的备案", "Added"),
    "compare_more_than": ("超过 {n}", "more than {n}"), "compare_both": ("显示两类", "show both"),
    "compare_since": ("日期", "date"), "compare_stands": ("现状", "stands as"),
    "compare_turned": (
        "起始日期 {first} 晚于结束日期 {last}。", "The first day, {first}, is after the second, {last}.",
    ),
    "compare_swap": ("交换两个日期", "Swap the two days"),
    "compare_hidden": (
        "您正在查看截至 {day} 的状态，因此只比较到这一天。",
        "You look at the state of {day}, so nothing later is compared.",
    ),
    "compare_other_clock": (
        "对比只按一个时间进行：“{clock}”日期在此不起作用。",
        "A comparison goes by one clock: the date “{clock}” does not apply here.",
    ),
    "compare_no_changed": (
        "这两天之间没有备案被注销、修改、改号、撤下或恢复。",
        "Between these days no filing was cancelled, amended, renumbered, withdrawn or restored.",
    ),
    "compare_no_added": ("这两天之间没有新增的备案。", "Between these days no filing was added."),
    "compare_wider": ("可以选择更长的时间，或按另一个时间对比：", "Take a longer span, or go by the other clock:"),
    "compare_too_many": (
        "两日之间有差异的备案超过 {most} 条，不能作为一个文件下载。请缩短时间或选择一个系列。",
        "More than {most} filings differ, too many for one file. Take a shorter span, or one series.",
    ),
    "compare_bad_cursor": (
        "“{value}”不是翻页标记。请从第一页开始。", "“{value}” is no mark of a page. Begin with the first page.",
    ),
    "compare_download": ("下载此对比：", "Download the comparison:"),
}  # fmt: skip
