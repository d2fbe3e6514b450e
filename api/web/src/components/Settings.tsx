import { LANGUAGES, language, useLanguage, useWords } from "./language";
import { usePreference } from "./preferences";
import { theme, THEMES } from "./theme";
import { words } from "./words";

const NATIVE = { en: "English", zh: "中文" };

export function LanguageSelect({ className }: { className?: string }) {
  const w = useWords(words);
  const chosen = useLanguage();
  return (
    <select
      className={className}
      aria-label={w.language}
      value={chosen}
      onChange={(event) => language.set(event.target.value === "zh" ? "zh" : "en")}
    >
      {LANGUAGES.map((lang) => (
        <option key={lang} value={lang} lang={lang}>
          {NATIVE[lang]}
        </option>
      ))}
    </select>
  );
}

export function ThemeSelect({ className }: { className?: string }) {
  const w = useWords(words);
  const chosen = usePreference(theme);
  return (
    <select
      className={className}
      aria-label={w.theme}
      value={chosen}
      onChange={(event) =>
        theme.set(THEMES.find((name) => name === event.target.value) ?? "system")
      }
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {w.themes[name]}
        </option>
      ))}
    </select>
  );
}
