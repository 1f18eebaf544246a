"""The words of the pages about batches."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "batches_all": ("全部系列", "All series"),
    "batches_intro": (
        "监管机构每次公布的清单，最近的在前；注销公告也在其中。点击批次查看其新增、文件与后续变更。",
        "Each list that the regulator published, the newest first, notices of cancellation too. A batch leads to its "
        "additions, its files, and what changed later.",
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
        "{series} has no batch “{period}”. A batch is a month, as 2024-08, a notice a day; choose from the list of "
        "batches.",
    ),
    "batch_no_series": (
        "没有系列“{series}”。请从批次列表中选择。", "There is no series “{series}”. Choose from the list of batches.",
    ),
    "batch_no_chart": ("没有可以绘制的数据。", "There is nothing to draw."),
    "batch_hidden": (
        "这一批次公布于 {published}，首次见到于 {seen}（北京时间）；您正在查看更早一天的状态，那时还没有它。",
        "This batch was published on {published} and first seen here on {seen} Beijing time. You look at an earlier "
        "day, on which it was not there yet.",
    ),
    "batch_today": ("查看今天的状态", "Show today's state"),
    "batch_as_of_then": ("查看公布当天的状态", "Show the state of the day of its publication"),
    "batch_older": ("上一批：{period}", "earlier: {period}"), "batch_newer": ("下一批：{period}", "later: {period}"),
    "batch_neighbours": ("相邻批次", "Batches before and after"), "batch_additions": ("新增", "additions"),
    "batch_provinces": ("属地", "by province"),
    "batch_provinces_all": ("全部 {n} 个属地", "all {n} places"),
    "batch_rows": ("行", "rows"),
    "batch_rows_text": ("{rows} 行 = 保留 {kept} + 拒绝 {refused}", "{rows} = {kept} kept + {refused} refused"),
    "batch_held": ("仍以此清单为准", "filings whose fields it states"),
    "batch_held_now": ("{n} 条", "{n}"),
    "batch_first_seen": ("首次见到", "first seen"), "batch_published": ("公布日期", "published"),
    "batch_total": ("该系列累计新增", "series so far"),
    "batch_announcement": ("公告", "announcement"),
    "batch_own": ("新增的备案", "Additions"), "batch_cancelled": ("注销的备案", "What it cancelled"),
    "batch_no_own": (
        "这一批次没有新增：其中的备案在更早的批次中已有，或这是注销公告。",
        "It added nothing: all its filings came with earlier batches.",
    ),
    "batch_no_cancelled": (
        "本公告没有注销任何已记录的备案：其编号不在任何清单内，或早已注销。",
        "It cancelled nothing that is recorded: its numbers stand in no list, or were cancelled before.",
    ),
    "batch_later": ("后续变更", "What changed later"),
    "batch_later_all": ("查看全部：{count}", "See all: {count}"),
    "batch_no_later": ("此批次的备案记录后没有再变更。", "Nothing has happened to its filings since."),
    "batch_files": ("原始文件", "Original files"),
    "batch_files_note": (
        "同一清单先后出现的每一个文件；以 sha256 区分，可下载核对。",
        "Every file that was ever found under this list, told apart by sha256, to be taken away and checked.",
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
    "batch_no_checks": ("没有专门针对此批次的核对。", "No check speaks of this batch alone."),
    "batch_series_checks": (
        "整个系列的核对（{n} 项，{off} 项不符）", "Checks of the whole series ({n}, {off} of them off)",
    ),
    "batch_check": ("核对项", "check"), "batch_verdict": ("结果", "verdict"),
    "batch_expected_found": ("应为 / 实为", "expected / found"), "batch_items": ("{n} 项明细", "{n} details"),
    "batch_refused": ("拒绝的行", "Refused rows"), "batch_reason": ("原因", "reason"),
    "batch_cells": ("内容", "cells"),
    "batch_place": ("位置", "place"),
    "batch_no_refused": ("没有被拒绝的行：每一行都是备案。", "No row was refused: each of them is a filing."),
    "batch_now": ("现状", "now"),
    "batch_chart_caption": ("各批新增数量，本批突出显示", "Additions of each batch; this one stands out"),
}  # fmt: skip
