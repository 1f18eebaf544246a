"""The texts of commands in Chinese and English. Pure: a language and values in, text out."""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from typing import Literal

Lang = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "exporting": ("正在导出", "exporting"),
    "series": ("系列", "series"), "kind": ("类型", "kind"), "number": ("编号", "number"), "name": ("名称", "name"),
    "entity": ("主体", "entity"), "province": ("属地", "province"), "status": ("状态", "status"),
    "batch": ("批次", "batch"), "filed_on": ("日期", "date"), "count": ("数量", "count"), "month": ("月份", "month"),
    "change": ("变更", "change"), "recorded": ("记录时间", "recorded"), "published": ("公布日期", "published"),
    "what": ("内容", "what changed"), "rows": ("行", "rows"), "kept": ("保留", "kept"), "refused": ("拒绝", "refused"),
    "source": ("来源", "source"), "outcome": ("结果", "outcome"), "requests": ("请求", "requests"),
    "bytes": ("字节", "bytes"), "since": ("自", "since"), "incident": ("异常", "incident"), "file": ("文件", "file"),
    "attachment": ("附件", "attachment"), "reason": ("原因", "reason"), "field": ("字段", "field"),
    "value": ("值", "value"), "address": ("地址", "address"), "sequence": ("序号", "no."), "title": ("标题", "title"),
    "changes": ("变更", "changes"), "filings": ("备案数", "filings"), "role": ("角色", "role"),
    "category": ("类别", "category"),
    "product": ("应用产品", "product"), "purpose": ("用途", "purpose"), "remark": ("备注", "remark"),
    "scenario": ("适用场景", "scenario"), "cancelled_on": ("注销时间", "cancelled"), "setting": ("设置", "setting"),
    "basis": ("依据", "basis"), "formerly": ("曾用名", "formerly"), "former_names": ("曾用名", "former names"),
    "former_numbers": ("曾用编号", "former numbers"), "links": ("其他系列同号", "same number in"),
    "state": ("状态", "state"), "announcement": ("公告", "announcement"), "first_seen": ("首次见到", "first seen"),
    "media_type": ("文件类型", "type"), "sha256": ("sha256", "sha256"),
    "default": ("默认", "default"), "meaning": ("含义", "meaning"), "ended": ("结束", "ended"),
    # values
    "filed": ("备案", "filed"), "registered": ("登记", "registered"), "on_device": ("端侧", "on-device"),
    "active": ("有效", "active"), "cancelled": ("已注销", "cancelled"), "withdrawn": ("已撤下", "withdrawn"),
    "added": ("新增", "added"), "amended": ("修改", "amended"), "renumbered": ("改号", "renumbered"),
    "relisted": ("再次列出", "relisted"), "restored": ("恢复", "restored"),
    "observed": ("观察到", "observed"), "stated": ("备注所述", "stated"), "listed": ("清单所列", "listed"),
    "entity_renamed": ("主体更名", "entity renamed"), "algorithm_renamed": ("算法更名", "algorithm renamed"),
    "products_added": ("新增产品", "products added"), "products_removed": ("删除产品", "products removed"),
    "products_renamed": ("产品更名", "product renamed"), "product_changed": ("产品变更", "product changed"),
    "purpose_changed": ("用途变更", "purpose changed"), "model_changed": ("模型变更", "model changed"),
    "responsible_changed": ("责任人变更", "responsible person changed"),
    "other_material_changed": ("其他材料变更", "other material changed"), "other": ("其他", "other"),
    # checks
    "ok": ("相符", "ok"), "off": ("不符", "off"), "not_checkable": ("无法核对", "not checkable"),
    "check_totals": ("公布总数", "totals"), "check_rows": ("行数", "rows"), "check_sequence": ("序号", "sequence"),
    "check_province": ("属地", "places"), "check_numbers": ("备案编号", "numbers"),
    "check_notices": ("注销公告", "notices"), "check_round_up": ("汇总清单", "round-ups"),
    "check": ("核对项", "check"), "compared_with": ("对象", "subject"), "expected": ("应为", "expected"),
    "found": ("实为", "found"), "detail": ("说明", "detail"),
    # alerts
    "subscription": ("订阅", "subscription"), "channel": ("渠道", "channel"), "subject": ("主题", "subject"),
    "alerts_line": ("提醒：{counts}", "alerts: {counts}"),
    "answer": ("回应", "answer"), "tries": ("尝试", "tries"), "id": ("编号", "id"),
    "next_try": ("下次尝试", "next try"),
    "sent": ("已送达", "sent"), "pending": ("待送", "waiting"), "dead": ("已放弃", "given up"),
    "open": ("汇集中", "collecting"), "dropped": ("已取消", "dropped"), "accepted": ("已接受", "accepted"),
    "alerts_wait": (
        "有提醒尚未送达：tracker notify list 说明原因", "some alerts are not delivered: `tracker notify list` shows why"
    ),
    "no_alerts": ("没有未送达的提醒", "no alerts are waiting"),
    "dropped_n": ("已取消 {n} 条提醒", "{n} alerts dropped"),
    "disabled": ("渠道已停用", "channel disabled"),
    # looking after the data
    "backed_up": (
        "已备份 {filings} 条备案、{changes} 条变更、{files} 个原始文件：{file}",
        "backed up {filings} filings, {changes} changes, {files} original files: {file}",
    ),
    "restored_from": (
        "已恢复 {filings} 条备案、{changes} 条变更、{files} 个原始文件；最后一次轮询 {last_poll}",
        "restored {filings} filings, {changes} changes, {files} original files; last poll {last_poll}",
    ),
    "former_kept": ("原来的历史保留为 {file}", "the former history is kept as {file}"),
    "files_missing": (
        "历史引用的 {n} 个文件不在存档中：请运行 tracker restore --files 备份.tar",
        "the archive lacks {n} files of the history: run tracker restore --files BACKUP.tar",
    ),
    "file_missing": (
        "! 存档中缺少这个文件：请运行 tracker restore --files 备份.tar",
        "! The archive does not have this file: run tracker restore --files BACKUP.tar",
    ),
    "original_written": ("原始文件已写入 {file}", "the original file is written to {file}"),
    "files_brought": ("已从备份恢复 {n} 个文件", "restored {n} files from the backup"),
    "verified": (
        "已核对 {files} 个文件、{lists} 份清单、{rows} 行、{versions} 个版本",
        "verified {files} files, {lists} lists, {rows} rows, {versions} versions",
    ),
    "all_agree": ("历史与文件一致", "the history agrees with the files"),
    "faults": ("{n} 处不符", "differences: {n}"),
    "rebuilt": (
        "由存档重建：{polls} 次轮询、{events} 个事件", "rebuilt from the archive: {polls} polls, {events} events"
    ),
    "identical": ("与现有历史完全一致", "identical to the history in place"),
    "differs": ("与现有历史不同：", "differs from the history in place:"),
    "not_compared": ("没有可供比较的历史", "there is no history to compare it with"),
    "only_in_place": ("仅现有历史有", "only in place"), "only_rebuilt": ("仅重建的有", "only rebuilt"),
    "put_in_place": ("已启用重建的历史：{file}", "the rebuilt history is in place: {file}"),
    "outbox_unknown": (
        "重建的历史不知道哪些提醒已发出、哪些待发：损坏的历史中未送达的提醒不会再发送",
        "the rebuilt history does not record which alerts were sent or waiting: undelivered alerts will not be sent",
    ),
    "kept_at": ("重建的历史保存为 {file}", "the rebuilt history is kept as {file}"),
    "table": ("表", "table"),
    # lists of provinces, and the centre's
    "lead_first": ("省级公布", "province"), "lead_later": ("国家网信办公布", "centre"),
    "lead_days": ("早（天）", "days ahead"), "lead_seen": ("本站所见早（天）", "as seen here"),
    "ahead": ("省级清单", "province's list"),
    "lead_came": (
        "{series}：{first} 公布，国家网信办 {later} 公布，早 {days} 天",
        "{series}: published {first}, by the centre {later}, {days} days ahead",
    ),
    "lead_at_most": (
        "{series}：{first} 公布，国家网信办最迟 {later} 公布（仅知月份），至多早 {days} 天",
        "{series}: published {first}, by the centre by {later} (only the month is known), at most {days} days ahead",
    ),
    "lead_behind": (
        "{series}：{first} 公布，国家网信办 {later} 已公布，晚 {days} 天",
        "{series}: published {first}, by the centre {later}, {days} days later",
    ),
    "lead_behind_at_least": (
        "{series}：{first} 公布，国家网信办最迟 {later} 已公布（仅知月份），至少晚 {days} 天",
        "{series}: published {first}, by the centre by {later} (only the month is known), at least {days} days later",
    ),
    "lead_waits": (
        "{series}：{first} 公布，国家网信办尚未公布", "{series}: published {first}, not yet by the centre"
    ),
    "leads_at_most": (
        "≤：国家网信办的清单仅知公布月份，按月末计",
        "≤: only the month of the centre's list is known; the last day of the month is used",
    ),
    "no_leads": (
        "没有符合条件的省级清单备案；省级清单仅在设置 poll.provinces 后轮询，见 docs/sources.md",
        "no provincial filings match; provincial lists are polled only if poll.provinces names them: see "
        "docs/sources.md",
    ),
    "leads_total": (
        "省级清单共 {n} 条，其中 {came} 条国家网信办已公布，{waiting} 条尚未公布",
        "{n} filings in provincial lists: {came} also published by the centre, {waiting} not yet",
    ),
    "leads_days": (
        "公布早的天数（负数为晚）：中位数 {median}，最少 {least}，最多 {most}",
        "days ahead (negative: later): median {median}, from {least} to {most}",
    ),
    "left_out": (
        "未计入省级清单（其备案在国家网信办公布时计入），可用 --series 单独统计：{series}",
        "provincial lists are not counted (a filing counts once the centre has published it); --series counts one: "
        "{series}",
    ),
    # sentences
    "many_entities": (
        "{n} 个主体符合；请给出更完整的名称以查看其备案",
        "{n} entities match; give more of the name to see their filings"
    ),
    "formerly_said": ("{former} 是 {today} 的曾用名", "{former} is a former name of {today}"),
    "compared": ("{first} 至 {last}：{counts}", "{first} to {last}: {counts}"),
    "nothing": ("没有符合条件的记录", "no matches"),
    "no_changes": ("没有变更", "no changes"),
    "no_incidents": ("没有异常", "no incidents"),
    "poll_done": ("轮询 {poll} 完成：{changes}", "poll {poll} done: {changes}"),
    "unclassified": (
        "未分类公告（标题涉及备案，但不属于任何系列）",
        "unclassified announcements (about filings, but of no known series)",
    ),
    "collecting": ("正在查看网站", "checking the site"),
    "digesting": ("正在读取清单", "reading lists"),
    "delivering": ("正在发送提醒", "sending alerts"),
    "backup": ("正在备份", "backing up"), "restore": ("正在恢复", "restoring"),
    "verify": ("正在核对", "verifying"), "rebuild": ("正在重建", "rebuilding"),
    "deriving": ("正在整理主体与核对", "updating entities and checks"),
    "baseline": ("基线", "baseline"),
    "to_do": ("怎么办", "what to do"),
    "filings_total": ("共 {n} 条", "{n} filings"),
    "changes_total": ("共 {n} 条变更", "{n} changes"),
    "none": ("（无）", "(none)"),
    # tracker run --list
    "schedule": ("时间表", "schedule"), "overdue": ("已逾期", "overdue"),
    "made_up": ("tracker run 启动后立即补做一次", "runs once as soon as `tracker run` starts"),
    "next_times": ("接下来", "next"), "last_poll": ("上次轮询", "last poll"), "exit": ("退出码", "exit"),
    "jitter_note": (
        "每次轮询另有最多 {seconds} 秒的随机延迟；时间按 {zone}",
        "each poll starts after a random delay of up to {seconds} s; times are in {zone}",
    ),
}  # fmt: skip


def language(choice: str | None) -> Lang:
    """Return the language: the chosen one, else that of the locale, else English."""
    if choice in ("zh", "en"):
        return "zh" if choice == "zh" else "en"
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if (name or (locale.getlocale()[0] or "")).lower().startswith("zh") else "en"


def word(key: str | None, lang: Lang, table: Mapping[str, tuple[str, str]] = WORDS, /, **values: object) -> str:
    """Return the word or sentence of a table in that language; an unknown key is returned unchanged."""
    if key is None:
        return ""
    pair = table.get(key)
    text = key if pair is None else pair[0 if lang == "zh" else 1]
    return text.format(**values) if values else text
