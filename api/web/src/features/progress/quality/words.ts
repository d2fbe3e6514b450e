import { byCode, dictionary } from "../../../components/language";
import { en } from "./words.en";
import { zh } from "./words.zh";

export const words = dictionary(en, zh);

/** Names of the coefficients; the same in both languages. */
export const COEFFICIENTS = byCode({
  krippendorff_alpha: "Krippendorff α",
  krippendorff_alpha_ordinal: "Krippendorff α (ordinal)",
  fleiss_kappa: "Fleiss κ",
  cohen_kappa: "Cohen κ",
  scott_pi: "Scott π",
  gwet_ac1: "Gwet AC1",
  gwet_ac2_quadratic: "Gwet AC2 (quadratic)",
  brennan_prediger: "Brennan–Prediger",
  percent_agreement: "Percent",
});
