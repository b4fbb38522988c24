// Everything the Diagnostics page asks for; one missing answer does not hide the others.

import { askFor, isUnknownRequest, messageOf } from "../ipc";
import type { Finding, GpuInfo } from "../protocol";

export class Diagnosis {
  gpus = $state.raw<GpuInfo[] | null>(null);
  log = $state.raw<string[] | null>(null);
  findings = $state.raw<Finding[] | null>(null);
  /** Asked for beforehand: a web view copies only during the click itself. */
  report = $state.raw<string | null>(null);
  /** True if the engine is an older one that does not search for causes. */
  doctor_missing = $state(false);
  /** Why an answer is missing. */
  refusals = $state<{ gpus?: string; log?: string; doctor?: string; report?: string }>({});

  async load(): Promise<void> {
    await Promise.all([
      this.fill("gpus", async () => {
        this.gpus = await askFor("gpus", { request: "gpus" });
      }),
      this.fill("log", async () => {
        this.log = await askFor("log", { request: "log" });
      }),
      this.fill("doctor", async () => {
        this.findings = (await askFor("doctor", { request: "doctor" })).findings;
      }),
      this.fill("report", async () => {
        this.report = await askFor("report", { request: "report" });
      }),
    ]);
  }

  private async fill(answer: keyof Diagnosis["refusals"], load: () => Promise<void>) {
    let refusal: unknown = null;
    await load().catch((error: unknown) => (refusal = error));
    this.refusals[answer] = refusal === null ? undefined : messageOf(refusal);
    if (answer === "doctor") this.doctor_missing = refusal !== null && isUnknownRequest(refusal);
  }
}
