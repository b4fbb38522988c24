// Feeds the page in a browser: ?state=warm&page… with the names of STATES, or two, none, lost.
// Of the models: &models=small or &models=none, and &vram=unknown.

import { engine } from "../engine.svelte";
import { SPAN_S } from "../history.svelte";
import type { GpuStatus, HistoryReport, Status } from "../protocol";
import { FakeEngine } from "../testing/fake-engine";
import { recorded, STATES, statusWith } from "../testing/fixtures";

const STEP_S = 1;

export function startDemo(options: URLSearchParams): void {
  const state = options.get("state") ?? "warm";
  const status = demoStatus(state);
  if (options.get("vram") === "unknown") {
    for (const gpu of status.gpus) {
      gpu.vram = { total_bytes: null, free_bytes: null, ours_bytes: null };
    }
  }
  const now = Date.now() / 1000;
  for (let ago = SPAN_S; ago > 0; ago -= STEP_S) {
    const at = { ...status, gpus: status.gpus.map((gpu) => past(gpu, ago)) };
    engine.history.add(at, now - ago);
  }
  const fake = new FakeEngine(status);
  fake.refusals["set thermal.max_temperature"] = {
    code: "invalid_argument",
    message:
      'thermal.max_temperature cannot be "hot"; it has to be a whole number from 50 to 95 °C',
  };
  if (options.has("problem")) {
    fake.settings.problems = [
      {
        severity: "warning",
        line: 3,
        key: "thermal.max_temperature",
        message:
          "thermal.max_temperature is 300, but it has to be a whole number from 50 to 95 °C. Its default is used: 83.",
      },
    ];
  }
  if (options.has("benchmark")) fake.benchmarks = [recorded.benchmark];
  if (state === "none") fake.gpus = [];
  if (state === "standby") {
    fake.history = status.gpus.map((gpu) => requests(gpu));
  }
  if (options.has("measuring")) {
    const gpu = status.gpus[0]?.uuid ?? "";
    const text = "timing the first answer after a rest of 20 s";
    status.measuring = { gpu, text, elapsed_s: 40, left_s: 80 };
  }
  const models = options.get("models");
  if (models === "small") fake.recommend = recorded.recommendSmall;
  if (models === "none") fake.recommend = recorded.recommendNone;
  if (state === "lost") setTimeout(() => fake.disconnect("The engine ended."), 300);
}

function demoStatus(state: string): Status {
  const energy = {
    today_wh: 7.42,
    today_cost: 0.0023,
    cold_starts_avoided_today: 3,
    saved_today_wh: 310,
    text: { saved: "310 Wh", saved_note: "saved today by resting, about 0.09 EUR" },
  };
  if (state === "two") return { ...recorded.status, energy };
  if (state === "none") {
    const message =
      "The NVIDIA driver is not installed. Install the NVIDIA driver. It is looked for again by itself.";
    const status = statusWith();
    const text = { ...status.engine.text, no_gpu: "No GPU was found" };
    const engine = { ...status.engine, text };
    return { ...status, engine, gpus: [], notices: [{ id: "no-gpu", severity: "error", message }] };
  }
  const gpu = state in STATES ? STATES[state as keyof typeof STATES] : STATES.warm;
  const measured = state === "asleep" ? recorded.status.energy : energy;
  const { text } = recorded.status.engine;
  const engine = {
    off: { enabled: false, text: { ...text, switch: "Off. Your GPU is left alone." } },
    user: { paused: true, text: { ...text, pause: "Paused until you resume" } },
  }[state];
  return { ...statusWith(gpu, engine), energy: measured };
}

/** Ten minutes of resting, with five requests. */
function requests(gpu: GpuStatus): HistoryReport {
  const asked = [545, 420, 300, 170, 40];
  const ago_s = Array.from({ length: SPAN_S }, (_, index) => SPAN_S - index);
  const at = asked.flatMap((ago) => ago_s.filter((other) => other <= ago && other > ago - 25));
  const busy = (ago: number) => at.includes(ago);
  return {
    uuid: gpu.uuid,
    states: [
      { badge: "standby", text: "Resting" },
      { badge: "full", text: "Busy" },
    ],
    points: {
      ago_s,
      state: ago_s.map((ago) => (busy(ago) ? 1 : 0)),
      pstate: ago_s.map((ago) => (busy(ago) ? 0 : 8)),
      sm_clock_mhz: ago_s.map((ago) => (busy(ago) ? 1785 : 210)),
      temperature_c: ago_s.map(() => 44),
      power_w: ago_s.map((ago) => (busy(ago) ? 79 : 9)),
      pulsed: ago_s.map(() => false),
    },
    marks: asked.map((ago) => ({
      ago_s: ago,
      kind: "wake",
      process: "Ollama",
      wake_ms: 11,
      text: "Ollama was asked. Full speed after 11 ms.",
    })),
  };
}

/** A plausible way to the state of now: asleep, warm, hot and paused, warm again. */
function past(gpu: GpuStatus, ago: number): GpuStatus {
  const wave = Math.sin(ago / 17) + Math.sin(ago / 5) / 3;
  const asleep = { ...STATES.asleep, power_w: 12 + wave };
  const max = gpu.sm_clock_max_mhz ?? 2000;
  if (ago > 480) return { ...gpu, ...asleep, temperature_c: 41, pulses: 0 };
  const warm_s = 480 - ago;
  const warm = {
    ...STATES.warm,
    pstate: warm_s < 3 ? 5 : 2,
    sm_clock_mhz: Math.round(max * 0.84 + wave * 12),
    power_w: 58 + wave * 3,
    temperature_c: Math.round(41 + Math.min(30, warm_s / 8) + wave),
    pulses: Math.floor(warm_s / 4),
  };
  if (ago < 230 && ago > 150) return { ...gpu, ...STATES.thermal, pulses: 62 };
  return { ...gpu, ...warm };
}
