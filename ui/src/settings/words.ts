// What the engine says about a setting, in the words of its field: it names keys and values of the
// file.

import type { SettingReport, SettingsReport } from "../protocol";
import { text } from "../text";

/** A sentence that begins with a setting, which then has its title, and its values theirs. */
export function inWords(sentence: string, settings: SettingReport[]): string {
  const meant = settings.find(({ key }) => sentence.startsWith(`${key} `));
  if (!meant) return sentence;
  const { key, title, kind } = meant;
  const rest = sentence.slice(key.length);
  if (kind.kind !== "bool") return title + named(rest, meant);
  return title + rest.replace(text("expected-bool"), text("field-on-or-off"));
}

function named(sentence: string, { kind }: SettingReport): string {
  if (kind.kind !== "choice" && kind.kind !== "choice_list") return sentence;
  return kind.options.reduce(
    (left, { value, title }) => left.replaceAll(`"${value}"`, text("field-choice", { title })),
    sentence,
  );
}

/** Why a value was refused, in place. */
export function refusalOf(message: string, setting: SettingReport): string {
  if (setting.kind.kind === "text_list") {
    return text("field-not-a-program");
  }
  return inWords(message, [setting]);
}

/** The problems with the file, as sentences. */
export function problemsOf({ problems, settings }: SettingsReport) {
  return problems.map(({ severity, line, message }) => {
    const problem = inWords(message, settings);
    if (line === null) return { severity, text: problem };
    return { severity, text: text("settings-page-line", { line: String(line), problem }) };
  });
}
