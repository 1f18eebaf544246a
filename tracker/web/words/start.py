"""The words of the start page, and of the page on the state of sources and checks."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "start_totals": ("各系列现状", "Each series now"),
    "start_totals_past": ("各系列截至该日", "Each series on that day"),
    "start_batches": ("批次", "Batches"),
    "start_newest": ("最新一批", "Newest batch"),
    "start_newest_n": ("+{n}", "+{n}"),
    "start_expected": ("预计下一批", "Next expected"),
    "start_expected_about": ("约 {day}", "about {day}"),
    "start_overdue": ("约 {day}（已过）", "about {day} (past)"),
    "start_unknown": ("批次太少，无法预计", "too few batches to tell"),
    "start_all_changes": ("全部变更", "All changes"),
    "start_changes": ("最近的变更", "What changed last"),
    "start_new": ("最近公布的批次", "Batches published last"),
    "start_no_changes": (
        "自建立基线以来没有记录到任何变更：之后的新增、修改、注销都会列在这里。",
        "Nothing has changed since the baseline; what is added, amended or cancelled later is listed here.",
    ),
    "start_figures": ("图表", "Charts"),
    "start_sources": ("来源状态", "State of the sources"),
    "start_all_well": (
        "所有来源正常：最近一次轮询没有遗留异常。", "All sources are well: no incident is open.",
    ),
    "start_incidents": ("{n} 项异常未恢复", "{n} incidents are open"),
    "start_checks": (
        "与监管部门公布数字核对：{ok} 项相符，{off} 项不符，{not_checkable} 项无法核对。",
        "Against the regulator's own figures: {ok} checks agree, {off} do not, {not_checkable} cannot be made.",
    ),
    "start_details": ("查看详情", "Details"),
    "start_per": ("截至 {day}", "as of {day}"),
    "start_empty_day": (
        "截至 {day} 没有已公布的备案。最早的一批公布于 {first}。",
        "Nothing was published by {day}. The first batch was published on {first}.",
    ),
    "start_empty": (
        "历史中还没有备案：首次轮询之后这里会显示总数。", "The history holds no filing yet: totals appear after the first poll.",
    ),
    "state_title": ("来源与核对", "Sources and checks"),
    "state_source": ("来源", "Source"),
    "state_outcome": ("结果", "Outcome"),
    "state_asked": ("最近访问", "Last asked"),
    "state_ok": ("最近成功", "Last success"),
    "state_never": ("从未成功", "never"),
    "state_outcome_ok": ("正常", "ok"),
    "state_outcome_partial": ("部分成功", "partly"),
    "state_outcome_failed": ("失败", "failed"),
    "state_no_sources": ("还没有轮询过任何来源。", "No source was asked yet."),
    "state_incidents": ("未恢复的异常", "Open incidents"),
    "state_since": ("自 {at} 起", "since {at}"),
    "state_past": ("最近已恢复的异常", "Incidents that are over"),
    "state_until": ("{first} 至 {last}", "{first} to {last}"),
    "state_no_past": ("没有已恢复的异常。", "No incident is over yet."),
    "state_checks": ("核对", "Checks"),
    "state_no_checks": ("没有可以核对的内容：轮询之后才有。", "There is nothing to check before the first poll."),
    "state_ok_checks": ("相符的 {n} 项", "{n} that agree"),
    "state_now": (
        "本页显示当前状态，不受截止日期影响。", "This page shows the state of now, whatever the date.",
    ),
}  # fmt: skip
