"""Which lists a made history holds: the real ones, by series, period and rows; other sizes scale their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tracker.changes.checks.facts import joint_counts, row_counts
from tracker.core.models import Kind
from tracker.core.series import SITES, series_by_id

CAC = next(site.url for site in SITES if site.id == "cac")
BEIAN = next(site.url for site in SITES if site.id == "beian")
BATCHES = "一二三四五六七八九十"
_ANNOUNCED = "国家互联网信息办公室关于发布{}的公告"
# Label of the list, title of the page
_TITLES = {
    "genai_service": ("生成式人工智能服务已备案信息", _ANNOUNCED.format("生成式人工智能服务已备案信息")),
    "on_device": ("手机端侧生成式人工智能服务已备案信息", "7款提供手机端侧生成式人工智能服务的大模型完成备案"),
    "algorithm_recommendation": ("境内互联网信息服务算法备案清单", _ANNOUNCED.format("互联网信息服务算法备案信息")),
    "deep_synthesis": ("境内深度合成服务算法备案清单", _ANNOUNCED.format("{}深度合成服务算法备案信息")),
}


@dataclass(frozen=True, slots=True)
class MadeList:
    """One list: the page that offers it, its label there, and how many rows it has of each kind."""

    series: str
    period: str
    url: str
    page_title: str
    published_at: str
    label: str
    counts: dict[Kind | None, int]

    @property
    def rows(self) -> int:
        """All its rows."""
        return sum(self.counts.values())


def real_lists() -> list[MadeList]:
    """The lists in the order of their periods, with as many rows as the real ones."""
    counts: dict[tuple[str, str], dict[Kind | None, int]] = {}
    for key, known in row_counts().items():
        kinds: dict[Kind | None, int] = {kind: rows for kind, rows in known.kinds.items() if rows}
        counts[key] = kinds or {None: known.rows or 0}
    for joint in joint_counts():  # where one ends is not known
        for place, period in enumerate(joint.periods):
            counts[joint.series, period][joint.kind] = joint.count * (place + 1) // 2 - joint.count * place // 2
    counts["on_device", "2026-07"] = {Kind.ON_DEVICE: 7}
    return sorted(
        (_made_list(series, period, rows) for (series, period), rows in counts.items()),
        key=lambda made: (made.period, made.series),
    )


def scaled_lists(filings: int) -> list[MadeList]:
    """The same lists with `filings` rows in all; each keeps one row at least, as far as they go round."""
    lists = real_lists()
    places = [(n, kind, rows) for n, made in enumerate(lists) for kind, rows in made.counts.items() if rows]
    total = sum(rows for _, _, rows in places)
    counts: list[dict[Kind | None, int]] = [{} for _ in lists]
    before = 0
    for n, kind, rows in places:  # by running sums: the parts of the whole add up to it
        after = before + rows
        counts[n][kind] = filings * after // total - filings * before // total
        before = after
    return [replace(made, counts=rows) for made, rows in zip(lists, counts, strict=True)]


def real_size() -> int:
    """How many filings the real lists state."""
    return sum(made.rows for made in real_lists())


def _made_list(series: str, period: str, counts: dict[Kind | None, int]) -> MadeList:
    path, published = _page(series, period)
    month = f"（{period[:4]}年{int(period[5:])}月）"
    label, title = _TITLES[series]
    if series == "deep_synthesis":
        title = title.format(_batch(period))
    return MadeList(series, period, CAC + path, title, f"{published}T17:00:00", f"附件：{label}{month}", counts)


def _page(series: str, period: str) -> tuple[str, str]:
    """The path of the page that offers a list, and its day: rolling pages offer all lists of a series."""
    known = series_by_id(series)
    if known.rolling:
        path = known.rolling[0]
    elif series == "on_device":
        path = known.known[0]
    else:
        path = known.known[list(_deep_periods()).index(period)]
    return path, f"{path[1:8]}-{path[9:11]}"


def _deep_periods() -> Iterator[str]:
    return (period for series, period in row_counts() if series == "deep_synthesis")


def _batch(period: str) -> str:
    """第十一批; the first batch has no number."""
    n = list(_deep_periods()).index(period) + 1
    word = BATCHES[n - 1] if n <= 10 else "十" + BATCHES[n - 11]
    return f"第{word}批" if n > 1 else ""
