"""What each kind of incident means and what to do about it, in Chinese and English. Pure."""

from __future__ import annotations

from tracker.core.messages import Lang
from tracker.core.models import IncidentKind

# incident → (what it means, what to do), Chinese and English
INCIDENTS: dict[IncidentKind, dict[Lang, tuple[str, str]]] = {
    IncidentKind.CHALLENGE: {
        "zh": ("防火墙以安全检查页代替了内容", "稍后再试；降低频率或更换 site.user_agent、出口地址"),
        "en": (
            "the firewall answered with a check page",
            "try later; poll less often, or set another site.user_agent or client address",
        ),
    },
    IncidentKind.EMPTY_ANSWER: {
        "zh": ("服务器返回空内容", "稍后再试；如持续出现，请在浏览器中打开该地址核对"),
        "en": ("the answer was empty", "try later; if it goes on, open the address in a browser"),
    },
    IncidentKind.HTML_FOR_FILE: {
        "zh": ("应为文件，却返回网页", "稍后再试；如持续出现，请核对附件链接是否已变更"),
        "en": ("a page came in place of a file", "try later; if it goes on, check whether the link has changed"),
    },
    IncidentKind.BAD_MAGIC: {
        "zh": ("返回的内容不是任何已知类型的文件", "请手工下载核对"),
        "en": ("the bytes are of no known file type", "download it by hand and look"),
    },
    IncidentKind.TRUNCATED: {
        "zh": ("内容不完整", "下次轮询会重新下载"),
        "en": ("the answer stops before its end", "the next poll fetches it again"),
    },
    IncidentKind.OFFSITE_REDIRECT: {
        "zh": ("被重定向到其他网站", "请核对网站是否迁移；迁移后修改 site.*_url"),
        "en": (
            "a redirect leads to another site",
            "check whether the site has moved; then set its address, site.*_url",
        ),
    },
    IncidentKind.TOO_LARGE: {
        "zh": ("内容超过大小上限", "如确为正常文件，请调高 site.max_megabytes"),
        "en": ("the answer is over the size limit", "if it is genuine, raise site.max_megabytes"),
    },
    IncidentKind.LAYOUT_CHANGED: {
        "zh": ("页面结构与预期不符", "请在浏览器中核对；网站改版需更新 spiders/pages.py 或 tracker/core/series.py"),
        "en": (
            "the page is not built as expected",
            "look at it in a browser; a redesign needs spiders/pages.py or tracker/core/series.py updated",
        ),
    },
    IncidentKind.FEWER_ATTACHMENTS: {
        "zh": (
            "页面上的附件比以前少",
            "请在浏览器中核对；历史保持原状。如页面无误，请用 tracker poll --accept SHA256 接受",
        ),
        "en": (
            "the page offers fewer files than before",
            "look at it in a browser; the history stays as it was. If the page is right: tracker poll --accept SHA256",
        ),
    },
    IncidentKind.HTTP_ERROR: {
        "zh": ("服务器返回错误状态", "稍后再试；如为 404，请核对地址"),
        "en": ("the server answered with an error", "try later; with 404 check the address"),
    },
    IncidentKind.UNREACHABLE: {
        "zh": ("无法连接或超时", "请检查网络、代理（site.proxy）与 site.timeout"),
        "en": ("no answer", "check the network, site.proxy and site.timeout"),
    },
    IncidentKind.ROBOTS: {
        "zh": ("robots.txt 不允许访问", "请尊重网站规则，联系网站运营者"),
        "en": ("robots.txt forbids the address", "respect it; ask the site's operator"),
    },
    IncidentKind.DISCOVERY_GAP: {
        "zh": ("新闻列表未能回溯到已知公告，其间可能有遗漏", "请调高 site.discovery_pages 后再次轮询"),
        "en": (
            "the listing did not reach back to a known announcement; some may be missed",
            "raise site.discovery_pages and poll again",
        ),
    },
    IncidentKind.UNREADABLE: {
        "zh": (
            "附件已保存，但无法读取",
            "请用 tracker open 打开原件核对；历史保持原状。"
            "提高限额（reading.*）或升级程序后，可用 tracker poll --accept SHA256 再读一次",
        ),
        "en": (
            "the file is kept but cannot be read",
            "open the original with `tracker open`; the history stands. Once a limit (reading.*) is raised, or a newer "
            "program reads more: tracker poll --accept SHA256 reads it again",
        ),
    },
    IncidentKind.FAILED_CHECKS: {
        "zh": (
            "清单未通过检查，未记录",
            "请用 tracker open SHA256 打开原件核对；历史保持原状。如原件无误，请用 tracker poll --accept SHA256 记录",
        ),
        "en": (
            "the list failed its checks and was not recorded",
            "look at the original (tracker open SHA256); the history stands. "
            "If it is right: tracker poll --accept SHA256",
        ),
    },
    IncidentKind.FAILURE: {
        "zh": ("程序自身出错，该内容未记录，其余部分已完成", "请保留原件并报告此错误；每次轮询都会重试"),
        "en": (
            "the program itself failed at this; the rest was done",
            "keep the original and report the fault; each poll tries again",
        ),
    },
    IncidentKind.UNKNOWN_NUMBER: {
        "zh": ("注销公告中的编号不在任何清单内", "请核对公告原件"),
        "en": ("a cancellation notice names a number that no list holds", "look at the notice"),
    },
    IncidentKind.LIST_GONE: {
        "zh": ("已记录的清单不再由任何页面提供", "请在浏览器中核对；历史与原件保持原状"),
        "en": (
            "a recorded list is offered by no page any more",
            "look at its page in a browser; the history and the original stay as they are",
        ),
    },
    IncidentKind.CHECK_OFF: {
        "zh": ("核对不符", "请用 tracker reconcile 查看缺少什么，并用 tracker open 打开原件核对"),
        "en": (
            "a check against the regulator's own figures does not come out",
            "`tracker reconcile` names what is missing; open the original with `tracker open`",
        ),
    },
    IncidentKind.UNDELIVERED: {
        "zh": (
            "有提醒无法送达",
            "请用 tracker notify list 查看原因，排除后运行 tracker notify retry；不再需要的用 tracker notify drop 放弃",
        ),
        "en": (
            "alerts cannot be delivered",
            "`tracker notify list` says why; mend it, then `tracker notify retry`, or give them up with "
            "`tracker notify drop`",
        ),
    },
    IncidentKind.STALE: {
        "zh": ("该系列的新批次比以往任何一次都来得晚", "请在浏览器中核对网站是否已换地址发布；若确无新批次，无需处理"),
        "en": (
            "no new batch of this series for longer than ever before",
            "check in a browser whether it is published elsewhere now; if there is none, nothing needs doing",
        ),
    },
    IncidentKind.INTERRUPTED: {
        "zh": ("上一次轮询未能完成", "本次轮询已补做；如反复出现，请查看日志、内存与 schedule.limit_minutes"),
        "en": (
            "the poll before did not come to its end",
            "this one has made it good; if it goes on, look at the log, the memory and schedule.limit_minutes",
        ),
    },
    IncidentKind.MISSED: {
        "zh": ("计划中的轮询未进行", "本次轮询已补做；请检查电脑是否休眠、服务是否停止"),
        "en": (
            "polls of the schedule did not take place",
            "this one makes them good; check whether the machine slept or the service was down",
        ),
    },
    IncidentKind.OVERLAP: {
        "zh": ("到了轮询时间，上一次轮询仍在进行", "请放宽 schedule 的间隔，或查看上一次轮询为何耗时"),
        "en": (
            "a poll was due while another was still running",
            "schedule polls further apart, or see what takes so long",
        ),
    },
}


def incident_text(kind: str, lang: Lang) -> tuple[str, str]:
    """Return what an incident means, and what to do about it."""
    return INCIDENTS[IncidentKind(kind)][lang]
