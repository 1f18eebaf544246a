"""The words of remarks (备注) as regular expressions.

The patterns are matched against a passage's `mask`, in which full-width forms are half-width and the content of quotes
and brackets is hidden; `PRODUCT_TYPE` and the `*_NAME` patterns are matched against single names. A pattern is a word
of the language, never a whole remark, so that other wordings are read as well.
"""

from __future__ import annotations

import re

# Stands for each character inside quotes and brackets.
HIDDEN = "\ue000"

# What may stand between clauses and around names, after folding; events and names begin and end without it.
SEPARATORS = " \t\r\n\f\v,，、;；。:：\u3000\xa0"

# 新增产品, 增加接入; not the 新增 of 新增长
ADD = r"(?:新增(?!长)|增加|添加|增设|增添|追加|补充)"
# 删除关联产品, 下线
REMOVE = r"(?:删除|删减|减少|移除|去除|剔除|取消|下线|下架|停用|停止(?:使用|服务)?|撤销|注销)"
# 变更主要用途; 变更为 is a connective (below) and begins nothing
ALTER = r"(?:变更|更新|更改|修改|修订|修正|更正|调整|更换|替换|升级|优化|完善)(?![为至到成]|后为|“)"
# 《报告》变更服务群体等信息, 产品变更, 发生变化: the signs by which a clause says that something happened
CHANGE = re.compile(
    rf"{ADD}|{REMOVE}|变更|更新|更改|修改|修订|修正|更正|调整|更换|替换|升级|优化|完善|更名|改名|改为|变为|变化"
    r"|扩展|迁移|转移|切换|接入|启用|上线|恢复|合并|拆分|转让|勘误"
)
# 变更为, 现更名为, 分别变更为, 升级到, →; also 变更 between two quotes, the 为 forgotten
CONNECTIVE = re.compile(
    r"(?:[,、;]\s*)?(?:现|已|拟|均|现已)?(?P<each>分别)?"
    r"(?:变更|更名|更改|修改|调整|改名|替换|更换|升级|更新|变|改)(?:后为|成为|成|为|至|到)"
    r"|(?<=”)\s*(?:变更|更名|改名)\s*(?=“)|[,、;]\s*现(?:主体名称|算法名称|产品名称|名称|名)?(?:为|:)"
    r"|→|⇒|[-=—]+>"
)

# 备案主体名称, 主体, 企业名称, 服务提供者; but 主体地址 and 主体信息 are no names, nor is the 企业 of 企业微信
ENTITY = (
    r"(?:算法)?(?:备案|申请|运营|所属)?"
    r"(?:主体(?:单位|企业|公司)?(?:名称|全称)?|(?:服务|算法)?提供者(?:名称)?|(?:单位|企业|公司)(?:(?:名称|全称)|(?=由|原?“)))"
    r"(?!地址|信息|性质|类型|资质|证|营业|法定|法人|联系|住所|所在|责任|负责|注册|网址|统一|名称|安全|单位|企业|公司)"
)
# 算法名称, 大模型名称; 原算法“A”, 算法由A变更为B, but not 算法由单模态变更为多模态
ALGORITHM = (
    r"(?:生成式人工智能)?(?:算法模型|算法|大模型|模型|服务)(?:备案)?(?:中文)?(?:名称|名(?=[由“:原变]))"
    r"|算法(?=由?原?“|由(?![单多]模态))"
)
# 产品名称, 关联产品, 算法使用产品, APP名称
PRODUCT = (
    r"(?:算法)?(?:所)?(?:关联|应用|使用|适用|对应|相关|备案|涉及|服务)?的?(?:应用)?产品(?:名称|名)?"
    r"|(?:关联|使用)?(?:小程序|[Aa][Pp][Pp]|网站|公众号|公众账号|应用程序|应用)名称"
)
# 主要用途, 算法用途
PURPOSE = r"(?:算法)?(?:主要|应用|使用)?用途"
# 算法安全责任人, 负责人
RESPONSIBLE = r"(?:算法|主体)?(?:安全)?(?:主要)?(?:责任|负责)人"
# 使用场景 is no model
_NO_MODEL = "(?!场景|范围|方式|对象|说明|条款|功能|地域|人群|数据|权限|流程|期限|用途|产品)"
# 算法模型, 模型版本, 使用算法, 原使用第三方…算法 (the subject is 使用)
MODEL = (
    rf"(?:所)?(?:使用|接入|调用|采用|引入)(?:的)?(?:算法|大?模型)?{_NO_MODEL}"
    r"|(?:底层|基础|基座|第三方|开源|算法|大?语言)*大?模型(?:版本|类型)?"
)
# 产品信息, 主要用途文字描述: words after a subject that leave it the same subject
ASPECT = r"(?:的?(?:文字|相关|部分)?(?:描述|说明|信息|内容|表述|情况|列表|清单|功能|形态))*"

_SUBJECTS = rf"{ENTITY}|{ALGORITHM}|{PRODUCT}|{PURPOSE}|{RESPONSIBLE}|{MODEL}"
_MATERIAL = r"《[^《》]*》(?:中的?|内)?|备案(?:材料|信息)(?:中的?|内)"
# 原主体名称, 现算法名称, 原使用…: a subject at the start of a clause
SUBJECT_LED = re.compile(rf"(?:{_MATERIAL})?(?:原|现)?(?:{_SUBJECTS})")
# 新增…, 原主体…, 《拟公示算法机制机理内容》…: what begins a clause whatever stands before it
STRONG = re.compile(
    rf"{ADD}|{REMOVE}|{ALTER}|接入|{_MATERIAL}|原(?:备案|申请|运营)?(?:主体|算法|产品|单位|企业|公司|使用|名称)"
)
# 新增… directly behind a closing quote or bracket, where the comma was forgotten
GLUED = rf"\(\d{{1,2}}\)|{ADD}|删除|原(?:主体|算法|产品)|《|变更(?=[^为“,、;。\s]{{2}})"
# 主体名称变更（原主体名称：A）: brackets that hold a statement of their own
FORMERLY = "原(?:备案)?(?:主体|算法|单位|企业|公司)"
# where a clause may begin: behind a separator, or glued to what goes before; …”变更为“B”已注销
BOUNDARY = re.compile(rf"[,、;。\s]+|(?<=[”)])(?={GLUED})|(?=已注销|[①-⑳]|\({FORMERLY})")
# 算法模型变更, 算法安全责任人发生变更: a short clause that ends in its verb
VERB_LAST = re.compile(r"[^\s“”]{1,25}?(?:变更|更新|调整|修改|更换|升级|优化|变化|下线|下架|注销)(?=\s|\(|$)")
# a line break in the middle of a word; not behind a mark, nor before what begins a clause
LINE_BREAK = re.compile(
    rf"(?<=[^\s,、;。:)”\"])[ ]*\n\s*(?!\s|\(?\d{{1,2}}[)、.]|[①-⑳]|20\d\d|已?注销"
    rf"|{STRONG.pattern}|{SUBJECT_LED.pattern}|{VERB_LAST.pattern}|$)"
)

# 2024年8月, 2023年12月5日, 2024-08-01, 2024.8; a bare 2024年 only before a verb, a subject or a separator
_DAY = r"(?:\d{1,2}\s*[、至到~-]\s*)?\d{1,2}\s*月(?:份|\s*\d{1,2}\s*[日号])?"
DATE = (
    rf"(?<!\d)20\d\d\s*(?:年\s*{_DAY}|[-./]\s?\d{{1,2}}(?:[-./]\s?\d{{1,2}})?(?![-./]?\d)"
    rf"|年(?=\s*(?:[,、;:)]|$|已|原|{ADD}|{REMOVE}|{ALTER}|{ENTITY}|{ALGORITHM}|{PRODUCT})))"
)
# 2023年4月、12月; 2024年6月至8月
DATES = rf"{DATE}(?:\s*(?:[、,和及至到~]|-|—+)\s*(?:{DATE}|{_DAY}))*"
# 2024年6月至8月: one stretch of time, not two dates
STRETCH = re.compile(r"[月日号\d]\s*(?:[至到~]|—+|(?<=[月日号])-)\s*\d")
# one date of such a run; the year may stand in an earlier one
ONE_DATE = re.compile(r"(?:(20\d\d)\s*[年\-./]\s*)?(?:(\d{1,2})\s*[月\-./]?)?(?:份|\s*(\d{1,2})\s*[日号]?)?")
LEADING_DATES = re.compile(rf"\(?(?:于|自|在)?\s*(?P<dates>{DATES})\s*[起初底]?\)?(?P<mark>\s*[,:、])?")
# …变更为“B”（2024年8月）
TRAILING_DATES = re.compile(rf"\(\s*(?P<dates>{DATES})\s*\)\s*$")
# 主体名称于2024年8月变更为B
INNER_DATES = re.compile(rf"[已,]?(?:于|自)\s*(?P<dates>{DATES})\s*[起]?")

# 变更内容：, 1、, ①, 并, 同时: words in front of a clause that say nothing by themselves
LEAD = re.compile(
    r"[\s,、;。:.\"]+"
    r"|\(?(?:\d{1,2}|[一二三四五六七八九十]{1,2})(?:\)|[.、](?!\d))|[①-⑳]"
    r"|(?:本次|主要|具体)?(?:变更|更新|调整|修改)(?:内容|事项|情况|信息|说明|项目|记录|项|时间|日期)?(?:为|如下|包括|有)?[:,]"
    rf"|(?:备注|说明|注销时间|注销日期):|\((?={FORMERLY})"
    rf"|(?:并且|并|且|同时|此外|另外|另|其中|以及|及|将|对|把|经|拟|已|现)(?={ADD}|{REMOVE}|{ALTER}|原|{_SUBJECTS})"
)
# 备案号, 备案编号, 上线编号
NUMBER = r"(?:算法)?(?:备案|登记|上线)编?号"

# the verbs alone, whatever follows them
ALTERED = "(?:变更|更新|更改|修改|修订|修正|更正|调整|更换|替换|升级|优化|完善)"
_VERB = rf"(?:{ADD}|{ALTERED}|更名|改名|变化)"
# what stands between a subject and its former value: 由“A”, 原“A”, 原为A, 变更：由A; but 原力公司 is a name
OF = (
    rf"\s*(?:(?:{ALTERED}|更名)(?:\s*[:,]|(?=由|从|“)))?[\s:,]*"
    r"(?:(?:由|从)?\s*(?:原|为)?\s*(?=“)|由原?名称|原为|由|从|为|是|系|原(?![力创子点型石野本生动]))?[:\s]*"
)
# 《算法安全自评估报告》中主体名称…: where in the filed papers something stands; the subject comes after it
WITHIN = re.compile(r"(?:《[^《》]*》|备案材料|备案信息)(?:中的?|内的?|的)?")
# 变更主要用途, 产品名称发生变更, 新增主体名称更新: verbs around a subject
VERBS_BEFORE = re.compile(rf"(?:已|拟|重新|部分)*(?:{_VERB}|{REMOVE})*了?(?:原|现|的)?")
VERBS_AFTER = re.compile(rf"(?:已|发生|进行|有所|了)*(?:{_VERB})*(?:了|的)?[.\s\"]*$")
# 新增, 产品新增, 关联产品：删除
ADDED = re.compile(rf"(?P<noun>{PRODUCT})?[:\s]*(?:已|拟)?{ADD}(?:了|的)?[:\s]*")
REMOVED = re.compile(rf"(?P<noun>{PRODUCT})?[:\s]*(?:已|拟)?{REMOVE}(?:了|的)?[:\s]*")
# 甲(APP)已下线, 产品下线
GONE = re.compile(rf"(?P<noun>{PRODUCT})?(?P<what>.*?)(?:已|均|全部)*{REMOVE}[.\s]*$", re.S)
# the 关联产品： of 新增关联产品：甲(APP), the 小程序 of 新增小程序“甲”
NOUN = re.compile(
    rf"(?:上线)?(?:{PRODUCT})\s*(?:为|包括|包含|有|:)?\s*"
    r"|(?:微信)?(?:小程序|APP|网站|公众号|公众账号|客户端|应用)(?:[:\s]+|(?=“))"
)
# 信息 of 新增产品信息, 变更 of 新增产品变更: no product's name
NO_ITEM = re.compile(rf"(?:及其?|和)?(?:{ASPECT})(?:{_VERB})*[.\s]*")

# 已注销, 备案撤销; not 未注销 or 恢复
CANCELLED = re.compile(
    r"(?<!未)(?<!不予)(?<!恢复)(?<!取消)(?<!撤回)注销|(?:撤销|取消|撤回)(?:算法)?备案"
    r"|备案号?(?:已)?(?:撤销|失效|作废)"
)
# 注销产品“A(APP)”, 产品“A(APP)”已注销: a product goes, the filing stays
PRODUCT_CANCELLED = re.compile(rf"(?:{PRODUCT}).*注销|注销(?:{PRODUCT})")

# 豆包(APP), 智谱(微信小程序), 文心(APP、网站)
PRODUCT_TYPE = re.compile(
    r"\([^()]{0,12}?(?:APP|网站|小程序|公众账号|公众号|服务号|订阅号|其他|其它|快应用|客户端|软件|H5|API|平台|PC端?"
    r"|WEB端?|元服务|硬件|插件|SDK)\)$",
    re.I,
)
# 北京甲乙科技有限公司, 某省人工智能研究院（深圳）
ENTITY_NAME = re.compile(
    r"(?:公司|集团|研究院|研究所|中心|大学|学院|医院|报社|电视台|总台|工作室|事务所|实验室|协会|基金会|出版社|银行|经营部"
    r"|合作社|商行)(?:[（(].*[)）])?$"
)
# 甲乙生成合成算法, 某大模型算法-2
ALGORITHM_NAME = re.compile(r"(?:算法|模型)(?:[-—]?[A-Za-z0-9.]{1,12})?$")
# 接入豆包大模型, 百川大模型算法-1
MODEL_ADDED = re.compile(
    rf"^(?:接入|使用|调用|采用|引入){_NO_MODEL}|(?:算法|模型)(?:[-—]?[A-Za-z0-9.]{{1,12}})?(?:等|接入)?(?=[,、;\s]|$)"
)
# …等3款产品, …两个关联产品, “A”产品: words behind the last of several products
COUNT_TAIL = re.compile(
    r"(?:等\s*(?:[\d一二两三四五六七八九十]+\s*[个款项])?|[\d一二两三四五六七八九十]+\s*[个款项]|(?:作)?为|(?<=[)”]))"
    r"(?:(?:关联|应用|使用)?产品)?$"
)
# between products; 和 only behind a bracket or quote, since names hold it as well
ITEM_BREAK = re.compile(r"\s*[、,;。\n]+\s*|(?<=[)”])\s*(?:以及|及|和|与|/)\s*|(?<=[)”])\s+(?=[^(])")
