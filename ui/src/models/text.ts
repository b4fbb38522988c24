// The text about a suggestion, for people who do not run models every day.

import { gib, number, tokens, withUnit } from "../format";
import type {
  Format,
  KvCache,
  ModelFit,
  Notice,
  Recommendation,
  Runtime,
  SmallerContext,
  Use,
} from "../protocol";
import { locale, text } from "../text";

/** Each use with its name and its meaning. */
export const USES: [use: Use, title: string, explanation: string][] = [
  ["chat", text("models-use-chat"), text("models-use-chat.meaning")],
  ["code", text("models-use-code"), text("models-use-code.meaning")],
  ["vision", text("models-use-vision"), text("models-use-vision.meaning")],
  ["embedding", text("models-use-embedding"), text("models-use-embedding.meaning")],
];

/** A use within a sentence about our ranking. */
const RANKINGS: Record<Use, string> = {
  chat: text("models-use-chat.ranking"),
  code: text("models-use-code.ranking"),
  vision: text("models-use-vision.ranking"),
  embedding: text("models-use-embedding.ranking"),
};

export const CACHES: [cache: KvCache, title: string][] = [
  ["f16", text("models-cache-f16")],
  ["q8_0", text("models-cache-q8")],
  ["q4_0", text("models-cache-q4")],
];

export const FORMATS: Format[] = [
  "Q2_K",
  "Q3_K_M",
  "IQ4_XS",
  "Q4_K_M",
  "Q4_0",
  "MXFP4",
  "Q5_K_M",
  "Q6_K",
  "Q8_0",
  "F16",
];

export const RUNTIMES: Record<Runtime, string> = {
  ollama: "Ollama",
  llama_cpp: "llama.cpp",
  lm_studio: "LM Studio",
};

/** The one to take: the first in the ranking, if it fits. */
export function best(answer: Recommendation): ModelFit | undefined {
  return answer.models.slice(0, 1).find((model) => model.fits);
}

export interface Group {
  title: string;
  /** Of the group as a whole. */
  explanation: string;
  /** The same of one member. */
  label: string;
  members: ModelFit[];
}

/** The largest tier first; then what needs main memory, and what fits only in part. */
export function groups(models: ModelFit[]): Group[] {
  const onGpu = models.filter((model) => model.fits && model.placement === "gpu");
  const all: Group[] = [
    {
      title: text("models-aggressive"),
      explanation: text("models-aggressive.meaning"),
      label: text("models-aggressive.one"),
      members: onGpu.filter((model) => model.tier === "aggressive"),
    },
    {
      title: text("models-optimal"),
      explanation: text("models-optimal.meaning"),
      label: text("models-optimal.one"),
      members: onGpu.filter((model) => model.tier === "optimal"),
    },
    {
      title: text("models-conservative"),
      explanation: text("models-conservative.meaning"),
      label: text("models-conservative.one"),
      members: onGpu.filter((model) => model.tier === "conservative"),
    },
    {
      title: text("models-main-memory"),
      explanation: text("models-main-memory.meaning"),
      label: text("models-main-memory.one"),
      members: models.filter((model) => model.placement === "experts_on_cpu"),
    },
    {
      title: text("models-in-part"),
      explanation: text("models-in-part.meaning"),
      label: text("models-in-part.one"),
      members: models.filter((model) => model.placement === "partial"),
    },
  ];
  return all.filter((group) => group.members.length > 0);
}

/** The one to take and the best other model of each further tier: three at most. */
export function shortList(answer: Recommendation): ModelFit[] {
  const taken = best(answer);
  if (!taken) return [];
  const list = [taken];
  for (const tier of ["aggressive", "optimal", "conservative"] as const) {
    const isNew = (model: ModelFit) => list.every((other) => other.name !== model.name);
    const ofTier = answer.models.filter((model) => model.fits && model.tier === tier);
    const next = tier === taken.tier ? undefined : ofTier.find(isNew);
    if (next) list.push(next);
  }
  return list;
}

/** The place where the model is kept and computed. */
export function placement(model: ModelFit): string {
  switch (model.placement) {
    case "gpu":
      return text("models-placement-gpu");
    case "experts_on_cpu":
      return text("models-placement-experts", { ram: gib(model.ram_gib) });
    case "partial": {
      const share = Math.floor((100 * model.layers_on_gpu) / model.layers);
      return text("models-placement-partial", { share: withUnit(number(share), "%") });
    }
  }
}

export function speed({ tokens_per_s: [slow, fast] }: ModelFit): string {
  const written = (tokens: number) => number(tokens, tokens < 10 ? 1 : 0);
  const [from, to] = [written(slow), written(fast)];
  if (from === to) return text("models-speed-about", { speed: from });
  return text("models-speed", { slow: from, fast: to });
}

/** Why the first one is first. */
export function whyBest(answer: Recommendation): string {
  return text("models-why", {
    tokens: tokens(answer.context_tokens),
    use: RANKINGS[answer.use],
  });
}

/** The same in few words. */
export function whyOffered(answer: Recommendation): string {
  return text("models-why-short", { use: RANKINGS[answer.use] });
}

/** The memory that the answer is for. */
export function memoryOf(answer: Recommendation): string {
  const given = { vram: gib(answer.vram_gib), free: gib(answer.free_gib) };
  const ram = withUnit(number(answer.ram_gib), "GiB");
  return text("models-memory", {
    vram: answer.free_is_assumed ? text("models-vram-assumed", given) : text("models-vram", given),
    ram: answer.ram_is_assumed ? text("models-ram-assumed", { ram }) : text("models-ram", { ram }),
  });
}

export function smaller(model: SmallerContext): string {
  const most = tokens(model.context_tokens);
  return model.context_tokens === model.native_context_tokens
    ? text("models-smaller-made-for", { tokens: most })
    : text("models-smaller-fits", { tokens: most });
}

/** `August 2026` in the user's language, of `2026-08`. */
export function month(yearAndMonth: string): string {
  const parsed = new Date(`${yearAndMonth}-15T12:00:00`);
  return Number.isNaN(parsed.getTime())
    ? yearAndMonth
    : parsed.toLocaleDateString(locale, { month: "long", year: "numeric" });
}

/** Notes about the user's own models, as notices. */
export function ownProblems(notes: string[]): Notice[] {
  return notes.map((note) => ({
    id: note,
    severity: "warning",
    message: text("models-own", { note }),
  }));
}

/** Notes about the user's own models, and all the others. */
export function sorted(notes: string[]): { own: string[]; others: string[] } {
  const isOwn = (note: string) => note.includes("models.toml");
  return { own: notes.filter(isOwn), others: notes.filter((note) => !isOwn(note)) };
}
