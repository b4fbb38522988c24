// Everything the Diagnostics page asks for; one missing answer does not hide the others.

import { askFor, isUnknownRequest, messageOf } from "../ipc";
import type { GpuInfo } from "../protocol";
import type { Finding } from "../protocol/ahead";

export class Diagnosis {
  gpus = $state.raw<GpuInfo[] | null>(null);
  log = $state.raw<string[] | null>(null);
  findings = $state.raw<Finding[] | null>(null);
  /** Whether the engine does not know the request for findings. */
  doctor_missing = $state(false);
  /** Why an answer is missing. */
  refusals = $state<{ gpus?: string; log?: string; doctor?: string }>({});

  async load(): Promise<void> {
    await Promise.all([this.loadGpus(), this.loadLog(), this.loadFindings()]);
  }

  private async loadGpus() {
    try {
      this.gpus = await askFor("gpus", { request: "gpus" });
      this.refusals.gpus = undefined;
    } catch (error) {
      this.refusals.gpus = messageOf(error);
    }
  }

  private async loadLog() {
    try {
      this.log = await askFor("log", { request: "log" });
      this.refusals.log = undefined;
    } catch (error) {
      this.refusals.log = messageOf(error);
    }
  }

  private async loadFindings() {
    try {
      this.findings = (await askFor("doctor", { request: "doctor" })).findings;
      this.refusals.doctor = undefined;
      this.doctor_missing = false;
    } catch (error) {
      this.doctor_missing = isUnknownRequest(error);
      this.refusals.doctor = messageOf(error);
    }
  }
}
