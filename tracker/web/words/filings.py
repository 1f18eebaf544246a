"""The words of the page of filings, and of suggestions."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "filings_q": ("搜索", "search"),
    "filings_entity": ("主体名称含", "entity’s name holds"),
    "filings_filed_on": ("备案日期", "filed on"),
    "filings_filed": ("在 {day} 备案或登记的：", "Filed or registered on {day}:"),
    "filings_try_filed": (
        "只有生成式人工智能的清单写明备案日期；算法请按批次或公布日期查找。",
        "Only the lists of generative AI state a date of filing; ask for algorithms by batch or in the changes.",
    ),
    "filings_none_then": ("到 {day} 为止没有已公布的备案。", "No filing was published by {day}."),
    "filings_now": ("现有筛选", "Filters in force"),
    "filings_remove": ("移除筛选：{name} {value}", "remove the filter {name} {value}"),
    "filings_count": ("共 {n} 条", "{n} filings"),
    "filings_count_1": ("共 1 条", "1 filing"),
    "filings_more": ("超过 {n} 条", "more than {n} filings"),
    "filings_uncounted": ("数量较多，未逐条计数", "many filings, not counted"),
    "filings_withdrawn": (
        "（其中 {n} 条已从重新发布的清单中撤下）", " ({n} of them withdrawn from lists that were issued anew)",
    ),
    "filings_newest": ("最新记录的在前", "latest recorded first"),
    "filings_on": ("第一页之后", "further on"),
    "filings_take": ("下载全部结果：", "Download the whole result:"),
    "filings_api": ("同一查询的 JSON 接口", "the same question for programs (JSON)"),
    "filings_too_many_here": (
        "结果超过 {most} 条，请缩小范围后下载，或使用命令：",
        "More than {most} rows: ask for less to download them, or use the command",
    ),
    "filings_too_many": (
        "结果超过 {most} 条，不在网页上提供下载。请缩小范围，或使用 tracker export --to csv|xlsx|json|parquet 目录。",
        "More than {most} rows are not made into a file here. Ask for less, or use tracker export --to "
        "csv|xlsx|json|parquet DIR.",
    ),
    "filings_words": ("一次最多搜索 {most} 个词。", "A search takes {most} words at most."),
    "filings_numbered": ("编号 {number} 的备案", "The filing with the number {number}"),
    "filings_was_numbered": ("曾用编号，现编号为 {number}", "a former number; it is {number} now"),
    "filings_entities": ("名称含“{q}”的主体", "Entities with “{q}” in a name"),
    "filings_of_entity": ("{n} 条备案", "{n} filings"), "filings_of_entity_1": ("1 条备案", "1 filing"),
    "filings_once": ("曾用名 {name}", "formerly {name}"),
    "filings_none_fit": ("没有符合条件的备案。", "No filing fits."),
    "filings_past_end": ("后面没有更多了。", "There is nothing further on."),
    "filings_not_typed": (
        "“{q}”中没有可以搜索的字符。", "“{q}” holds no character that can be searched for.",
    ),
    "filings_try": ("可以试试", "What to try"),
    "filings_try_less": ("去掉“{name} {value}”", "Without “{name}: {value}”"),
    "filings_try_today": ("不限日期（{n}）", "On no particular day ({n})"),
    "filings_try_hidden": (
        "您查看的是过去某一日的状态，之后的备案不显示。",
        "You look at a day in the past: what came later is not shown.",
    ),
    "filings_try_spelling": (
        "换一种写法：名称的一部分、单个汉字、拼音首字母（wxyy）、编号的一部分均可。",
        "Another spelling: a part of a name, one character, pinyin initials (wxyy) or a part of a number will do.",
    ),
    "filings_try_former": (
        "曾用名、曾用编号、主体名称、应用产品、用途与备注均已在搜索范围内；每个词都须出现。",
        "Former names and numbers, entities, products, purposes and remarks are searched too; every word must occur.",
    ),
    "filings_empty": ("历史中还没有备案。", "The history holds no filings yet."),
    # suggestions
    "suggest_entity": ("主体", "entity"), "suggest_filing": ("备案", "filing"), "suggest_number": ("编号", "number"),
    "suggest_former": ("曾用名", "formerly"),
    "suggest_label": ("搜索建议", "Suggestions"),
    "suggest_some": ("{n} 条建议，用上下键选择", "{n} suggestions, use the arrow keys"),
    "suggest_none": ("没有建议", "no suggestions"),
}  # fmt: skip
