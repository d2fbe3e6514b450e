import { useMemo } from "react";
import type { Progress } from "../../client/types";
import { nameIn, useLanguage } from "../../components/language";

/** What people call a class. */
export type NameOf = (key: string) => string;

/** The classes' names in the reader's language. */
export function useClassNames(progress: Progress): NameOf {
  const lang = useLanguage();
  const { classes } = progress.project.question;
  const names = useMemo(() => new Map(classes.map((one) => [one.key, one.names])), [classes]);
  return (key) => nameIn(lang, names.get(key) ?? {}, key);
}
