"""Parameters that several addresses share."""

from __future__ import annotations

from tracker.core.models import Kind, Status
from tracker.core.series import SERIES
from tracker.query.parameters import MOST_NUMBER, Choice, Day, Number, Parameter, Within, Words

SERIES_IDS = tuple(one.id for one in SERIES)

series = Choice(
    name="series", choices=SERIES_IDS, meaning=("系列（哪一类清单）", "Kind of list"), example="genai_service"
)  # fmt: skip
batch = Parameter(
    name="batch", meaning=("批次：清单所属的期，如 2024-04", "Batch: the period of a list, such as 2024-04"),
    example="2024-04", longest=40,
)  # fmt: skip
province = Parameter(
    name="province", meaning=("属地，或其名称的一部分", "Place, or a part of its name: 北京"), longest=40,
    example="北京",
)  # fmt: skip
kind = Choice(
    name="kind", choices=tuple(one.value for one in Kind),
    meaning=(
        "备案类别：filed 备案、registered 登记、on_device 端侧",
        "Kind of filing: filed (备案), registered (登记) or on a device",
    ),
)  # fmt: skip
status = Choice(
    name="status", choices=tuple(one.value for one in Status),
    meaning=(
        "状态：active 有效、cancelled 已注销、withdrawn 已从重新发布的清单中消失",
        "Status: active, cancelled (已注销) or withdrawn (gone from a list that was issued anew)",
    ),
)  # fmt: skip
entity_id = Number(
    name="entity_id", least=1, most=MOST_NUMBER,
    meaning=("主体的 id（一家公司的所有名称合为一个主体）", "Id of the entity, under all its names"),
)  # fmt: skip
search = Words(
    name="search",
    meaning=(
        "搜索词：编号、名称、主体、产品、用途、备注，包括旧名；也可用拼音首字母，如 wxyy",
        "Words in numbers, names, entities, products, purposes, remarks, today's or former; or initials: wxyy",
    ),
)  # fmt: skip
filed_on = Within(
    name="filed_on", example="2023-08",
    meaning=(
        "备案时间或登记时间在这一天、月或年之内（仅生成式人工智能的清单载有）",
        "Filed or registered within this day, month or year, where the list says so: those of generative AI do",
    ),
)  # fmt: skip
as_of = Day(
    name="as_of", is_of_pages=True,
    meaning=("截至这一天已公布的状态；空值同省略", "As published by the end of this day; empty: as if not given"),
)  # fmt: skip
known_on = Day(
    name="known_on", is_of_pages=True,
    meaning=(
        "仅限截至这一天本站已记录的内容；空值同省略",
        "As recorded here by the end of this day (UTC); empty: as if not given",
    ),
)  # fmt: skip
days = (as_of, known_on)
