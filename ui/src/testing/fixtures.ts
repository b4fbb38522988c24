// The replies of the engine when it ran on simulated GPUs, and states derived from it.

import type {
  EnergyReport,
  Finding,
  GpuInfo,
  GpuStatus,
  BenchmarkResult,
  Recommendation,
  SettingsReport,
  Status,
} from "../protocol";
import gpus from "./recorded/gpus.json";
import log from "./recorded/log.json";
import benchmark from "./recorded/benchmark.json";
import recommend from "./recorded/recommend.json";
import recommendNone from "./recorded/recommend-none.json";
import recommendSmall from "./recorded/recommend-small.json";
import settings from "./recorded/settings.json";
import states from "./recorded/states.json";
import status from "./recorded/status.json";

export const recorded = {
  status: status as Status,
  settings: settings as unknown as SettingsReport,
  gpus: gpus as GpuInfo[],
  log: log as string[],
  /** For the first GPU, with a model that Ollama has installed. */
  recommend: recommend as unknown as Recommendation,
  /** For code with 64k tokens on the second GPU, with a wrong entry in `models.toml`. */
  recommendSmall: recommendSmall as unknown as Recommendation,
  /** For 2 GiB, into which nothing fits. */
  recommendNone: recommendNone as Recommendation,
  benchmark: benchmark as BenchmarkResult,
};

/** The recorded status with only the first GPU, changed as wished. */
export function statusWith(
  gpu: Partial<GpuStatus> = {},
  engine: Partial<Status["engine"]> = {},
): Status {
  const { status } = recorded;
  const onDemand = { ...status.engine.text, switch: "On demand" };
  const [first] = status.gpus;
  if (!first) throw new Error("no GPU was recorded");
  return {
    ...status,
    engine: { ...status.engine, mode: "on_demand", text: onDemand, ...engine },
    gpus: [{ ...first, ...gpu }],
    desktop: { tray: true, starts_at_login: false, login_entry: "absent", hosts_engine: true },
  };
}

/** A GPU in every phase and for every reason, as `status_text/tests/pages.rs` writes it. */
export const STATES = states as unknown as Record<keyof typeof states, Partial<GpuStatus>>;

/** Thirty days, the first of them not measured. */
export const energy: EnergyReport = {
  currency: "EUR",
  days: Array.from({ length: 30 }, (_, index) => {
    const date = new Date(Date.UTC(2026, 9, 25 + index)).toISOString().slice(0, 10);
    const warm_wh = index < 3 ? null : Math.round((40 + 35 * Math.sin(index * 1.7)) * 10) / 10;
    const cost = warm_wh === null ? null : (warm_wh / 1000) * 0.31;
    const saved_wh = index < 3 ? null : 300 + index;
    const standby_s = 8 * 3600;
    return { date, warm_wh, saved_wh, cost, warm_s: 3600, standby_s, cold_starts_avoided: index % 7 };
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
