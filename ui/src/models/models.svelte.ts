// The question to the model catalogue, and its answer.

import { askFor, messageOf } from "../ipc";
import type { Format, GpuStatus, KvCache, Recommendation, Request, Use } from "../protocol";

/** Contexts on the slider. */
export const CONTEXTS = [2, 4, 8, 16, 32, 64, 128, 256].map((k) => k * 1024);
/** Stands for an amount of VRAM that is typed. */
export const BY_HAND = "by-hand";

type Query = Extract<Request, { request: "recommend" }>;

const reportsMemory = (gpu: GpuStatus) => gpu.vram.total_bytes !== null;

export class Models {
  /** The user's choice: UUID of a GPU, or `BY_HAND`. */
  wished = $state<string | null>(null);
  /** As typed. */
  vram = $state("16");
  use = $state<Use>("chat");
  context = $state(8192);
  kv_cache = $state<KvCache>("f16");
  /** Empty for any. */
  format = $state<Format | "">("");

  answer = $state.raw<Recommendation | null>(null);
  refusal = $state<string | null>(null);
  private asked = "";

  /** UUID or `BY_HAND`; until the user chooses, the first GPU that reports its memory. */
  card(gpus: GpuStatus[]): string {
    const { wished } = this;
    const known = wished === BY_HAND || gpus.some((gpu) => gpu.uuid === wished);
    if (wished !== null && known) return wished;
    return (gpus.find(reportsMemory) ?? gpus[0])?.uuid ?? BY_HAND;
  }

  /** The chosen GPU; none for an amount of VRAM that is typed. */
  gpu(gpus: GpuStatus[]): GpuStatus | undefined {
    const card = this.card(gpus);
    return gpus.find((gpu) => gpu.uuid === card);
  }

  /** True without a GPU that reports its memory: the user has to type an amount. */
  isTyped(gpus: GpuStatus[]): boolean {
    const gpu = this.gpu(gpus);
    return gpu === undefined || !reportsMemory(gpu);
  }

  query(gpus: GpuStatus[]): Query {
    const gpu = this.isTyped(gpus) ? undefined : this.gpu(gpus);
    return {
      request: "recommend",
      ...(gpu === undefined ? { vram_gib: this.vramTyped() } : { gpu: gpu.index }),
      use: this.use,
      context_tokens: this.context,
      kv_cache: this.kv_cache,
      ...(this.format && { format: this.format }),
    };
  }

  /** Asks unless the same was asked last. */
  async load(query: Query): Promise<void> {
    const asked = JSON.stringify(query);
    if (asked === this.asked) return;
    this.asked = asked;
    try {
      const answer = await askFor("recommend", query);
      // A slower answer to an older question is of no use.
      if (asked !== this.asked) return;
      this.answer = answer;
      this.refusal = null;
    } catch (error) {
      if (asked !== this.asked) return;
      this.refusal = messageOf(error);
    }
  }

  private vramTyped(): number {
    const typed = Number(this.vram.trim().replace(",", "."));
    // Text that is no number is sent as one that is refused, with a message of the engine.
    return Number.isFinite(typed) ? typed : 0;
  }
}
