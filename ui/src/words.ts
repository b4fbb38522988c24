// What the page calls things that the protocol names for programs.

import { capitalised, milliseconds, unbroken } from "./format";
import type { GpuStatus, Mode, PauseReason, Phase, PowerSource, Workload } from "./protocol";

export const MODES: { mode: Mode; title: string; explanation: string }[] = [
  {
    mode: "on_demand",
    title: "On demand",
    explanation: "Warm when you use AI, and for a while after. Asleep otherwise.",
  },
  {
    mode: "while_loaded",
    title: "While a model is loaded",
    explanation: "Warm as long as an AI program has the GPU open.",
  },
  {
    mode: "always",
    title: "Always",
    explanation: "Warm all the time. Uses the most energy.",
  },
];

export const PHASES: Record<Phase, string> = {
  off: "Off",
  asleep: "Asleep",
  warm: "Warm",
  yielding: "In use",
  paused: "Paused",
  fault: "Fault",
};

export const REASONS: Record<PauseReason, string> = {
  user: "you paused it",
  thermal: "heat",
  sensor: "temperature not readable",
  battery: "battery or weak adapter",
  vram: "memory kept free",
  budget: "energy budget spent",
  measuring: "being measured",
};

export const POWER_SOURCES: Record<PowerSource, string> = {
  ac: "Mains power",
  battery: "On battery",
  undersized_adapter: "On a power adapter that is too weak",
};

export const WORKLOADS: Record<Workload, string> = {
  decode: "Writing an answer (decode)",
  prefill: "Reading a prompt (prefill)",
};

/** How the clocks are held. */
export function hold(gpu: GpuStatus): string {
  switch (gpu.strategy) {
    case null:
      return "Nothing at the moment";
    case "standby":
      return "Nothing; it wakes on request";
    case "boost":
      return "The driver's boost";
    case "power_mizer":
      return "The driver, asked for full performance";
    case "context":
      return "An open connection to the GPU";
    case "pulse":
      return gpu.pulse_interval_ms === null
        ? "An open connection; no pulses for now"
        : `A tiny pulse of work every ${milliseconds(gpu.pulse_interval_ms)}`;
  }
}

/** The phase and its cause: `Warm` and `Ready for the next request`. */
export function sentence(gpu: GpuStatus): [head: string, cause: string] {
  const [head = "", ...rest] = unbroken(gpu.phase_text).split(": ");
  return [head, capitalised(rest.join(": "))];
}

export function isPausedByUser(gpus: GpuStatus[], remaining_s: number | null): boolean {
  return remaining_s !== null || gpus.some((gpu) => gpu.reasons.includes("user"));
}
