"""What the report says, in English and Chinese; every title is the finding."""

from __future__ import annotations

from typing import Final, Literal

from labeling.quality.figures.evidence import Kind

Language = Literal["en", "zh"]
LANGUAGES: Final = ("en", "zh")

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Quality of {project}", "{project} 的标注质量"),
    "scope_all": (
        "From all {n:,} answers by {people:,} annotators to {items:,} items.",
        "依据 {people:,} 位标注者对 {items:,} 个条目的全部 {n:,} 个回答。",
    ),
    "scope_part": (
        "From {n:,} of {total:,} answers: all answers to a random sample of the items.",
        "依据 {total:,} 个回答中的 {n:,} 个：随机抽取的条目的全部回答。",
    ),
    "newest": ("The newest answer is of {day} (UTC).", "最新的回答：{day}（UTC）。"),
    "table": ("Show the table", "显示表格"),
    "random_sample": ("on a random sample", "随机样本"),
    "chosen_items": ("on chosen items", "被选条目"),
    "undefined": ("undefined, because {reason}", "无法计算：{reason}"),
    "agree": (
        "People agree at α {value:.2f} ({low:.2f} to {high:.2f}) on the random sample",
        "随机样本上的一致性 α 为 {value:.2f}（{low:.2f} 至 {high:.2f}）",
    ),
    "agree_point": (
        "People agree at α {value:.2f} on the random sample",
        "随机样本上的一致性 α 为 {value:.2f}",
    ),
    "agree_none": ("Agreement is not known yet: {reason}", "一致性未知：{reason}"),
    "time": ("Agreement (α) over time, {basis}", "一致性（α）随时间的变化，{basis}"),
    "coefficients": ("Coefficients", "系数"),
    "by_class": ("By class", "按类别"),
    "by_slice": ("By slice", "按切片"),
    "by_pair": ("By pair of annotators", "按标注者对"),
    "pairs_left": (
        "The {n:,} pairs that share most items, of {all:,}.",
        "共同条目最多的 {n:,} 对，共 {all:,} 对。",
    ),
    "confused": (
        "Most often {true} is called {given}: {n:,} times, {share:.0%} of it",
        "最常见的混淆：{true} 被标为 {given}，{n:,} 次，占 {share:.0%}",
    ),
    "confused_none": ("No class is given for another", "没有类别被混淆"),
    "confused_empty": ("There is nothing to compare yet", "暂无可比较的回答"),
    "map": (
        "Rows: {against}. Columns: what was given. In per cent of the row.",
        "行：{against}；列：标注的类别。按行的百分比。",
    ),
    "known": ("known truth (gold, reviews)", "已知答案（金标、复核）"),
    "consensus": ("consensus", "共识"),
    "map_part": (
        "The {n} most confused of {all:,} classes.",
        "{all:,} 个类别中混淆最多的 {n} 个。",
    ),
    "people_gold": (
        "Known items are answered right {value:.0%} of the time",
        "已知条目的正确率为 {value:.0%}",
    ),
    "people_peers": (
        "Nobody's accuracy is known yet; this is agreement with the others",
        "尚无正确率；以下是与他人的一致程度",
    ),
    "people_none": ("Nobody can be compared yet", "暂无可比较的标注者"),
    "people_note": (
        "By pseudonym, no ranking. Agreement is adjusted for hard items; it is not accuracy.",
        "按化名排序，不是排名。一致程度已按条目难度调整，并非正确率。",
    ),
    "gold": ("accuracy on gold", "金标正确率"),
    "reviewed": ("accuracy on reviewed items", "复核条目的正确率"),
    "peers": ("agreement with the others", "与他人的一致程度"),
    "habit": (
        "says {given} for {true} in {share:.0%} of {n} × {true}",
        "把 {n} 个 {true} 中的 {share:.0%} 标为 {given}",
    ),
    "evidence_some": (
        "{n} of {all} annotators deserve a look",
        "{all} 位标注者中有 {n} 位值得查看",
    ),
    "evidence_none": ("Nothing stands out in anybody's answers", "没有异常的回答"),
    "evidence_groups": (
        "This project shows figures of workforces only",
        "此项目只显示团队的数据",
    ),
    "evidence_note": (
        "Evidence, not proof: a person looks before anything follows.",
        "这是线索而非结论：须由人查看后再作决定。",
    ),
    "guideline_some": (
        "{first} and {second} need a rule: good annotators split on {n:,} items",
        "{first} 与 {second} 需要规则：优秀标注者在 {n:,} 个条目上意见不一",
    ),
    "guideline_none": ("Good annotators confuse no two classes", "优秀标注者没有混淆任何类别"),
    "guideline_note": (
        "At best: what agreement would be if nothing else changed. Now: {now}.",
        "最好情况：其他不变时的一致性。现在：{now}。",
    ),
    "items_some": (
        "People differ on {n:,} of {all:,} items that two or more answered",
        "在两人以上回答的 {all:,} 个条目中，{n:,} 个意见不一",
    ),
    "items_none": ("No item was answered by two people", "没有条目由两人回答"),
    "sure_over": (
        "Confidence promises {promised:.0%} and is right {right:.0%} of the time",
        "置信度承诺 {promised:.0%}，实际正确 {right:.0%}",
    ),
    "sure_honest": (
        "Confidence of {promised:.0%} is right {right:.0%} of the time, as it says",
        "置信度 {promised:.0%}，实际正确 {right:.0%}，名副其实",
    ),
    "sure_none": (
        "Nothing has been checked yet: the confidence is a stop score",
        "尚无检查：置信度只是停止分数",
    ),
    "sure_note": (
        "{n:,} checked items; mean distance {error:.3f}.",
        "{n:,} 个已检查条目；平均偏差 {error:.3f}。",
    ),
    "agreement": ("Agreement", "一致性"),
    "confusions": ("Confusions", "混淆"),
    "annotators": ("Annotators", "标注者"),
    "evidence": ("Evidence", "线索"),
    "guideline": ("Guideline", "标注指南"),
    "items": ("Items", "条目"),
    "confidence": ("Confidence", "置信度"),
    "groups": ("Groups", "人群"),
    "groups_some": (
        "How far people agree within groups, and one group with another",
        "各人群内部以及人群之间的一致程度",
    ),
    "groups_none": ("No group can be shown", "没有可以展示的人群"),
    "groups_note": (
        "What people said of themselves, with consent; never fewer than {least} people of a group.",
        "来自本人同意后的自述；少于 {least} 人的人群不展示。",
    ),
    "groups_by": ("By {attribute}", "按 {attribute}"),
    "groups_small": (
        "Undefined, because no group has {least} people who consented and answered.",
        "无法计算：没有人群达到 {least} 位同意并作答的人。",
    ),
    "groups_hidden": (
        "{n:,} smaller than {least} people are not shown.",
        "另有 {n:,} 个不足 {least} 人，不予展示。",
    ),
    "within": ("within", "人群内"),
    "group": ("between", "人群之间"),
    "other_group": ("and", "与"),
    "people": ("people", "人数"),
    "coefficient": ("coefficient", "系数"),
    "value": ("value", "值"),
    "interval": ("95 % interval", "95 % 区间"),
    "n_items": ("items", "条目数"),
    "basis": ("basis", "依据"),
    "class": ("class", "类别"),
    "answers": ("answers", "回答数"),
    "attribute": ("attribute", "属性"),
    "first": ("first", "甲"),
    "second": ("second", "乙"),
    "shared": ("shared items", "共同条目"),
    "same": ("same answer", "相同回答"),
    "from": ("from", "起始"),
    "true": ("true class", "真实类别"),
    "given": ("given class", "标注类别"),
    "share": ("share", "比例"),
    "annotator": ("annotator", "标注者"),
    "workforce": ("workforce", "团队"),
    "seconds": ("seconds (median)", "用时中位数（秒）"),
    "habits": ("confusions", "混淆"),
    "finding": ("finding", "发现"),
    "next": ("next step", "下一步"),
    "classes": ("classes", "类别"),
    "split": ("split items", "分歧条目"),
    "merged": ("α if merged", "合并后的 α"),
    "ruled": ("α with a rule", "有规则时的 α"),
    "between": ("α with a class between", "增设中间类别的 α"),
    "examples": ("examples", "例子"),
    "item": ("item", "条目"),
    "difficulty": ("difficulty", "难度"),
    "said": ("answers", "回答"),
    "believed": ("believed", "当前结论"),
    "promised": ("promised", "承诺"),
    "right": ("right", "正确"),
}
COEFFICIENTS: Final = {
    "krippendorff_alpha": "Krippendorff α",
    "krippendorff_alpha_ordinal": "Krippendorff α (ordinal)",
    "fleiss_kappa": "Fleiss κ",
    "percent_agreement": "% agreement",
    "gwet_ac1": "Gwet AC1",
    "gwet_ac2_quadratic": "Gwet AC2 (quadratic)",
    "brennan_prediger": "Brennan–Prediger",
    "cohen_kappa": "Cohen κ",
    "scott_pi": "Scott π",
    "krippendorff_alpha_interval": "Krippendorff α (interval)",
    "set_alpha_masi": "α (MASI)",
    "set_alpha_jaccard": "α (Jaccard)",
    "span_f1_partial": "span F1 (partial)",
    "span_f1_exact": "span F1 (exact)",
    "span_position_alpha": "α over characters",
    "region_iou": "IoU",
    "region_f1": "region F1 (IoU ≥ .5)",
    "text_edit_similarity": "edit similarity",
    "text_token_similarity": "token similarity",
}
REASONS: Final = {
    "no answers yet": "尚无回答",
    "one person so far": "目前只有一人",
    "no item was answered by two people": "没有条目由两人回答",
    "no item was rated by two people": "没有条目由两人回答",
    "no answer to compare yet": "尚无可比较的回答",
    "this question has no single truth": "此问题没有唯一的正确答案",
    "nobody else has answered the same items yet": "没有其他人回答过相同条目",
    "no two people answered the same item": "没有条目由两人回答",
    "no answered item has an attribute to slice by": "已回答的条目没有可供切分的属性",
    "this project shows figures of workforces only": "此项目只展示团队的数字",
}
EVIDENCE: Final[dict[Kind, tuple[str, str]]] = {
    "constant": (
        "{share:.0%} 的回答是同一类别（{n:,} 个）",
        "查看十个回答，再确认是否理解了问题。",
    ),
    "pattern": ("{share:.0%} 的回答按固定顺序重复（{n:,} 个）", "按顺序查看十个回答，再与其交谈。"),
    "unrelated": ("{n:,} 个回答与他人的关系不超过偶然", "查看十个回答，再次提供训练任务。"),
    "same_errors": (
        "与 {other} 犯同样的错误：{share:.0%}，通常 {expected:.0%}（{n:,} 个条目）",
        "查看双方同错的条目，询问是否共用来源。",
    ),
    "errors_like_model": (
        "与模型 {other} 犯同样的错误：{share:.0%}，通常 {expected:.0%}（{n:,} 个条目）",
        "查看这些条目，询问是否使用了助手以及是否允许。",
    ),
    "drift": ("与他人的一致程度下降（{n:,} 个回答）", "询问发生了什么变化，并提供已知条目。"),
    "gold_missed": (
        "{n:,} 个已知条目答对 {share:.0%}，通常 {expected:.0%}",
        "说明答错的条目和原因，提供训练任务。",
    ),
}


class Words:
    """Speaks one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._place = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its values."""
        return TEXTS[key][self._place].format(**values)

    def reason(self, reason: str | None) -> str:
        """Return why something is undefined."""
        if self.language == "zh":
            return REASONS.get(reason or "", reason or "")
        return reason or ""
