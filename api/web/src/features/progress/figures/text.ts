const HIGH = 12;
const NARROW = 6.6;
const DOTS = 8;

/** About how wide a text is drawn, in pixels: Chinese signs are as wide as high. */
export const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, sign) => sum + (sign > "\u2e7f" ? HIGH : NARROW), 0);

/** The text, cut where it would be wider. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const signs = Array.from(text);
  while (signs.length > 1 && widthOf(signs.join("")) > width - DOTS) signs.pop();
  return `${signs.join("")}…`;
}
