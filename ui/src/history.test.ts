import { expect, test } from "vitest";
import { minutes, pauses, strips, summary } from "./charts/strips";
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
