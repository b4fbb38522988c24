// Numbers as people read them. A value the driver did not give is a dash, never a number.

import { locale, text } from "./text";

const NONE = "–";
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** A number and its unit, which belong on one line. */
export function withUnit(number: string, unit: string): string {
  return `${number}\u00a0${unit}`;
}

/** A sentence of the engine's in which no number is parted from its unit. */
export function unbroken(sentence: string): string {
  return sentence.replace(/(\d) (?=(°C|%|[GM]Hz|[KMGT]i?B|k?Wh?|ms|s|min|h)(?![\w°]))/g, "$1\u00a0");
}

/** With at most that many decimals, in the user's language. */
export function number(value: number, decimals = 0): string {
  return value.toLocaleString(locale, { maximumFractionDigits: decimals });
}

/** With exactly that many decimals, so that a changing value keeps its width. */
export function fixed(value: number, decimals: number): string {
  return value.toLocaleString(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

export function orNone(value: number | null | undefined, write: (value: number) => string): string {
  return value == null ? NONE : write(value);
}

export function bytesAsGib(bytes: number): string {
  return gib(bytes / GIB);
}

/** As GiB, or as MiB where that would be a small fraction. */
export function memory(bytes: number): string {
  return bytes < GIB ? withUnit(number(bytes / MIB), "MiB") : bytesAsGib(bytes);
}

export function gib(gib: number): string {
  return withUnit(fixed(gib, 1), "GiB");
}

export function watts(value: number): string {
  return withUnit(fixed(value, 1), "W");
}

/** Small amounts keep a significant digit; from 1,000 Wh on it is kWh. */
export function wattHours(value: number): string {
  if (value >= 1000) return withUnit(fixed(value / 1000, 2), "kWh");
  return withUnit(number(value, value < 10 ? 2 : value < 100 ? 1 : 0), "Wh");
}

/** An amount that rounds to nothing is named as such. */
export function money(value: number, currency: string): string {
  const least = 0.01;
  if (value > 0 && value < least) {
    return text("amount-less-than", { amount: withUnit(fixed(least, 2), currency) });
  }
  return withUnit(fixed(value, 2), currency);
}

/** `4 s`, `12 min`, `3 h`. */
export function duration(seconds: number): string {
  if (seconds < 60) return withUnit(number(seconds, seconds < 10 ? 1 : 0), "s");
  if (seconds < 7200) return withUnit(number(seconds / 60), "min");
  return withUnit(number(seconds / 3600, 1), "h");
}

/** `4 min 10 s ago`, or `now`. */
export function ago(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole <= 0) return text("moment-now");
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  const parts = [
    minutes > 0 ? withUnit(number(minutes), "min") : "",
    rest > 0 || minutes === 0 ? withUnit(number(rest), "s") : "",
  ];
  return text("moment-ago", { time: parts.filter(Boolean).join(" ") });
}

/** `8k`, the usual form of contexts that are powers of two. */
export function tokens(count: number): string {
  return count >= 1024 && count % 1024 === 0 ? `${number(count / 1024)}k` : number(count);
}

/** `23 Nov` in the user's language, of a date such as `2026-11-23`. */
export function day(date: string): string {
  const parsed = new Date(`${date}T12:00:00`);
  return parsed.toLocaleDateString(locale, { day: "numeric", month: "short" });
}

/** As the beginning of a sentence; a name such as `nvidia-powerd` stays as it is written. */
export function capitalised(sentence: string): string {
  if (!/^\p{Ll}+(?![\w./-])/u.test(sentence)) return sentence;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
