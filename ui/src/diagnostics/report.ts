// The report that people paste into a bug report: nothing in it that names a person or a place.

import { bytesAsGib } from "../format";
import type { GpuInfo, Status } from "../protocol";
import type { Finding } from "../protocol/ahead";

/** What the page has gathered; `null` where an answer is missing. */
export interface Gathered {
  gpus: GpuInfo[] | null;
  findings: Finding[] | null;
  log: string[] | null;
}

export function reportText(status: Status | null, gathered: Gathered): string {
  const sections = [
    engineLines(status),
    (gathered.gpus ?? []).map(gpuLine),
    statusLines(status),
    (gathered.findings ?? []).flatMap(findingLines),
    gathered.log ? ["Log:", ...gathered.log.map((line) => `  ${line}`)] : [],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${withoutPrivate(text.join("\n\n"))}\n`;
}

/** The same text without home folders and without the unique part of a GPU's UUID. */
export function withoutPrivate(text: string): string {
  return text
    .replace(/(\/(?:home|Users)\/)[^/\s"'”]+/g, "$1…")
    .replace(/(\b[A-Za-z]:\\Users\\)[^\\\s"'”]+/gi, "$1…")
    .replace(/\b(GPU|MIG)-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/g, "$1-…");
}

function engineLines(status: Status | null): string[] {
  if (!status) return ["GPU Keepalive: no connection to the engine"];
  const { version, simulated, mode, enabled, uptime_s, power_source, leases } = status.engine;
  return [
    `GPU Keepalive ${version}${simulated ? " (simulated GPUs)" : ""}`,
    `Mode ${mode}, ${enabled ? "on" : "off"}, power ${power_source}, leases ${leases}, up ${Math.round(uptime_s)} s`,
    `Web view: ${navigator.userAgent}`,
    ...status.notices.map((notice) => `Notice (${notice.severity}): ${notice.message}`),
  ];
}

function gpuLine(gpu: GpuInfo): string {
  const capability = gpu.compute_capability;
  return [
    `GPU ${gpu.index}: ${gpu.name}`,
    bytesAsGib(gpu.vram_total),
    `driver ${gpu.driver_version}`,
    capability ? `compute capability ${capability.major}.${capability.minor}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

function statusLines(status: Status | null): string[] {
  return (status?.gpus ?? []).flatMap((gpu) => [
    `GPU ${gpu.index}, ${gpu.phase}: ${gpu.phase_text}`,
    `  P-state ${gpu.pstate ?? "?"}, SM ${gpu.sm_clock_mhz ?? "?"}/${gpu.sm_clock_max_mhz ?? "?"} MHz, ` +
      `${gpu.temperature_c ?? "?"} °C, ${gpu.power_w ?? "?"} W, ready ${gpu.ready ?? "?"}`,
    `  strategy ${gpu.strategy ?? "none"}, interval ${gpu.pulse_interval_ms ?? "none"} ms, pulses ${gpu.pulses}`,
    `  clocks event reasons: ${gpu.clocks_event_reasons.join(", ") || "none"}`,
    ...gpu.attempts.map((attempt) => `  tried: ${attempt}`),
    ...(gpu.fault ? [`  fault ${gpu.fault.kind}: ${gpu.fault.message}`] : []),
  ]);
}

function findingLines(finding: Finding): string[] {
  return [
    `${finding.severity}: ${finding.title} (${finding.id})`,
    `  ${finding.evidence}`,
    ...(finding.advice ? [`  ${finding.advice}`] : []),
  ];
}
