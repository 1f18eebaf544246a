"""The texts of an export in Chinese and English: on its sheet *About*, and on the terminal."""

from __future__ import annotations

from tracker.core.messages import Lang

WORDS: dict[str, tuple[str, str]] = {
    # the sheets that hold no data
    "about": ("说明", "About"), "columns": ("字段", "Columns"),
    "table": ("表", "table"), "title": ("标题", "title"), "name": ("字段名", "name"), "type": ("类型", "type"),
    "meaning": ("含义", "meaning"), "values": ("取值", "values"),
    # types
    "string": ("文本", "text"), "integer": ("整数", "whole number"), "boolean": ("是否", "true or false"),
    "date": ("日期", "date"), "datetime": ("时刻（UTC）", "instant (UTC)"),
    # labels
    "what": ("内容", "what"), "state": ("状态日期", "as of"), "recorded": ("记录截至", "recorded until"),
    "series": ("系列", "series"), "sources": ("来源", "sources"), "cite": ("如何引用", "how to cite"),
    "licence": ("许可", "licence"), "rows_of": ("行数", "rows"), "notes": ("注意", "mind"),
    # what stands beside them
    "heading": (
        "国家互联网信息办公室备案清单及其历史",
        "The filing lists of China's internet regulator, with their history",
    ),
    "now": ("最新", "now"), "as_of": ("截至 {day} 公布", "as published by {day}"),
    "known_on": ("截至 {day} 记录", "as recorded here by {day}"), "all": ("全部", "all"),
    "no_poll": ("尚无轮询", "no poll yet"), "both": ("，", ", "),
    "office": ("国家互联网信息办公室", "Cyberspace Administration of China"),
    "cited": (
        "国家互联网信息办公室备案清单，{state}；由 cac-filing-tracker 记录至 {recorded}。每行注明其公告与原件。",
        "Filing lists of the Cyberspace Administration of China, {state}; recorded by cac-filing-tracker until "
        "{recorded}. Each row names its announcement and its original file.",
    ),
    "licensed": (
        "数据出自监管机构的公开公告；此导出不对其授予任何许可。",
        "The data are public notices of the regulator; this export grants no licence to them.",
    ),
    "control": (
        "XML 不允许的控制字符写作 _xHHHH_，Excel 会还原；1900-03-01 以前的日期写作文本",
        "Control characters that XML forbids stand as _xHHHH_, which Excel undoes; dates before 1900-03-01 are text",
    ),
    "part": ("{title} ({n})", "{title} ({n})"),
    # on the terminal
    "done": (
        "已导出到 {folder}：{state}，记录截至 {recorded}", "exported to {folder}: {state}, recorded until {recorded}"
    ),
    "no_filings": ("没有可导出的备案，只写了表头", "there are no filings to export; the files hold headings only"),
    "why_published": ("最早的公布日期是 {day}", "the first thing was published on {day}"),
    "why_recorded": ("最早的记录日期是 {day}", "the first thing was recorded on {day}"),
    "why_series": ("该系列没有备案", "this series has none"),
    "why_series_day": ("该系列到该日为止没有备案", "this series had none by then"),
    "why_day": ("到该日为止没有清单列出备案", "no list had stated one by then"),
    "why_empty": ("历史中还没有备案：请先运行 tracker poll", "the history holds none yet: run `tracker poll`"),
}  # fmt: skip


def say(key: str, lang: Lang, **values: object) -> str:
    """Return a word or sentence in that language."""
    text = WORDS[key][0 if lang == "zh" else 1]
    return text.format(**values) if values else text


def state_text(as_of: str | None, known_on: str | None, lang: Lang) -> str:
    """Return the day of an export in words: "as published by 2024-12-31"."""
    days = [say(key, lang, day=day) for key, day in (("as_of", as_of), ("known_on", known_on)) if day]
    return say("both", lang).join(days) or say("now", lang)
