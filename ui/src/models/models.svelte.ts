// What is asked of the model catalogue, and what it answered.

import { askFor, messageOf } from "../ipc";
import type { Format, GpuStatus, KvCache, Recommendation, Request } from "../protocol";

/** Contexts on the slider. */
export const CONTEXTS = [2, 4, 8, 16, 32, 64, 128].map((k) => k * 1024);
/** Stands for an amount of VRAM that is typed. */
export const BY_HAND = "by-hand";

type Query = Extract<Request, { request: "recommend" }>;

export class Models {
  /** UUID of the GPU, or `BY_HAND`. */
  card = $state<string | null>(null);
  /** As typed. */
  vram = $state("16");
  context = $state(8192);
  kv_cache = $state<KvCache>("f16");
  /** Empty for any. */
  format = $state<Format | "">("");

  answer = $state.raw<Recommendation | null>(null);
  refusal = $state<string | null>(null);
  private asked = "";

  /** The first GPU, until the user chooses. */
  choose(gpus: GpuStatus[]): void {
    const known = this.card === BY_HAND || gpus.some((gpu) => gpu.uuid === this.card);
    if (!known) this.card = gpus[0]?.uuid ?? BY_HAND;
  }

  query(gpus: GpuStatus[]): Query {
    const gpu = gpus.find((gpu) => gpu.uuid === this.card)?.index;
    return {
      request: "recommend",
      ...(gpu === undefined ? { vram_gib: this.vramTyped() } : { gpu }),
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
    // What is no number is sent as one that is refused, with words of the engine.
    return Number.isNaN(typed) ? 0 : typed;
  }
}
