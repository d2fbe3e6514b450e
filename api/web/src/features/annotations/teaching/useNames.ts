import type { Desk } from "../../../client/types";
import { nameIn, useLanguage } from "../../../components/language";

/** Returns what writes class keys as the names that the buttons carry. */
export function useNames(
  question: Desk["schema"]["question"] | undefined,
): (keys: string[]) => string {
  const lang = useLanguage();
  return (keys) =>
    keys
      .map((key) => {
        const found = question?.classes.find((choice) => choice.key === key);
        return found ? nameIn(lang, found.names, key) : key;
      })
      .join(" / ");
}
