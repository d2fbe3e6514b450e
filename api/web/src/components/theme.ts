import { preference } from "./preferences";

export const THEMES = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

/** Light, dark or high contrast; "system" leaves it to the browser. */
export const theme = preference<Theme>(
  "theme",
  THEMES,
  () => "system",
  (value) => {
    if (value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
  },
);
