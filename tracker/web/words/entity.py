"""The words of the page of one entity."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "entity_unknown": (
        "没有编号为 {id} 的主体。请用上方的搜索框按名称查找。", "There is no entity {id}. Search for its name above.",
    ),
    "entity_none_then": (
        "这一天该主体尚无备案公布或记录。", "By that day no filing of this entity was published, or recorded here.",
    ),
    "entity_first": ("第一条公布于 {day}。", "The first was published on {day}."),
    "entity_see_first": ("查看当日的状态", "See that day"),
    "entity_first_last": ("最早 {first}，最近 {last}", "the first {first}, the latest {last}"),
    "entity_only": ("{day}", "{day}"),
    "entity_names": ("名称", "Names"), "entity_now": ("现名", "today"), "entity_then": ("当时", "then"),
    "entity_listed": ("清单所列", "listed"), "entity_stated": ("仅见于备注", "stated by a remark only"),
    "entity_renames": ("更名", "Changes of name"),
    "entity_rename_told": ("{n} 条备案载明", "told by {n} filings"),
    "entity_rename_told_1": ("1 条备案载明", "told by 1 filing"),
    "entity_over_time": ("历年备案", "Over time"),
    "entity_month_note": (
        "按备案或登记时间；清单未列时间的，按首次公布日期。",
        "By the date of filing; where a list states none, by the day of first publication.",
    ),
    "entity_since": ("时间", "since"),
    "entity_since_note": (
        "时间为备案或登记时间；算法清单不列时间，为首次公布日期。",
        "Since: the date of filing; lists of algorithms have none, so the day of first publication.",
    ),
    "entity_listed_as": ("列为 {name}", "listed as {name}"),
    "entity_more": ("仅显示最新记录的 {n} 条；", "Only the {n} that were recorded last are shown;"),
    "entity_all": ("全部备案", "all of its filings"),
    "entity_changes": ("后来的变更", "Later changes"),
    "entity_no_changes": ("新增之后没有变更。", "Nothing has changed since they were added."),
    "entity_all_changes": ("全部变更（含新增）", "All changes, additions too"),
    "entity_newest_changes": ("仅显示最新 {n} 条。", "Only the newest {n} are shown."),
    "entity_api": ("此主体的 JSON", "this entity as JSON"),
}  # fmt: skip
