// The demands of other programs for full speed, each once although it is for several GPUs.

import { capitalised, day } from "../format";
import type { GpuStatus, HoldStatus } from "../protocol";
import { locale, text } from "../text";

export interface Demand {
  key: string;
  /** Names it in the request that ends it; `null` where it cannot be ended. */
  id: number | null;
  program: string;
  reason: string | null;
  /** When it was made, as part of a sentence. */
  asked: string;
  /** The GPUs it is for, by their names; `null` where it is for each. */
  gpus: string[] | null;
}

/** Those of programs; what the user asked for shows in the state itself. */
export function demandsOn(gpus: readonly GpuStatus[]): Demand[] {
  const found = new Map<string, { hold: HoldStatus; gpus: string[] }>();
  for (const gpu of gpus) {
    gpu.holds.forEach((hold, place) => {
      if (hold.kind !== "dbus" && hold.kind !== "program") return;
      const key = hold.id === null ? `${gpu.uuid} ${place}` : String(hold.id);
      const known = found.get(key);
      if (known) known.gpus.push(gpu.name);
      else found.set(key, { hold, gpus: [gpu.name] });
    });
  }
  return [...found].map(([key, { hold, gpus: those }]) => ({
    key,
    id: hold.id,
    program: hold.application ?? capitalised(text("a-program")),
    reason: hold.reason,
    asked: asked(hold.since_s),
    gpus: those.length === gpus.length ? null : those,
  }));
}

function asked(since_s: number): string {
  const [now, then] = [new Date(), new Date(Date.now() - since_s * 1000)];
  const time = then.toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });
  if (then.toDateString() === now.toDateString()) return text("users-asked", { time });
  const date = then.toLocaleDateString("sv");
  return text("users-asked.earlier", { day: day(date), time });
}
