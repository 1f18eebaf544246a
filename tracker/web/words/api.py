"""The words of the interface for programs: what it refuses, why an answer is empty, and its page."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    # what is refused
    "api_unknown": ("没有参数 {name}。可用的参数：{names}。", "There is no parameter {name}; there are {names}."),
    "api_unknown_near": (
        "没有参数 {name}，是否指 {near}？可用的参数：{names}。",
        "There is no parameter {name}; did you mean {near}? There are {names}.",
    ),
    "api_none": ("没有参数 {name}：此地址不接受参数。", "There is no parameter {name}: this address takes none."),
    "api_twice": ("参数 {name} 出现了两次。", "{name} is given twice."),
    "api_empty": ("参数 {name} 为空；不需要时请省略。", "{name} is empty: leave it out instead."),
    "api_missing": ("缺少参数 {name}。", "{name} is missing."),
    "api_too_long": ("参数 {name} 最多 {most} 个字符。", "{name} has {most} characters at most."),
    "api_no_sha256": (
        "{name} 应为 64 位小写十六进制数字。", "{name} is no sha256: 64 hex digits in small letters."
    ),
    "api_not_searchable": ("{name} 中没有可以搜索的内容。", "There is nothing in {name} that could be searched for."),
    "api_no_cursor": (
        "cursor 无效：请原样使用上一页的 next。",
        "cursor is none of ours: hand back `next` of the page before as it is.",
    ),
    "api_other_cursor": (
        "cursor 属于另一个查询：除 limit 外，其他参数须与得到它时相同。",
        "cursor belongs to another question: but for limit, all parameters must be those with which it was given.",
    ),
    "api_after_newest": ("after_id 须与 order=oldest 一起使用。", "after_id goes with order=oldest."),
    "api_after_later": (
        "after_id 不能与 {name} 一起使用：主体与检索词在变更记录之后才整理，会有遗漏。请自行筛选。",
        "{name} does not go with after_id: what it asks for may be worked out after a change was recorded, and that "
        "change would be missed. Choose among the changes yourself.",
    ),
    "api_backwards": (
        "{name}：{last} 早于 {first}。请先写较早的日期。",
        "{name}: {last} is before {first}. Give the earlier day first.",
    ),
    # what is not there
    "api_no_filing": ("{series} 中没有编号 {number}。", "No filing of {series} has, or had, the number {number}."),
    "api_no_entity": ("没有 id 为 {value} 的主体。", "There is no entity of the id {value}."),
    "api_no_change": (
        "没有 id 为 {value} 的变更：历史库已换成另一个（例如从备份恢复）。请从 after_id=0 重新开始。",
        "There is no change of the id {value}: another history lies here now, such as one from a backup. "
        "Begin again with after_id=0.",
    ),
    # why an answer is empty
    "api_all_empty": (
        "历史库中没有这类内容，或者在所问的时间还没有。",
        "The history holds nothing of this sort, or not for the time asked.",
    ),
    "api_empty_alone": ("单独使用以下条件就没有结果：{filters}", "Nothing fits even alone: {filters}"),
    "api_empty_together": (
        "单独使用每个条件都有结果，但没有同时符合的：{filters}",
        "Each fits something by itself, together they fit nothing: {filters}",
    ),
    # the page
    "api_title": ("程序接口", "Interface for programs"),
    "api_intro": (
        "同一份历史，以 JSON 提供给程序。只读，无需密钥。",
        "The same history as JSON, for programs. For reading only; no key is needed.",
    ),
    "api_addresses": ("地址", "Addresses"), "api_parameter": ("参数", "Parameter"), "api_meaning": ("含义", "Meaning"),
    "api_default": ("默认值", "Default"), "api_values": ("取值", "Values"), "api_required": ("必填", "required"),
    "api_no_parameters": ("没有参数。", "It takes no parameters."),
    "api_try": ("试一试", "Try it"), "api_examples": ("示例", "Examples"),
    "api_openapi": ("OpenAPI 描述", "OpenAPI description"),
    "api_openapi_said": (
        "每个字段的含义都在其中，可用来生成客户端：", "It says what each field means, and clients can be made from it:"
    ),
    "api_rules": ("约定", "How it works"),
    "api_first_filing": ("逐页取得全部", "All of them, page by page"),
    "api_follow": ("跟随变更", "Following the changes"),
    "api_follow_said": (
        "变更的 id 随记录递增，之前不会再插入。记住处理过的最后一个 id，下次从它之后继续；不会遗漏。"
        "若答复 404，说明历史库已换成另一个（例如从备份恢复），请从 0 重新开始。",
        "Ids rise as changes are recorded, and none is ever put in before: keep the id of the last change that you "
        "have dealt with, and go on behind it; none is missed. If the answer is 404, another history lies there now, "
        "such as one from a backup: begin again with 0.",
    ),
}  # fmt: skip
