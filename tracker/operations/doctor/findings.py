"""Findings of `tracker doctor`: group, name, state, message and what to do, in Chinese and English. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.core.messages import Lang


class State(StrEnum):
    """The state of what was checked."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `tracker doctor`; `group` and `name` are the same in every language."""

    group: str
    name: str
    state: State
    message: str
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Makes the findings of one group in one language from `TEXTS`."""

    lang: Lang
    group: str = ""

    def of(self, group: str) -> Reporter:
        """Return a reporter for another group."""
        return Reporter(self.lang, group)

    def ok(self, name: str, text: str, /, **values: object) -> Finding:
        """Report that all is well."""
        return self._finding(name, State.OK, text, values)

    def warn(self, name: str, text: str, /, **values: object) -> Finding:
        """Report something to check when there is time."""
        return self._finding(name, State.WARNING, text, values)

    def fail(self, name: str, text: str, /, **values: object) -> Finding:
        """Report something that does not work."""
        return self._finding(name, State.FAILED, text, values)

    def _finding(self, name: str, state: State, text: str, values: dict[str, object]) -> Finding:
        message, to_do = TEXTS[text][self.lang]
        return Finding(self.group, name, state, message.format(**values), to_do.format(**values))


GROUPS: dict[str, dict[Lang, str]] = {
    "configuration": {"zh": "配置", "en": "Configuration"},
    "versions": {"zh": "版本", "en": "Versions"},
    "clock": {"zh": "时钟", "en": "Clock"},
    "disk": {"zh": "磁盘", "en": "Disk"},
    "database": {"zh": "历史库", "en": "Database"},
    "archive": {"zh": "原件库", "en": "Archive"},
    "sources": {"zh": "来源", "en": "Sources"},
    "polls": {"zh": "轮询", "en": "Polls"},
    "incidents": {"zh": "异常", "en": "Incidents"},
    "alerts": {"zh": "提醒", "en": "Alerts"},
    "channels": {"zh": "渠道", "en": "Channels"},
}
# key → language → (message, what to do)
TEXTS: dict[str, dict[Lang, tuple[str, str]]] = {
    "summary": {
        "zh": ("{failed} 项失败，{warning} 项需注意，{ok} 项正常", ""),
        "en": ("{failed} failed, {warning} to check, {ok} ok", ""),
    },
    "fault": {
        "zh": ("此项检查本身出错：{error}", "请报告此错误"),
        "en": ("this check itself failed: {error}", "report the error"),
    },
    # configuration
    "loads": {"zh": ("配置可读取：{file}", ""), "en": ("the configuration can be read: {file}", "")},
    "no_file": {
        "zh": ("没有 tracker.toml，使用默认设置", ""),
        "en": ("there is no tracker.toml; the defaults are used", ""),
    },
    "broken": {
        "zh": ("{error}", "请按说明修改；以下各项按默认设置检查"),
        "en": ("{error}", "correct it; the checks below used the default settings"),
    },
    "secrets": {"zh": ("密钥均可取得", ""), "en": ("every secret is available", "")},
    "no_secret": {
        "zh": ("{error}", "请设置该环境变量或文件（权限 600）"),
        "en": ("{error}", "set the environment variable or the file (mode 600)"),
    },
    "user_agent": {"zh": ("site.user_agent：{value}", ""), "en": ("site.user_agent: {value}", "")},
    "default_agent": {
        "zh": ("site.user_agent 仍为默认值，没有联系方式", "请在 site.user_agent 中写明您的联系方式"),
        "en": ("site.user_agent is still the default, which names no contact", "set site.user_agent with your contact"),
    },
    # versions, clock, disk
    "fts5": {"zh": ("SQLite 含全文检索模块 FTS5", ""), "en": ("SQLite has the full-text search module FTS5", "")},
    "no_fts5": {
        "zh": ("SQLite 缺少全文检索模块 FTS5", "请安装 SQLite 含 FTS5 的 Python（各发行版与 python.org 的版本均含）"),
        "en": ("SQLite lacks the full-text search module FTS5", "install a Python whose SQLite has FTS5"),
    },
    "version": {"zh": ("{what} {version}", ""), "en": ("{what} {version}", "")},
    "clock": {"zh": ("现在是 {now}", ""), "en": ("the time is {now}", "")},
    "clock_back": {
        "zh": ("时钟为 {now}，早于已记录的轮询（{newest}）", "请校正系统时间（NTP）后再轮询"),
        "en": ("the clock says {now}, before a recorded poll ({newest})", "set the clock (NTP) before polling"),
    },
    "zone": {"zh": ("时区数据可用：{zone}", ""), "en": ("time zone data is available: {zone}", "")},
    "no_zone": {
        "zh": ("缺少时区数据：{zone}", "请安装系统的 tzdata 软件包"),
        "en": ("there is no time zone data for {zone}", "install the system's package tzdata"),
    },
    "free": {"zh": ("可用空间 {free} MB", ""), "en": ("{free} MB free", "")},
    "little_free": {
        "zh": ("可用空间仅 {free} MB，低于 {least} MB", "请清理磁盘，或调整 health.min_free_megabytes"),
        "en": ("only {free} MB free, less than {least} MB", "free disk space, or change health.min_free_megabytes"),
    },
    "writable": {"zh": ("数据目录可写：{path}", ""), "en": ("the data folder is writable: {path}", "")},
    "no_folder": {
        "zh": ("数据目录尚不存在，首次轮询时建立：{path}", ""),
        "en": ("the data folder does not exist yet; the first poll creates it: {path}", ""),
    },
    "not_writable": {
        "zh": ("数据目录不可写：{path}：{error}", "请检查 data_dir、权限与磁盘"),
        "en": ("the data folder is not writable: {path}: {error}", "check data_dir, its permissions and the disk"),
    },
    # database
    "no_history": {
        "zh": ("还没有历史库：{path}", "请运行 tracker poll"),
        "en": ("there is no history yet: {path}", "run `tracker poll`"),
    },
    "history_gone": {
        "zh": ("原件库尚在，历史库不见了：{path}", "请运行 tracker rebuild 重建，或 tracker restore 文件 恢复备份"),
        "en": (
            "the archive exists, but the history is missing: {path}",
            "run `tracker rebuild` to rebuild it from the archive, or `tracker restore FILE` to restore a backup",
        ),
    },
    "unreadable": {
        "zh": ("{error}", "如被其他程序锁定，请关闭该程序；否则请运行 tracker rebuild --replace 或 tracker restore"),
        "en": (
            "{error}",
            "if another program locks it, close that one; else run `tracker rebuild --replace` or `tracker restore`",
        ),
    },
    "intact": {"zh": ("数据库完好（{megabytes} MB）", ""), "en": ("the database is intact ({megabytes} MB)", "")},
    "damaged": {
        "zh": ("数据库已损坏：{error}", "请运行 tracker rebuild --replace 重建，或 tracker restore --replace 文件"),
        "en": (
            "the database is damaged: {error}",
            "run `tracker rebuild --replace`, or `tracker restore --replace FILE`",
        ),
    },
    "references": {"zh": ("引用完整", ""), "en": ("every reference is valid", "")},
    "dangling": {
        "zh": (
            "有 {n} 处引用落空：{error}", "请运行 tracker rebuild --replace 重建，或 tracker restore --replace 文件"
        ),
        "en": (
            "broken references: {n} ({error})",
            "run `tracker rebuild --replace`, or `tracker restore --replace FILE`",
        ),
    },
    "schema": {"zh": ("结构为最新（{version}）", ""), "en": ("the schema is current ({version})", "")},
    "schema_older": {
        "zh": ("结构较旧，尚缺 {names}", "下次轮询会自动升级；也可现在运行 tracker poll"),
        "en": ("the schema is older; missing: {names}", "the next poll upgrades it"),
    },
    "schema_newer": {
        "zh": ("由更新版本的程序写成：{names}", "请升级程序"),
        "en": ("a newer program wrote it: {names}", "upgrade the program"),
    },
    "wal": {"zh": ("预写日志 {megabytes} MB", ""), "en": ("the write-ahead log is {megabytes} MB", "")},
    "wal_large": {
        "zh": ("预写日志达 {megabytes} MB", "可能有程序长期占用历史库：请关闭后再轮询一次"),
        "en": (
            "the write-ahead log is {megabytes} MB",
            "a program may be keeping the history open: close it, then poll once",
        ),
    },
    # archive
    "reached_archive": {"zh": ("可用：{url}", ""), "en": ("the archive is usable: {url}", "")},
    "unreachable_archive": {
        "zh": ("{error}：{url}", "请核对 archive.* 设置、网络与权限。{hint}"),
        "en": ("{error}: {url}", "{hint}"),
    },
    "whole": {
        "zh": ("历史库所引用的 {n} 个文件均在", ""),
        "en": ("every file that the history refers to exists ({n})", ""),
    },
    "missing": {
        "zh": ("缺少文件 {sha256}（{what}）", "请运行 tracker restore --files 备份.tar"),
        "en": ("the file {sha256} is missing ({what})", "run `tracker restore --files BACKUP.tar`"),
    },
    "missing_more": {
        "zh": ("另有 {n} 个文件缺失", "请运行 tracker restore --files 备份.tar"),
        "en": ("more missing files: {n}", "run `tracker restore --files BACKUP.tar`"),
    },
    "hashes": {
        "zh": ("{n} 个文件的内容与文件名相符", ""),
        "en": ("the content of every file matches its name ({n})", ""),
    },
    "quick": {"zh": ("未核对文件内容（--quick）", ""), "en": ("the content of files was not checked (--quick)", "")},
    "altered": {
        "zh": ("文件 {sha256} 的内容与文件名不符", "请运行 tracker restore --files 备份.tar：{path}"),
        "en": (
            "the content of file {sha256} does not match its name",
            "run `tracker restore --files BACKUP.tar`: {path}",
        ),
    },
    "unreferenced": {
        "zh": ("{n} 个文件未被引用，例如页面的早先版本；予以保留", ""),
        "en": ("files not referenced: {n}, such as earlier versions of pages; they are kept", ""),
    },
    "leftovers": {
        "zh": ("tmp/ 中有 {n} 个未写完的文件，下次轮询时清除", ""),
        "en": ("unfinished files in tmp/: {n}; the next poll removes them", ""),
    },
    # sources, polls, incidents, alerts
    "source": {"zh": ("{source}：{when} 正常", ""), "en": ("{source}: last succeeded at {when}", "")},
    "source_failing": {
        "zh": ("{source}：最近一次结果为 {outcome}，上次正常：{when}", "tracker incidents 说明原因"),
        "en": ("{source}: the latest result is {outcome}; last success: {when}", "`tracker incidents` shows why"),
    },
    "source_old": {
        "zh": ("{source}：自 {when} 起未再查看", "请检查定时轮询是否在运行，或是否用 --series 排除了它"),
        "en": (
            "{source}: not polled since {when}",
            "check that scheduled polls are running and that --series does not exclude it",
        ),
    },
    "never": {"zh": ("从未", ""), "en": ("never", "")},
    "healthy": {"zh": ("{line}", ""), "en": ("{line}", "")},
    "unhealthy": {
        "zh": ("{line}", "请检查 tracker run 或定时任务，并查看日志"),
        "en": ("{line}", "check `tracker run` or the timer, and look at the log"),
    },
    "running": {"zh": ("轮询 {id} 自 {since} 进行中", ""), "en": ("poll {id} is running since {since}", "")},
    "no_incidents": {"zh": ("没有异常", ""), "en": ("no incidents are open", "")},
    "incidents": {
        "zh": ("{n} 项异常：{kinds}", "tracker incidents 说明各项含义与办法"),
        "en": ("{n} open: {kinds}", "`tracker incidents` explains each one and what to do"),
    },
    "no_alerts": {"zh": ("没有未送达的提醒", ""), "en": ("no alerts are waiting", "")},
    "alerts": {
        "zh": ("{pending} 条待送，{dead} 条已放弃", "tracker notify list 说明原因；排除后运行 tracker notify retry"),
        "en": (
            "waiting: {pending}, given up: {dead}",
            "`tracker notify list` shows why; fix it, then run `tracker notify retry`",
        ),
    },
    # channels
    "no_channels": {"zh": ("没有订阅：不会通知任何人", ""), "en": ("no subscriptions: nobody is notified", "")},
    "not_probed": {
        "zh": ("配置有误，未检查渠道", "请先修改配置"),
        "en": ("channels were not checked because the configuration is invalid", "correct the configuration first"),
    },
    "reached": {"zh": ("{name}（{channel}）可用：{what}", ""), "en": ("{name} ({channel}) is usable: {what}", "")},
    "not_reached": {
        "zh": ("{name}（{channel}）不可用：{error}", "请核对该订阅的设置；tracker notify test 可发送试验消息"),
        "en": (
            "{name} ({channel}) is not usable: {error}",
            "check the subscription's settings; `tracker notify test` sends a test message",
        ),
    },
    "no_answer": {
        "zh": ("{name}（{channel}）{seconds} 秒内无应答", "请检查网络与域名解析；期限为 notify.timeout"),
        "en": (
            "{name} ({channel}) did not answer within {seconds} s",
            "check the network and the name server; the limit is notify.timeout",
        ),
    },
}
