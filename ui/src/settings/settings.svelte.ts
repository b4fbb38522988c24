// The settings as the engine reports them, and the way to change one.

import { ask, askFor, messageOf } from "../ipc";
import type { SettingReport, SettingsReport } from "../protocol";

export class Settings {
  /** `null` until the engine has answered. */
  report = $state.raw<SettingsReport | null>(null);
  /** Why they cannot be shown. */
  refusal = $state<string | null>(null);

  async load(): Promise<void> {
    try {
      this.report = await askFor("settings", { request: "settings" });
      this.refusal = null;
    } catch (error) {
      this.refusal = messageOf(error);
    }
  }

  /** Changes one setting, or goes back to its default; the answer is why it was refused. */
  async set(key: string, value: string | null): Promise<string | null> {
    try {
      await ask(value === null ? { request: "set", key } : { request: "set", key, value });
    } catch (error) {
      return messageOf(error);
    }
    await this.load();
    return null;
  }

  find(key: string): SettingReport | undefined {
    return this.report?.settings.find((setting) => setting.key === key);
  }
}

/** Headings by the first part of the key, in the order of the report. */
export function grouped(settings: SettingReport[]): [heading: string, SettingReport[]][] {
  const groups = new Map<string, SettingReport[]>();
  for (const setting of settings) {
    const heading = HEADINGS[sectionOf(setting.key)] ?? "More";
    groups.set(heading, [...(groups.get(heading) ?? []), setting]);
  }
  return [...groups];
}

const HEADINGS: Record<string, string> = {
  "": "Keeping the GPU ready",
  strategy: "How it is done",
  pulse: "How it is done",
  thermal: "Protection",
  battery: "Protection",
  vram: "Protection",
  energy: "Energy",
  app: "This app",
};

function sectionOf(key: string): string {
  const [section = "", name] = key.split(".");
  return name === undefined && !(section in HEADINGS) ? "" : section;
}
