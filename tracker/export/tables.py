"""The tables of an export, declared once: its files, their descriptions and docs/exports.md are made from them."""

from __future__ import annotations

from tracker.core.models import CHECK_NAMES, ChangeKind, Kind, Status, Verdict
from tracker.core.series import SERIES
from tracker.export.schema import Reference, Table, at, code, flag, instant, number, source, text

_SERIES = tuple(series.id for series in SERIES)
_KINDS, _STATUSES = tuple(kind.value for kind in Kind), tuple(status.value for status in Status)

_FILING_ID = number(
    "filing_id", "备案标识 | filing id",
    "历史中的标识，改号后不变 | its id in the history; stays through a renumbering",
)
_CHANGE_ID = number("change_id", "变更标识 | change id", "按记录顺序递增 | its id, in order of recording")
_ENTITY_ID = number("entity_id", "主体标识 | entity id", "同一主体的各名称共用 | one for all names of an entity")
_SERIES_COLUMN = code("series", "系列 | series", "备案所属系列 | the series", _SERIES, required=True)
_BATCH = text(
    "batch", "批次 | batch",
    "清单的期次，如 2024-08；注销公告为日期 | the period of the list, as 2024-08; the day of a notice",
)

FILINGS = Table(
    name="filings",
    title=("备案", "Filings"),
    meaning=(
        "每行一条备案：现在的状态，或所问日期的状态",
        "One row for each filing: its state now, or on the day asked for",
    ),
    columns=(
        _FILING_ID,
        _SERIES_COLUMN,
        code(
            "kind", "类型 | kind", "备案、登记或端侧；算法为空 | filed, registered or on_device; empty for algorithms",
            _KINDS,
        ),
        text(
            "number", "编号 | number",
            "备案编号：现在的，或当日清单所列的 | its number: today's, or the one stated on that day",
            required=True,
        ),
        text("sequence", "序号 | no.", "清单中的序号，原样 | 序号 in the list, as stated"),
        text("name", "名称 | name", "模型、应用或算法名称 | of the model, application or algorithm"),
        text("entity", "主体 | entity", "清单所列主体名称 | who files, as listed"),
        text(
            "province", "属地 | province",
            "全称；清单未列者取自编号的区划代码 | in full; from the number's region code where the list has none",
        ),
        text("province_code", "区划代码 | province code", "GB/T 2260，六位 | GB/T 2260, six digits"),
        text("category", "类别 | category", "算法类别 | 算法类别, of algorithms"),
        text("role", "角色 | role", "服务提供者或服务技术支持者 | 角色: service provider or technical supporter"),
        text("product", "应用产品 | product", "应用产品，原样 | 应用产品, as stated"),
        text("purpose", "用途 | purpose", "主要用途，原样 | 主要用途, as stated"),
        text("remark", "备注 | remark", "备注，原样 | 备注, as stated"),
        text("scenario", "适用场景 | scenario", "适用场景，原样 | 适用场景, as stated"),
        *at("filed_on", "备案时间 | filed", "备案或登记时间 | when it was filed or registered"),
        *at(
            "cancelled_on", "注销时间 | cancelled",
            "公告或备注所述注销时间 | when it was cancelled, as a notice or a remark says",
        ),
        code(
            "status", "状态 | status",
            "有效、已注销或已撤下 | active, cancelled or withdrawn (dropped from a re-issued list)",
            _STATUSES, required=True,
        ),
        _BATCH,
        number(
            "entity_id", "主体标识 | entity id", "主体（含其全部名称） | the entity through all its names",
            required=False,
        ),
        text(
            "entity_today", "主体现名 | entity today",
            "该主体现在的名称（与所问日期无关） | its name today, whatever day is asked for",
        ),
        *source("announcement", "sha256", "table", "row", "revision_id"),
    ),
    key=("filing_id",),
    references=(Reference(("entity_id",), "entities"), Reference(("source_revision_id",), "batches")),
    by_series=True,
    sought=("number", "entity_id", "source_revision_id"),
)  # fmt: skip

CHANGES = Table(
    name="changes",
    title=("变更", "Changes"),
    meaning=("每行一次变更，按记录顺序", "One row for each change, in order of recording"),
    columns=(
        _CHANGE_ID,
        number("filing_id", "备案标识 | filing id", "所变更的备案 | the filing"),
        code(
            "kind", "变更 | change", "新增、修改、改号、注销、再次列出、撤下或恢复 | what happened",
            tuple(kind.value for kind in ChangeKind), required=True,
        ),
        _SERIES_COLUMN,
        text("number", "编号 | number", "当时所列编号 | its number as stated then", required=True),
        text("number_now", "现编号 | number now", "现在的编号 | its number today", required=True),
        text("name", "名称 | name", "变更后的名称 | its name after the change"),
        text("entity", "主体 | entity", "变更后的主体 | its entity after the change"),
        text("province", "属地 | province", "变更后的属地 | its place after the change"),
        code(
            "filing_kind", "类型 | kind of filing",
            "备案、登记或端侧；算法为空 | filed, registered or on_device; empty for algorithms",
            _KINDS,
        ),
        code(
            "list_series", "清单系列 | series of the list",
            "载明变更的清单或公告的系列 | of the list or notice that says so",
            _SERIES, required=True,
        ),
        _BATCH,
        *at("published_on", "公布日期 | published", "网信办所述发生日期 | when the regulator says that it happened"),
        instant(
            "recorded_at", "记录时间 | recorded", "本程序记录的时刻 | when it was recorded here",
            required=True,
        ),
        code("status_before", "变更前状态 | status before", "新增时为空 | empty for an addition", _STATUSES),
        code(
            "status", "变更后状态 | status after", "变更后的状态 | the filing's status after it",
            _STATUSES, required=True,
        ),
        flag("baseline", "基线 | baseline", "首次轮询时已有 | true where it belongs to the first look"),
        *source("announcement", "sha256", "revision_id"),
    ),
    key=("change_id",),
    references=(Reference(("filing_id",), "filings"), Reference(("source_revision_id",), "batches")),
    by_series=True,
    sought=("filing_id", "recorded_at", "source_revision_id"),
)  # fmt: skip

CHANGE_FIELDS = Table(
    name="change_fields",
    title=("变更字段", "Changed fields"),
    meaning=(
        "每行一个变更的字段及其前后值；新增没有",
        "One row for each field that a change changed; additions have none",
    ),
    columns=(
        number("change_id", "变更标识 | change id", "所属变更 | the change"),
        text("field", "字段 | field", "字段名，见备案表 | name of the field, see filings", required=True),
        text("before", "变更前 | before", "空为无 | empty: there was none"),
        text("after", "变更后 | after", "空为无 | empty: there is none"),
    ),
    key=("change_id", "field"),
    references=(Reference(("change_id",), "changes"),),
)  # fmt: skip

ENTITIES = Table(
    name="entities",
    title=("主体", "Entities"),
    meaning=("每行一个主体，按今日所知", "One row for each entity, as it is known today"),
    columns=(_ENTITY_ID, text("name", "现名 | name today", "现在的名称 | its name today", required=True)),
    key=("entity_id",),
)

ENTITY_NAMES = Table(
    name="entity_names",
    title=("主体名称", "Names of entities"),
    meaning=("每行一个主体现在或曾经的一个名称", "One row for each name that an entity has or had"),
    columns=(
        number("entity_id", "主体标识 | entity id", "主体 | the entity"),
        text("name", "名称 | name", "所列名称 | the name, as printed", required=True),
        code(
            "basis", "依据 | basis", "清单所列，或仅见于备注 | listed by a list, or stated by a remark only",
            ("listed", "stated"), required=True,
        ),
        flag("current", "现名 | current", "是否现在的名称 | true for its name today"),
    ),
    key=("entity_id", "name"),
    references=(Reference(("entity_id",), "entities"),),
    sought=("name",),
)  # fmt: skip

BATCHES = Table(
    name="batches",
    title=("批次", "Batches"),
    meaning=("每行一份清单的一个版本（一个文件）", "One row for each revision of a list: one file"),
    columns=(
        number("revision_id", "版本标识 | revision id", "清单的一个版本 | one revision of a list"),
        code("series", "系列 | series", "清单的系列 | of the list", _SERIES, required=True),
        _BATCH,
        text("attachment", "附件 | attachment", "附件名称 | the label of the attachment"),
        text("announcement", "公告 | announcement", "公告地址 | address of the announcement", required=True),
        text("title", "标题 | title", "文件内的标题 | the title inside the file"),
        text("sha256", "sha256 | sha256", "文件的 sha256 | of the file", required=True),
        number("size", "字节 | bytes", "文件大小 | size of the file in bytes"),
        text("media_type", "文件类型 | type", "按内容判断的类型 | by its bytes: docx, pdf, xlsx …", required=True),
        code(
            "state", "状态 | state", "recorded：已记录；其余未记录 | recorded; all others are not",
            ("pending", "recorded", "unreadable", "refused", "round_up"), required=True,
        ),
        text("reason", "原因 | reason", "未记录的原因 | why it is not recorded"),
        number("rows", "行 | rows", "读到的行 = 保留 + 拒绝 | rows met = kept + refused", required=False),
        number("kept", "保留 | kept", "其中为备案的行 | rows that are filings", required=False),
        number("refused", "拒绝 | refused", "其中不是备案的行 | rows that are none", required=False),
        *at("published_on", "公布日期 | published", "公布日期 | when it was published"),
        instant(
            "first_seen", "首次见到 | first seen", "首次下载的时刻 | when it was first fetched",
            required=True,
        ),
        instant("recorded_at", "记录时间 | recorded", "读取的时刻 | when it was digested"),
    ),
    key=("revision_id",),
    sought=("sha256",),
)  # fmt: skip

_CHECK_KEY = (
    code("check", "核对项 | check", "核对的种类 | the sort of check", CHECK_NAMES, required=True),
    code("series", "系列 | series", "所核对的系列 | the series", _SERIES, required=True),
    text("subject", "对象 | subject", "所核对的日期、批次等 | what it looked at: a day, a batch …", required=True),
)

CHECKS = Table(
    name="checks",
    title=("核对", "Checks"),
    meaning=(
        "历史与网信办所公布数字的核对，最近一次轮询的结果",
        "The history against the regulator's own figures, as of the last poll",
    ),
    columns=(
        *_CHECK_KEY,
        code(
            "verdict", "结果 | verdict", "相符、不符或无法核对 | how it came out",
            tuple(one.value for one in Verdict), required=True,
        ),
        number("expected", "应为 | expected", "网信办所述 | what the regulator states", required=False),
        number("found", "实为 | found", "历史所有 | what the history holds", required=False),
        number("off_by", "相差 | off by", "实为减应为 | found less expected", required=False),
        text("detail", "说明 | detail", "一句话 | one sentence"),
        text("address", "出处 | address", "数字载于何处 | where it is stated"),
    ),
    key=("check", "series", "subject"),
    now_only=True,
)  # fmt: skip

CHECK_ITEMS = Table(
    name="check_items",
    title=("核对明细", "Check items"),
    meaning=("每行一项：核对指出的缺漏或异常", "One row for each thing that a check names as missing or odd"),
    columns=(
        *_CHECK_KEY,
        number("position", "次序 | position", "自 1 起 | from 1"),
        text("item", "内容 | item", "缺漏或异常之处 | what is missing or odd"),
    ),
    key=("check", "series", "subject", "position"),
    references=(Reference(("check", "series", "subject"), "checks"),),
    now_only=True,
)

# The order of the export. A table may come before one that it references: foreign keys are not checked on writing.
TABLES: tuple[Table, ...] = (
    FILINGS, CHANGES, CHANGE_FIELDS, ENTITIES, ENTITY_NAMES, BATCHES, CHECKS, CHECK_ITEMS,
)  # fmt: skip
_BY_NAME = {table.name: table for table in TABLES}


def table_by_name(name: str) -> Table:
    """Return the table of that name.

    Raises:
        KeyError: it is not declared.
    """
    return _BY_NAME[name]
