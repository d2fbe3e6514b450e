import { type Language, useLanguage } from "./language";

const LOCALES: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };
const MICROS = 1_000_000;

/** Numbers, money and times as the reader writes them. */
export interface Format {
  /** A count, with separators. */
  n: (value: number) => string;
  /** A share 0…1 as a percentage, one decimal by default. */
  percent: (share: number, digits?: number) => string;
  /** A difference of shares in percentage points, one decimal. */
  points: (share: number) => string;
  /** An interval of shares 0…1: 91.1 – 96.1%. */
  range: (low: number, high: number) => string;
  /** A coefficient such as alpha, two decimals. */
  coefficient: (value: number) => string;
  /** Integer micro-units of a currency; cents at least, and as many decimals as a price needs. */
  money: (micros: number, currency: string) => string;
  /** UTC microseconds as day and time where the reader is. */
  when: (micros: number) => string;
  /** UTC microseconds as a day where the reader is. */
  day: (micros: number) => string;
  /** The same, short enough for an axis. */
  shortDay: (micros: number) => string;
  seconds: (value: number) => string;
}

export function formatFor(lang: Language): Format {
  const locale = LOCALES[lang];
  const number = (digits: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const whole = number(0);
  const moment = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
  const shortDate = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
  return {
    n: (value) => whole.format(value),
    percent: (share, digits = 1) => `${number(digits).format(share * 100)}%`,
    points: (share) => number(1).format(share * 100),
    range: (low, high) => `${number(1).format(low * 100)} – ${number(1).format(high * 100)}%`,
    coefficient: (value) => number(2).format(value),
    money: (micros, currency) => money(locale, micros, currency),
    when: (micros) => moment.format(micros / 1000),
    day: (micros) => date.format(micros / 1000),
    shortDay: (micros) => shortDate.format(micros / 1000),
    seconds: (value) =>
      `${number(value < 1 ? 2 : value < 10 ? 1 : 0).format(value)} ${lang === "zh" ? "秒" : "s"}`,
  };
}

function money(locale: string, micros: number, currency: string): string {
  const amount = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: micros % 10_000 === 0 ? 2 : 4,
  });
  return amount.format(micros / MICROS);
}

export const useFormat = (): Format => formatFor(useLanguage());
