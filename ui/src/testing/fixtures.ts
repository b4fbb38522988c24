// What the engine said when it ran on simulated GPUs, and states derived from it.

import type {
  EnergyReport,
  Finding,
  GpuInfo,
  GpuStatus,
  Proof,
  Recommendation,
  SettingsReport,
  Status,
} from "../protocol";
import gpus from "./recorded/gpus.json";
import log from "./recorded/log.json";
import proof from "./recorded/proof.json";
import recommend from "./recorded/recommend.json";
import settings from "./recorded/settings.json";
import status from "./recorded/status.json";

export const recorded = {
  status: status as Status,
  settings: settings as unknown as SettingsReport,
  gpus: gpus as GpuInfo[],
  log: log as string[],
  recommend: recommend as Recommendation,
  proof: proof as Proof,
};

/** The recorded status with only the first GPU, changed as wished. */
export function statusWith(
  gpu: Partial<GpuStatus> = {},
  engine: Partial<Status["engine"]> = {},
): Status {
  const { status } = recorded;
  const [first] = status.gpus;
  if (!first) throw new Error("no GPU was recorded");
  return {
    ...status,
    engine: { ...status.engine, mode: "on_demand", ...engine },
    gpus: [{ ...first, ...gpu }],
    desktop: { tray: true, starts_at_login: false },
  };
}

const idle = { pstate: 8, sm_clock_mhz: 210, power_w: 12.4, ready: false };
const nothing = { strategy: null, pulse_interval_ms: null };
const released = { ...idle, ...nothing };
const unread = {
  pstate: null,
  sm_clock_mhz: null,
  memory_clock_mhz: null,
  temperature_c: null,
  power_w: null,
  utilization_percent: null,
  ready: null,
};

/** A GPU in every phase and for every reason, with the engine's words. */
export const STATES = {
  off: { phase: "off", tone: "off", phase_text: "Switched off", ...released },
  asleep: {
    phase: "asleep",
    tone: "low",
    phase_text: "Asleep: nothing asks for this GPU",
    ...released,
  },
  unseen: {
    phase: "asleep",
    tone: "asleep",
    phase_text: "Asleep: nothing asks for this GPU",
    ...unread,
    ...nothing,
  },
  warming: {
    phase: "warm",
    tone: "middling",
    phase_text: "Warming up: as you asked for another 15 min",
    pstate: 5,
  },
  warm: {
    phase: "warm",
    tone: "full",
    phase_text: "Warm: ready for the next request for another 12 min",
    strategy: "pulse",
    pulse_interval_ms: 4000,
    pulses: 128,
    attempts: [
      "The driver's maximum-performance setting does not raise the clocks; going on to the next.",
      "An open connection alone does not hold the clocks; going on to the next.",
    ],
  },
  yielding: {
    phase: "yielding",
    tone: "full",
    phase_text: "In use: no pulses while another program computes",
    cannot_measure: "This GPU cannot be measured now: another program is computing on it.",
    strategy: "pulse",
    pulse_interval_ms: null,
    utilization_percent: 96,
    pstate: 0,
  },
  user: paused("user", "Paused: by you, until you resume"),
  thermal: paused("thermal", "Paused: 84 °C, the limit is 83 °C; goes on at 78 °C", {
    temperature_c: 84,
    pstate: 3,
  }),
  sensor: paused("sensor", "Paused: the temperature cannot be read", { temperature_c: null }),
  battery: paused("battery", "Paused: on battery"),
  vram: paused(
    "vram",
    "Paused: only 310 MiB of VRAM are free, and 512 MiB are reserved for your models",
  ),
  budget: paused("budget", "Paused: the energy budget of today is spent"),
  fault: {
    phase: "fault",
    tone: "fault",
    phase_text:
      "Not possible now: nvmlDeviceGetPerformanceState: GPU is lost (NVML_ERROR_GPU_IS_LOST)",
    ...unread,
    ...nothing,
    vram: { total_bytes: 25757220864, free_bytes: null, ours_bytes: null },
    cannot_measure:
      "This GPU cannot be measured now: nvmlDeviceGetPerformanceState: GPU is lost (NVML_ERROR_GPU_IS_LOST).",
    fault: {
      kind: "gpu_lost",
      message: "nvmlDeviceGetPerformanceState: GPU is lost (NVML_ERROR_GPU_IS_LOST)",
      advice:
        "The GPU stopped answering. If it does not come back by itself, restart the computer; an external GPU may need to be plugged in again.",
      retry_in_s: 7.4,
    },
  },
} satisfies Record<string, Partial<GpuStatus>>;

function paused(
  reason: GpuStatus["reasons"][number],
  phase_text: string,
  more: Partial<GpuStatus> = {},
): Partial<GpuStatus> {
  const tone = reason === "thermal" || reason === "sensor" ? "hot" : "paused";
  const why = phase_text.replace("Paused: ", "This GPU cannot be measured now: ");
  const cannot_measure = reason === "user" ? null : `${why}.`;
  const reasons = [reason];
  return { phase: "paused", tone, phase_text, reasons, cannot_measure, ...released, ...more };
}

/** Thirty days, the first of them not measured. */
export const energy: EnergyReport = {
  currency: "EUR",
  days: Array.from({ length: 30 }, (_, index) => {
    const date = new Date(Date.UTC(2026, 9, 25 + index)).toISOString().slice(0, 10);
    const warm_wh = index < 3 ? null : Math.round((40 + 35 * Math.sin(index * 1.7)) * 10) / 10;
    const cost = warm_wh === null ? null : (warm_wh / 1000) * 0.31;
    return { date, warm_wh, cost, warm_s: 3600, cold_starts_avoided: index % 7 };
  }),
};

export const findings: Finding[] = [
  {
    id: "perf-boost-disabled",
    severity: "warning",
    title: "CUDA is told not to raise the clocks",
    evidence: "CUDA_DISABLE_PERF_BOOST is set for ollama.",
    advice: "Remove CUDA_DISABLE_PERF_BOOST from the settings of ollama's service.",
  },
  {
    id: "driver",
    severity: "ok",
    title: "The driver is recent enough",
    evidence: "Version 580.159.04.",
    advice: "",
  },
];
