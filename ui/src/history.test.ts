import { expect, test } from "vitest";
import { marksAt, minutes, pauses, pointAt, strips, summary } from "./charts/strips";
import type { HistoryReport } from "./protocol";
import { History, SPAN_S } from "./history.svelte";
import { STATES, statusWith } from "./testing/fixtures";

const uuid = statusWith().gpus[0]?.uuid ?? "";

test("keeps ten minutes and one point before", () => {
  const history = new History();
  for (let time = 0; time <= 2 * SPAN_S; time += 10) history.add(statusWith(), time);
  const times = history.of(uuid).map((point) => point.time);
  expect(times[0]).toBe(SPAN_S);
  expect(times.at(-1)).toBe(2 * SPAN_S);
});

test("statuses that follow each other quickly share a point and keep their pulse", () => {
  const history = new History();
  [0, 1, 1.1, 1.2, 1.3].forEach((time, pulses) =>
    history.add(statusWith({ pulses: Math.min(pulses, 2) }), time),
  );
  const points = history.of(uuid);
  expect(points.map((point) => point.time)).toEqual([0, 1, 1.3]);
  expect(points.map((point) => point.pulsed)).toEqual([false, true, true]);
});

test("a change of phase always has a point of its own", () => {
  const history = new History();
  history.add(statusWith(), 0);
  history.add(statusWith(STATES.thermal), 0.1);
  history.add(statusWith(), 0.2);
  expect(history.of(uuid).map((point) => point.state)).toEqual(["Ready", "Paused", "Ready"]);
});

test("a lost connection leaves a gap, and pulses of that time are not marked", () => {
  const history = new History();
  history.add(statusWith({ pulses: 1 }), 0);
  history.interrupt(1);
  history.add(statusWith({ pulses: 9 }), 5);
  const points = history.of(uuid);
  expect(points.map((point) => point.pstate)).toEqual([2, null, 2]);
  expect(points.some((point) => point.pulsed)).toBe(false);
});

test("pauses, sentences and the table of the chart", () => {
  const history = new History();
  const states = [STATES.warm, STATES.thermal, STATES.thermal, STATES.warm];
  states.forEach((state, index) => history.add(statusWith(state), index * 60));
  const points = history.of(uuid);
  expect(pauses(points)).toEqual([[60, 180]]);
  const [pstate, clock] = strips(3105);
  expect(pstate && summary(points, pstate)).toBe("P-state: P2 to P3");
  expect(clock && summary(points, clock)).toBe("SM clock: 210\u00a0MHz to 2,610\u00a0MHz");
  expect(minutes(points).map((row) => row.ago)).toEqual([0, 1, 2, 3]);
});

test("a strip that was never measured is described as such", () => {
  const history = new History();
  history.add(statusWith(STATES.unseen), 0);
  const sentences = strips(null).map((strip) => summary(history.of(uuid), strip));
  expect(sentences).toEqual([
    "P-state: not measured",
    "SM clock: not measured",
    "Temperature: not measured",
    "Power: not measured",
  ]);
});

const REPORT: HistoryReport = {
  uuid,
  states: [
    { badge: "standby", text: "Resting" },
    { badge: "full", text: "Busy" },
  ],
  points: {
    ago_s: [300, 200, 0],
    state: [0, 1, 0],
    pstate: [8, 0, null],
    sm_clock_mhz: [345, 1980, null],
    temperature_c: [30, 41, null],
    power_w: [78.5, 122, null],
    pulsed: [false, true, false],
  },
  marks: [
    { ago_s: 200.5, kind: "wake", process: "Ollama", wake_ms: 9, text: "Ollama was asked." },
    { ago_s: 20, kind: "request", process: null, wake_ms: null, text: "A program began." },
  ],
};

test("the engine's ten minutes come first, and what was seen before them stays", () => {
  const history = new History();
  history.add(statusWith(), 600);
  history.add(statusWith(), 900);
  history.restore([REPORT], 1000);
  const points = history.of(uuid);
  expect(points.map((point) => point.time)).toEqual([600, 700, 800, 1000]);
  expect(points.map((point) => point.state)).toEqual(["Ready", "Resting", "Busy", "Resting"]);
  expect(points.at(-1)?.power_w).toBeNull();
  history.add(statusWith(), 1005);
  expect(history.of(uuid)).toHaveLength(5);
});

test("a time is read off by the point that stood then and the marks beside it", () => {
  const history = new History();
  history.restore([REPORT], 1000);
  expect(pointAt(history.of(uuid), 799)?.state).toBe("Resting");
  expect(pointAt(history.of(uuid), 801)?.sm_clock_mhz).toBe(1980);
  expect(marksAt(history.marksOf(uuid), 801).map((mark) => mark.kind)).toEqual(["wake"]);
  expect(marksAt(history.marksOf(uuid), 850)).toEqual([]);
});
