// A setting's value as people see it, and as they type it.

import { number, withUnit } from "../format";
import type { SettingKind, SettingReport } from "../protocol";
import { text } from "../text";
import type { SettingValue } from "./field";

/** A value for people: `on`, `15 minutes`, `On demand`. */
export function shown(value: SettingValue, kind: SettingKind): string {
  if (value === null) return text("field-not-set");
  if (Array.isArray(value)) return text("field-entries", { count: value.length });
  switch (kind.kind) {
    case "bool":
      return value === true ? text("field-on") : text("field-off");
    case "number":
      if (typeof value === "number") return quantity(value, kind.unit);
      return text("field-word", { word: String(value) });
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
  return text("field-range", {
    least: number(kind.min, 6),
    most: quantity(kind.max, kind.unit),
  });
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
export function typedNumber(typed: string): number | string | null {
  const trimmed = typed.trim();
  if (trimmed === "") return null;
  return DECIMAL.test(trimmed) ? Number(trimmed.replace(",", ".")) : trimmed;
}
