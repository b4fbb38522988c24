// A setting's value as people see it, and as they type it.

import { number, withUnit } from "../format";
import type { SettingKind, SettingReport } from "../protocol";
import { parseToml, type TomlValue } from "../toml";

/** A value of a report; `null` when it has none or cannot be read. */
export function valueOf(toml: string | null): TomlValue | null {
  if (toml === null) return null;
  try {
    return parseToml(toml);
  } catch {
    return null;
  }
}

/** A value for people: `On`, `15 minutes`, `On demand`. */
export function shown(toml: string | null, kind: SettingKind): string {
  const value = valueOf(toml);
  if (value === null) return "not set";
  switch (kind.kind) {
    case "bool":
      return value === true ? "on" : "off";
    case "number":
      return typeof value === "number" ? quantity(value, kind.unit) : String(value);
    case "choice":
      return kind.options.find((option) => option.value === value)?.title ?? String(value);
    case "text":
      return String(value);
    case "list":
      return Array.isArray(value) ? `${value.length} entries` : String(value);
  }
}

function quantity(value: number, unit: string): string {
  return unit === "" ? number(value, 6) : withUnit(number(value, 6), unit);
}

/** What is accepted, below the field. */
export function rangeText(kind: SettingKind): string | null {
  if (kind.kind === "text") return `At most ${kind.max_length} characters`;
  if (kind.kind !== "number") return null;
  return `${number(kind.min, 6)} to ${quantity(kind.max, kind.unit)}`;
}

export function isDefault(setting: SettingReport): boolean {
  return setting.value === setting.default;
}

/** A number as typed: a decimal comma is understood, everything else is for the engine to judge. */
export function typedNumber(text: string, integer: boolean): string {
  const trimmed = text.trim();
  return !integer && /^[+-]?\d*,\d+$/.test(trimmed) ? trimmed.replace(",", ".") : trimmed;
}
