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
import { locale } from "../text";

/** Each use with its name and its meaning. */
export const USES: [use: Use, title: string, explanation: string][] = [
  ["chat", "Chat", "For conversations, writing and questions."],
  ["code", "Code", "For programming."],
  ["vision", "Vision", "For questions about pictures."],
  ["embedding", "Embedding", "For searching texts by their meaning. These models do not chat."],
];

export const CACHES: [cache: KvCache, title: string][] = [
  ["f16", "Full size (f16)"],
  ["q8_0", "Half the size (q8_0)"],
  ["q4_0", "Smallest, less exact (q4_0)"],
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
      title: "Aggressive",
      explanation: "These take nearly all of the free VRAM.",
      label: "Aggressive: takes nearly all of the free VRAM",
      members: onGpu.filter((model) => model.tier === "aggressive"),
    },
    {
      title: "Optimal",
      explanation: "These use the VRAM well and leave room for a longer context.",
      label: "Optimal: leaves room for a longer context",
      members: onGpu.filter((model) => model.tier === "optimal"),
    },
    {
      title: "Conservative",
      explanation: "These leave room for a much longer context, or for another program.",
      label: "Conservative: leaves room for a much longer context, or for another program",
      members: onGpu.filter((model) => model.tier === "conservative"),
    },
    {
      title: "With main memory",
      explanation:
        "These are larger than the VRAM. A part stays in the main memory of the computer, which is slower.",
      label: "A part stays in main memory",
      members: models.filter((model) => model.placement === "experts_on_cpu"),
    },
    {
      title: "Only in part",
      explanation: "These do not fit. The processor computes the rest, much slower than the GPU.",
      label: "Fits only in part",
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
      return "Entirely on the GPU";
    case "experts_on_cpu":
      return `On the GPU, with ${gib(model.ram_gib)} in main memory`;
    case "partial": {
      const share = Math.floor((100 * model.layers_on_gpu) / model.layers);
      return `${withUnit(number(share), "%")} on the GPU, the rest on the processor`;
    }
  }
}

export function speed({ tokens_per_s: [slow, fast] }: ModelFit): string {
  const [from, to] = [slow, fast].map((tokens) => number(tokens, tokens < 10 ? 1 : 0));
  return from === to ? `About ${from} tokens a second` : `${from} to ${to} tokens a second`;
}

/** Why the first one is first. */
export function whyBest(answer: Recommendation): string {
  return `Of all models that run here with a context of ${tokens(answer.context_tokens)} tokens, this one is first in our ranking for ${useOf(answer)}.`;
}

/** The same in few words. */
export function whyOffered(answer: Recommendation): string {
  return `First in our ranking for ${useOf(answer)}, of all that run on this GPU.`;
}

function useOf(answer: Recommendation): string {
  return USES.find(([use]) => use === answer.use)?.[1].toLowerCase() ?? answer.use;
}

export function smaller(model: SmallerContext): string {
  const most = tokens(model.context_tokens);
  return model.context_tokens === model.native_context_tokens
    ? `made for ${most} tokens at most`
    : `${most} tokens fit`;
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
    message: `Your own models: ${note}`,
  }));
}

/** Notes about the user's own models, and all the others. */
export function sorted(notes: string[]): { own: string[]; others: string[] } {
  const isOwn = (note: string) => note.includes("models.toml");
  return { own: notes.filter(isOwn), others: notes.filter((note) => !isOwn(note)) };
}
