import type { Names } from "../client/types";
import { preference, usePreference } from "./preferences";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The reader's language: chosen, or else the browser's. */
export const language = preference<Language>(
  "language",
  LANGUAGES,
  () => (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"),
  (value) => {
    document.documentElement.lang = value;
  },
);

export const useLanguage = (): Language => usePreference(language);

/** A feature's dictionary; the types refuse a word that one of the two languages lacks. */
export type Dictionary<T> = Record<Language, T>;

export const dictionary = <T extends object>(en: T, zh: NoInfer<T>): Dictionary<T> => ({ en, zh });

/** Words found by a code of the hub; a code they lack is shown as it is. */
export const byCode = (named: Record<string, string>): Partial<Record<string, string>> => named;

export function useWords<T>(words: Dictionary<T>): T {
  return words[useLanguage()];
}

/** A name from the label schema in the reader's language, else in the other one, else its key. */
export function nameIn(lang: Language, names: Names, key: string): string {
  return names[lang] ?? names.en ?? names.zh ?? key;
}
