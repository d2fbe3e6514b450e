import { byCode, dictionary, useWords } from "../../components/language";

const names = dictionary(
  byCode({
    krippendorff_alpha: "Krippendorff α",
    krippendorff_alpha_ordinal: "Krippendorff α (ordinal)",
    krippendorff_alpha_interval: "Krippendorff α (interval)",
    set_alpha_masi: "α of sets (MASI)",
    set_alpha_jaccard: "α of sets (Jaccard)",
    span_f1_partial: "F1 of spans (partial)",
    span_f1_exact: "F1 of spans (exact)",
    span_position_alpha: "α over characters",
    region_iou: "IoU of regions",
    region_f1: "F1 of regions (IoU ≥ .5)",
    text_edit_similarity: "Edit similarity",
    text_token_similarity: "Token similarity",
    fleiss_kappa: "Fleiss κ",
    cohen_kappa: "Cohen κ",
    scott_pi: "Scott π",
    gwet_ac1: "Gwet AC1",
    gwet_ac2_quadratic: "Gwet AC2 (quadratic)",
    brennan_prediger: "Brennan–Prediger",
    percent_agreement: "Percent",
  }),
  byCode({
    krippendorff_alpha: "Krippendorff α",
    krippendorff_alpha_ordinal: "Krippendorff α（序数）",
    krippendorff_alpha_interval: "Krippendorff α（区间）",
    set_alpha_masi: "集合 α（MASI）",
    set_alpha_jaccard: "集合 α（Jaccard）",
    span_f1_partial: "片段 F1（部分重叠）",
    span_f1_exact: "片段 F1（完全一致）",
    span_position_alpha: "字符上的 α",
    region_iou: "区域 IoU",
    region_f1: "区域 F1（IoU ≥ .5）",
    text_edit_similarity: "编辑相似度",
    text_token_similarity: "词元相似度",
    fleiss_kappa: "Fleiss κ",
    cohen_kappa: "Cohen κ",
    scott_pi: "Scott π",
    gwet_ac1: "Gwet AC1",
    gwet_ac2_quadratic: "Gwet AC2（二次加权）",
    brennan_prediger: "Brennan–Prediger",
    percent_agreement: "百分比",
  }),
);

export interface CoefficientNames {
  /** As a table names it. */
  full: (code: string) => string;
  /** As a sentence names it: the usual one by its letter. */
  short: (code: string) => string;
}

/** Names of the coefficients that the hub may give; one it invents later is shown by its code. */
export function useCoefficients(): CoefficientNames {
  const known = useWords(names);
  const full = (code: string) => known[code] ?? code;
  return { full, short: (code) => (code === "krippendorff_alpha" ? "α" : full(code)) };
}
