// The benchmark: its results, and its requests to the engine.

import { engine } from "../engine.svelte";
import { ask, askFor, messageOf } from "../ipc";
import type { GpuStatus, BenchmarkResult, BenchmarkReport } from "../protocol";

/** Whether the measurement that is under way was begun in this window. */
export const began = { here: false };

export class Measuring {
  /** `null` until the engine has answered. */
  report = $state.raw<BenchmarkReport | null>(null);
  /** Why there is no report. */
  refusal = $state<string | null>(null);
  /** Why the last measurement of a GPU, by its UUID, brought nothing. */
  ended = $state<Record<string, string | undefined>>({});

  async load(): Promise<void> {
    try {
      this.report = await askFor("benchmarks", { request: "benchmarks" });
      this.refusal = null;
    } catch (error) {
      this.refusal = messageOf(error);
    }
  }

  of(gpu: GpuStatus): BenchmarkResult | undefined {
    return this.report?.benchmarks.find((benchmark) => benchmark.uuid === gpu.uuid);
  }

  /** What was measured on the same card elsewhere. */
  elsewhere(gpu: GpuStatus): string | undefined {
    return this.report?.elsewhere.find((seen) => seen.uuid === gpu.uuid)?.text;
  }

  /** Measures that GPU; the status has the progress. */
  async begin(gpu: GpuStatus): Promise<void> {
    this.ended[gpu.uuid] = undefined;
    began.here = true;
    try {
      await ask({ request: "bench", gpu: gpu.index, quick: true });
    } catch (error) {
      this.ended[gpu.uuid] = messageOf(error);
    }
    began.here = false;
    await this.load();
  }

  /** Cancels the measurement that was begun here. */
  async leave(): Promise<void> {
    if (began.here) await engine.switch({ request: "cancel_bench" });
  }
}
