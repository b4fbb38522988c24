// A setting's value as people see it, and as they type it.

import { number, withUnit } from "../format";
import type { SettingKind, SettingReport } from "../protocol";
import type { SettingValue } from "./field";

/** A value for people: `on`, `15 minutes`, `On demand`. */
export function shown(value: SettingValue, kind: SettingKind): string {
  if (value === null) return "not set";
  if (Array.isArray(value)) return value.length === 1 ? "1 entry" : `${value.length} entries`;
  switch (kind.kind) {
    case "bool":
      return value === true ? "on" : "off";
    case "number":
      return typeof value === "number" ? quantity(value, kind.unit) : String(value);
    case "choice":
      return kind.options.find((option) => option.value === value)?.title ?? String(value);
    default:
      return String(value);
  }
}

function quantity(value: number, unit: string): string {
  return unit === "" ? number(value, 6) : withUnit(number(value, 6), unit);
}

/** The accepted range, below the field. */
export function rangeText(kind: SettingKind): string | null {
  // Amounts of money and energy have no range that helps anyone.
  if (kind.kind !== "number" || !kind.integer) return null;
  return `${number(kind.min, 6)} to ${quantity(kind.max, kind.unit)}`;
}

export function isDefault(setting: SettingReport): boolean {
  return JSON.stringify(setting.value) === JSON.stringify(setting.default);
}

/** The entries of a list; none when it is not set. */
export function entriesOf(value: SettingValue): (number | string)[] {
  return Array.isArray(value) ? value : [];
}

const DECIMAL = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)$/;

/**
 * A number as typed, with a decimal comma or point; anything else is sent as it is, for the engine
 * to judge. `null` when nothing was typed.
 */
export function typedNumber(text: string): number | string | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  return DECIMAL.test(trimmed) ? Number(trimmed.replace(",", ".")) : trimmed;
}
