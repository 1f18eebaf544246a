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
        "en": ("{failed} failed, {warning} to look at, {ok} ok", ""),
    },
    "fault": {
        "zh": ("此项检查本身出错：{error}", "请报告此错误"),
        "en": ("this check itself failed: {error}", "report the fault"),
    },
    # configuration
    "loads": {"zh": ("配置可读取：{file}", ""), "en": ("it can be read: {file}", "")},
    "no_file": {
        "zh": ("没有 tracker.toml，使用默认设置", ""),
        "en": ("there is no tracker.toml: the defaults are in force", ""),
    },
    "broken": {
        "zh": ("{error}", "请按说明修改；以下各项按默认设置检查"),
        "en": ("{error}", "mend it; what follows was looked at with the default settings"),
    },
    "secrets": {"zh": ("密钥均可取得", ""), "en": ("every secret can be looked up", "")},
    "no_secret": {
        "zh": ("{error}", "请设置该环境变量或文件（权限 600）"),
        "en": ("{error}", "set the variable, or the file (mode 600)"),
    },
    "user_agent": {"zh": ("site.user_agent：{value}", ""), "en": ("site.user_agent: {value}", "")},
    "default_agent": {
        "zh": ("site.user_agent 仍为默认值，没有联系方式", "请在 site.user_agent 中写明您的联系方式"),
        "en": ("site.user_agent is still the default, which names no contact", "set site.user_agent with your contact"),
    },
    # versions, clock, disk
    "fts5": {"zh": ("SQLite 含全文检索模块 FTS5", ""), "en": ("SQLite has its module for texts, FTS5", "")},
    "no_fts5": {
        "zh": ("SQLite 缺少全文检索模块 FTS5", "请安装 SQLite 含 FTS5 的 Python（各发行版与 python.org 的版本均含）"),
        "en": ("SQLite lacks its module for texts, FTS5", "use a Python whose SQLite has it"),
    },
    "version": {"zh": ("{what} {version}", ""), "en": ("{what} {version}", "")},
    "clock": {"zh": ("现在是 {now}", ""), "en": ("it is {now}", "")},
    "clock_back": {
        "zh": ("时钟为 {now}，早于已记录的轮询（{newest}）", "请校正系统时间（NTP）后再轮询"),
        "en": ("the clock says {now}, before a poll that is recorded ({newest})", "set the clock (NTP) before polling"),
    },
    "zone": {"zh": ("时区数据可用：{zone}", ""), "en": ("time zone data is there: {zone}", "")},
    "no_zone": {
        "zh": ("缺少时区数据：{zone}", "请安装系统的 tzdata 软件包"),
        "en": ("there is no time zone data for {zone}", "install the system's package tzdata"),
    },
    "free": {"zh": ("可用空间 {free} MB", ""), "en": ("{free} MB are free", "")},
    "little_free": {
        "zh": ("可用空间仅 {free} MB，低于 {least} MB", "请清理磁盘，或调整 health.min_free_megabytes"),
        "en": ("only {free} MB are free, of {least} MB wanted", "make room, or set health.min_free_megabytes"),
    },
    "writable": {"zh": ("数据目录可写：{path}", ""), "en": ("the data folder can be written to: {path}", "")},
    "no_folder": {
        "zh": ("数据目录尚不存在，首次轮询时建立：{path}", ""),
        "en": ("the data folder is not there yet; the first poll makes it: {path}", ""),
    },
    "not_writable": {
        "zh": ("数据目录不可写：{path}：{error}", "请检查 data_dir、权限与磁盘"),
        "en": ("the data folder cannot be written to: {path}: {error}", "check data_dir, its rights and the disk"),
    },
    # database
    "no_history": {
        "zh": ("还没有历史库：{path}", "请运行 tracker poll"),
        "en": ("there is no history yet: {path}", "run `tracker poll`"),
    },
    "history_gone": {
        "zh": ("原件库尚在，历史库不见了：{path}", "请运行 tracker rebuild 重建，或 tracker restore 文件 恢复备份"),
        "en": (
            "the archive is there, the history is not: {path}",
            "`tracker rebuild` makes it anew from the archive, `tracker restore FILE` puts a backup in place",
        ),
    },
    "unreadable": {
        "zh": ("{error}", "如被其他程序锁定，请关闭该程序；否则请运行 tracker rebuild --replace 或 tracker restore"),
        "en": (
            "{error}",
            "if another program has locked it, close that one; else `tracker rebuild --replace` or `tracker restore`",
        ),
    },
    "intact": {"zh": ("数据库完好（{megabytes} MB）", ""), "en": ("the database is intact ({megabytes} MB)", "")},
    "damaged": {
        "zh": ("数据库已损坏：{error}", "请运行 tracker rebuild --replace 重建，或 tracker restore --replace 文件"),
        "en": (
            "the database is damaged: {error}",
            "`tracker rebuild --replace` makes it anew; or `tracker restore --replace FILE`",
        ),
    },
    "references": {"zh": ("引用完整", ""), "en": ("every reference leads somewhere", "")},
    "dangling": {
        "zh": (
            "有 {n} 处引用落空：{error}", "请运行 tracker rebuild --replace 重建，或 tracker restore --replace 文件"
        ),
        "en": (
            "references that lead nowhere: {n} ({error})",
            "`tracker rebuild --replace` makes it anew; or `tracker restore --replace FILE`",
        ),
    },
    "schema": {"zh": ("结构为最新（{version}）", ""), "en": ("the schema is current ({version})", "")},
    "schema_older": {
        "zh": ("结构较旧，尚缺 {names}", "下次轮询会自动升级；也可现在运行 tracker poll"),
        "en": ("the schema is older; to come: {names}", "the next poll brings it up to date"),
    },
    "schema_newer": {
        "zh": ("由更新版本的程序写成：{names}", "请升级程序"),
        "en": ("it was written by a newer program: {names}", "upgrade the program"),
    },
    "wal": {"zh": ("预写日志 {megabytes} MB", ""), "en": ("the write-ahead log has {megabytes} MB", "")},
    "wal_large": {
        "zh": ("预写日志达 {megabytes} MB", "可能有程序长期占用历史库：请关闭后再轮询一次"),
        "en": (
            "the write-ahead log has {megabytes} MB",
            "some program keeps the history open: close it, then poll once",
        ),
    },
    # archive
    "reached_archive": {"zh": ("可用：{url}", ""), "en": ("it can be used: {url}", "")},
    "unreachable_archive": {
        "zh": ("{error}：{url}", "请核对 archive.* 设置、网络与权限。{hint}"),
        "en": ("{error}: {url}", "{hint}"),
    },
    "whole": {
        "zh": ("历史库所引用的 {n} 个文件均在", ""),
        "en": ("every file that the history refers to is there ({n})", ""),
    },
    "missing": {
        "zh": ("缺少文件 {sha256}（{what}）", "请运行 tracker restore --files 备份.tar"),
        "en": ("the file {sha256} is missing ({what})", "`tracker restore --files BACKUP.tar`"),
    },
    "missing_more": {
        "zh": ("另有 {n} 个文件缺失", "请运行 tracker restore --files 备份.tar"),
        "en": ("missing as well: {n} more", "`tracker restore --files BACKUP.tar`"),
    },
    "hashes": {"zh": ("{n} 个文件的内容与文件名相符", ""), "en": ("every file holds the bytes of its name ({n})", "")},
    "quick": {"zh": ("未核对文件内容（--quick）", ""), "en": ("what files hold was not looked at (--quick)", "")},
    "altered": {
        "zh": ("文件 {sha256} 的内容与文件名不符", "请运行 tracker restore --files 备份.tar：{path}"),
        "en": (
            "the file {sha256} does not hold the bytes of its name",
            "`tracker restore --files BACKUP.tar` puts it right: {path}",
        ),
    },
    "unreferenced": {
        "zh": ("{n} 个文件未被引用，例如页面的早先版本；予以保留", ""),
        "en": ("nothing refers to {n} of them, such as earlier states of pages; they are kept", ""),
    },
    "leftovers": {
        "zh": ("tmp/ 中有 {n} 个未写完的文件，下次轮询时清除", ""),
        "en": ("left unfinished in tmp/: {n}; the next poll removes them", ""),
    },
    # sources, polls, incidents, alerts
    "source": {"zh": ("{source}：{when} 正常", ""), "en": ("{source}: in order at {when}", "")},
    "source_failing": {
        "zh": ("{source}：最近一次结果为 {outcome}，上次正常：{when}", "tracker incidents 说明原因"),
        "en": ("{source}: {outcome} at last, last in order: {when}", "`tracker incidents` says why"),
    },
    "source_old": {
        "zh": ("{source}：自 {when} 起未再查看", "请检查定时轮询是否在运行，或是否用 --series 排除了它"),
        "en": (
            "{source}: not looked at since {when}",
            "check that polls go on, and that --series does not leave it out",
        ),
    },
    "never": {"zh": ("从未", ""), "en": ("never", "")},
    "healthy": {"zh": ("{line}", ""), "en": ("{line}", "")},
    "unhealthy": {
        "zh": ("{line}", "请检查 tracker run 或定时任务，并查看日志"),
        "en": ("{line}", "check `tracker run` or the timer, and look at the log"),
    },
    "running": {"zh": ("轮询 {id} 自 {since} 进行中", ""), "en": ("poll {id} is running since {since}", "")},
    "no_incidents": {"zh": ("没有异常", ""), "en": ("none is open", "")},
    "incidents": {
        "zh": ("{n} 项异常：{kinds}", "tracker incidents 说明各项含义与办法"),
        "en": ("{n} open: {kinds}", "`tracker incidents` says what each means and what to do"),
    },
    "no_alerts": {"zh": ("没有未送达的提醒", ""), "en": ("none waits to be delivered", "")},
    "alerts": {
        "zh": ("{pending} 条待送，{dead} 条已放弃", "tracker notify list 说明原因；排除后运行 tracker notify retry"),
        "en": (
            "waiting: {pending}, given up: {dead}",
            "`tracker notify list` says why; mend it, then `tracker notify retry`",
        ),
    },
    # channels
    "no_channels": {"zh": ("没有订阅：不会通知任何人", ""), "en": ("no subscriptions: nobody is told of anything", "")},
    "not_probed": {
        "zh": ("配置有误，未检查渠道", "请先修改配置"),
        "en": ("not looked at, as the configuration is broken", "mend the configuration first"),
    },
    "reached": {"zh": ("{name}（{channel}）可用：{what}", ""), "en": ("{name} ({channel}) can be used: {what}", "")},
    "not_reached": {
        "zh": ("{name}（{channel}）不可用：{error}", "请核对该订阅的设置；tracker notify test 可发送试验消息"),
        "en": (
            "{name} ({channel}) cannot be used: {error}",
            "check the settings of the subscription; `tracker notify test` sends a trial",
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
