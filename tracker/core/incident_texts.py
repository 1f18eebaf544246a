"""What each kind of incident means and what to do about it, in Chinese and English. Pure."""

from __future__ import annotations

from tracker.core.messages import Lang
from tracker.core.models import IncidentKind

# incident → (what it means, what to do), Chinese and English
INCIDENTS: dict[IncidentKind, dict[Lang, tuple[str, str]]] = {
    IncidentKind.CHALLENGE: {
        "zh": ("防火墙以安全检查页代替了内容", "稍后再试；降低频率或更换 site.user_agent、出口地址"),
        "en": (
            "the firewall returned a check page",
            "retry later; poll less often, or set another site.user_agent or client address",
        ),
    },
    IncidentKind.EMPTY_ANSWER: {
        "zh": ("服务器返回空内容", "稍后再试；如持续出现，请在浏览器中打开该地址核对"),
        "en": ("the server returned an empty response", "retry later; if it persists, open the address in a browser"),
    },
    IncidentKind.HTML_FOR_FILE: {
        "zh": ("应为文件，却返回网页", "稍后再试；如持续出现，请核对附件链接是否已变更"),
        "en": (
            "the server returned a page instead of a file",
            "retry later; if it persists, check whether the link has changed",
        ),
    },
    IncidentKind.BAD_MAGIC: {
        "zh": ("返回的内容不是任何已知类型的文件", "请手工下载核对"),
        "en": ("the content is not of any known file type", "download the file manually and check it"),
    },
    IncidentKind.TRUNCATED: {
        "zh": ("内容不完整", "下次轮询会重新下载"),
        "en": ("the response is incomplete", "the next poll downloads it again"),
    },
    IncidentKind.OFFSITE_REDIRECT: {
        "zh": ("被重定向到其他网站", "请核对网站是否迁移；迁移后修改 site.*_url"),
        "en": (
            "the request was redirected to another site",
            "check whether the site has moved; then set its address, site.*_url",
        ),
    },
    IncidentKind.TOO_LARGE: {
        "zh": ("内容超过大小上限", "如确为正常文件，请调高 site.max_megabytes"),
        "en": ("the response exceeds the size limit", "if the file is genuine, raise site.max_megabytes"),
    },
    IncidentKind.LAYOUT_CHANGED: {
        "zh": ("页面结构与预期不符", "请在浏览器中核对；网站改版需更新 spiders/pages.py 或 tracker/core/series.py"),
        "en": (
            "the page does not have the expected structure",
            "check it in a browser; after a redesign, update spiders/pages.py or tracker/core/series.py",
        ),
    },
    IncidentKind.FEWER_ATTACHMENTS: {
        "zh": (
            "页面上的附件比以前少",
            "请在浏览器中核对；历史保持原状。如页面无误，请用 tracker poll --accept SHA256 接受",
        ),
        "en": (
            "the page offers fewer files than before",
            "check it in a browser; the history is unchanged. If the page is right, run tracker poll --accept SHA256",
        ),
    },
    IncidentKind.HTTP_ERROR: {
        "zh": ("服务器返回错误状态", "稍后再试；如为 404，请核对地址"),
        "en": ("the server returned an error", "retry later; for a 404, check the address"),
    },
    IncidentKind.UNREACHABLE: {
        "zh": ("无法连接或超时", "请检查网络、代理（site.proxy）与 site.timeout"),
        "en": ("the server could not be reached or timed out", "check the network, site.proxy and site.timeout"),
    },
    IncidentKind.ROBOTS: {
        "zh": ("robots.txt 不允许访问", "请尊重网站规则，联系网站运营者"),
        "en": ("robots.txt does not allow this address", "respect the rule; contact the site's operator"),
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
            "the file is archived but cannot be read",
            "open the original with `tracker open`; the history is unchanged. After raising a limit (reading.*) "
            "or upgrading the program, run tracker poll --accept SHA256 to read it again",
        ),
    },
    IncidentKind.FAILED_CHECKS: {
        "zh": (
            "清单未通过检查，未记录",
            "请用 tracker open SHA256 打开原件核对；历史保持原状。如原件无误，请用 tracker poll --accept SHA256 记录",
        ),
        "en": (
            "the list failed its checks and was not recorded",
            "check the original (tracker open SHA256); the history is unchanged. "
            "If it is right, run tracker poll --accept SHA256",
        ),
    },
    IncidentKind.FAILURE: {
        "zh": ("程序自身出错，该内容未记录，其余部分已完成", "请保留原件并报告此错误；每次轮询都会重试"),
        "en": (
            "the program failed on this item; everything else was completed",
            "keep the original and report the error; each poll retries",
        ),
    },
    IncidentKind.UNKNOWN_NUMBER: {
        "zh": ("注销公告中的编号不在任何清单内", "请核对公告原件"),
        "en": ("a cancellation notice names a number that is in no list", "check the notice"),
    },
    IncidentKind.LIST_GONE: {
        "zh": ("已记录的清单不再由任何页面提供", "请在浏览器中核对；历史与原件保持原状"),
        "en": (
            "no page offers this recorded list any more",
            "check its page in a browser; the history and the original are unchanged",
        ),
    },
    IncidentKind.CHECK_OFF: {
        "zh": ("核对不符", "请用 tracker reconcile 查看缺少什么，并用 tracker open 打开原件核对"),
        "en": (
            "a check against the regulator's own figures failed",
            "`tracker reconcile` shows what is missing; open the original with `tracker open`",
        ),
    },
    IncidentKind.UNDELIVERED: {
        "zh": (
            "有提醒无法送达",
            "请用 tracker notify list 查看原因，排除后运行 tracker notify retry；不再需要的用 tracker notify drop 放弃",
        ),
        "en": (
            "alerts cannot be delivered",
            "`tracker notify list` shows why; fix it, then run `tracker notify retry`, or discard them with "
            "`tracker notify drop`",
        ),
    },
    IncidentKind.STALE: {
        "zh": ("该系列的新批次比以往任何一次都来得晚", "请在浏览器中核对网站是否已换地址发布；若确无新批次，无需处理"),
        "en": (
            "this series has had no new batch for longer than ever before",
            "check in a browser whether it is now published elsewhere; if there is no new batch, do nothing",
        ),
    },
    IncidentKind.INTERRUPTED: {
        "zh": ("上一次轮询未能完成", "本次轮询已补做；如反复出现，请查看日志、内存与 schedule.limit_minutes"),
        "en": (
            "the previous poll did not finish",
            "this poll has caught up; if it persists, check the log, the memory and schedule.limit_minutes",
        ),
    },
    IncidentKind.MISSED: {
        "zh": ("计划中的轮询未进行", "本次轮询已补做；请检查电脑是否休眠、服务是否停止"),
        "en": (
            "scheduled polls did not run",
            "this poll has caught up; check whether the machine slept or the service was down",
        ),
    },
    IncidentKind.OVERLAP: {
        "zh": ("到了轮询时间，上一次轮询仍在进行", "请放宽 schedule 的间隔，或查看上一次轮询为何耗时"),
        "en": (
            "a poll was due while another was still running",
            "schedule polls further apart, or find out why the poll takes so long",
        ),
    },
}


def incident_text(kind: str, lang: Lang) -> tuple[str, str]:
    """Return what an incident means, and what to do about it."""
    return INCIDENTS[IncidentKind(kind)][lang]
