// The settings as the engine last reported them, for every page, and the way to change one.

import { ask, askFor, messageOf, onSettings } from "../ipc";
import type { SettingReport, SettingsReport } from "../protocol";
import { localCurrency } from "./currency";
import type { SettingValue } from "./field";
import { isDefault } from "./values";

const PRICE = "energy.price_per_kwh";
const CURRENCY = "energy.currency";

class Settings {
  /** `null` until the engine has answered. */
  report = $state.raw<SettingsReport | null>(null);
  /** Why they cannot be shown. */
  refusal = $state<string | null>(null);

  /** Listens until the returned function is called. */
  async start(): Promise<() => void> {
    const stop = await onSettings((report) => this.receive(report));
    // The window process may have sent them before the page listened.
    try {
      this.receive(await askFor("settings", { request: "settings" }));
    } catch (error) {
      this.refusal = messageOf(error);
    }
    return stop;
  }

  /**
   * Changes one setting, or goes back to its default with `null`; the answer is why it was refused.
   * The engine reports the change.
   */
  async set(key: string, value: SettingValue): Promise<string | null> {
    const isFirstPrice = key === PRICE && this.find(PRICE)?.value === null;
    const refusal = await this.ask(key, value);
    if (refusal === null && isFirstPrice) await this.adoptCurrency();
    return refusal;
  }

  find(key: string): SettingReport | undefined {
    return this.report?.settings.find((setting) => setting.key === key);
  }

  /** The first price is in the currency of the user's region, unless another was chosen. */
  private async adoptCurrency(): Promise<void> {
    const setting = this.find(CURRENCY);
    const local = localCurrency();
    if (local && setting && isDefault(setting) && local !== setting.value) {
      await this.ask(CURRENCY, local);
    }
  }

  private async ask(key: string, value: SettingValue): Promise<string | null> {
    try {
      await ask(value === null ? { request: "set", key } : { request: "set", key, value });
    } catch (error) {
      return messageOf(error);
    }
    return null;
  }

  private receive(report: SettingsReport) {
    this.report = report;
    this.refusal = null;
  }
}

export const settings = new Settings();

/** The settings under one heading, in the order of the report. */
export interface Group {
  heading: string;
  members: SettingReport[];
}

/** Remembers what the app did, so no user has to set it. */
const OWN_MEMORY = "app.setup_completed";

/** What every user may need, and what few do. Without a price there is no currency to choose. */
export function sections(settings: SettingReport[]): { usual: Group[]; rare: Group[] } {
  const unpriced = settings.some(({ key, value }) => key === PRICE && value === null);
  const hidden = unpriced ? [OWN_MEMORY, CURRENCY] : [OWN_MEMORY];
  const shown = settings.filter((setting) => !hidden.includes(setting.key));
  return {
    usual: grouped(shown.filter((setting) => !setting.rarely_used)),
    rare: grouped(shown.filter((setting) => setting.rarely_used)),
  };
}

function grouped(settings: SettingReport[]): Group[] {
  const groups: Group[] = [];
  for (const setting of settings) {
    const group = groups.find((group) => group.heading === setting.group);
    if (group) group.members.push(setting);
    else groups.push({ heading: setting.group, members: [setting] });
  }
  return groups;
}
