// What the engine says about a setting, in the words of its field: it names keys and values of the
// file.

import type { SettingReport, SettingsReport } from "../protocol";

/** A sentence that begins with a setting, which then has its title, and its values theirs. */
export function inWords(sentence: string, settings: SettingReport[]): string {
  const meant = settings.find(({ key }) => sentence.startsWith(`${key} `));
  if (!meant) return sentence;
  const { key, title, kind } = meant;
  const rest = sentence.slice(key.length);
  return title + (kind.kind === "bool" ? rest.replace("true or false", "on or off") : named(rest, meant));
}

function named(text: string, { kind }: SettingReport): string {
  if (kind.kind !== "choice" && kind.kind !== "choice_list") return text;
  return kind.options.reduce(
    (text, { value, title }) => text.replaceAll(`"${value}"`, `“${title}”`),
    text,
  );
}

/** Why a value was refused, in place. */
export function refusalOf(message: string, setting: SettingReport): string {
  if (setting.kind.kind === "text_list") {
    return "That is not the name of a program. Write it without its folder, such as ollama.";
  }
  return inWords(message, [setting]);
}

/** The problems with the file, as sentences. */
export function problemsOf({ problems, settings }: SettingsReport) {
  return problems.map(({ severity, line, message }) => {
    const place = line === null ? "" : `Line ${line}: `;
    return { severity, text: place + inWords(message, settings) };
  });
}
