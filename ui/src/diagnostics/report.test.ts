import { expect, test } from "vitest";
import { findings, recorded, STATES, statusWith } from "../testing/fixtures";
import { reportText, withoutPrivate } from "./report";

test("has what a developer needs", () => {
  const text = reportText(statusWith(STATES.fault), { ...recorded, findings });
  for (const part of [
    "GPU Keepalive 0.1.0 (simulated GPUs)",
    "driver 580.159.04",
    "fault gpu_lost: nvmlDeviceGetPerformanceState",
    "warning: CUDA is told not to raise the clocks (perf-boost-disabled)",
    "P-state ?, SM ?/3105 MHz",
  ]) {
    expect(text).toContain(part);
  }
});

test("works without any answer", () => {
  const text = reportText(null, { gpus: null, findings: null, log: null });
  expect(text).toBe("GPU Keepalive: no connection to the engine\n");
});

test.each([
  ["/home/ada/models/x.gguf", "/home/…/models/x.gguf"],
  ["cannot read “/Users/ada”", "cannot read “/Users/…”"],
  ["C:\\Users\\Ada\\AppData", "C:\\Users\\…\\AppData"],
  ["gpu GPU-51300000-0000-4000-8000-000000000000 lost", "gpu GPU-… lost"],
])("%s is not told", (text, told) => {
  expect(withoutPrivate(text)).toBe(told);
});
