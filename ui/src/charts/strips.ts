// The live chart: four strips over the same ten minutes.

import { number, withUnit } from "../format";
import type { Mark, Point } from "../history.svelte";
import { text } from "../text";

export interface Strip {
  id: string;
  name: string;
  of: (point: Point) => number | null;
  write: (value: number) => string;
  /** The scale for the measured values. */
  range: (least: number, most: number) => [number, number];
  stepped?: boolean;
  /** True if small is up: P0 is the fastest P-state. */
  inverted?: boolean;
}

/** The idle P-state of GPUs, which is the lowest that has to be on the scale. */
const IDLE_PSTATE = 8;
const LEAST_DEGREES = 20;
/** Four pixels of a chart of 600. */
const NEAR_S = 4;

export function strips(sm_clock_max_mhz: number | null): Strip[] {
  const most_mhz = sm_clock_max_mhz ?? 0;
  return [
    {
      id: "pstate",
      name: text("reading-pstate"),
      of: (point) => point.pstate,
      write: (value) => `P${value}`,
      range: (_, most) => [0, Math.max(IDLE_PSTATE, most)],
      stepped: true,
      inverted: true,
    },
    {
      id: "sm_clock",
      name: text("reading-sm-clock"),
      of: (point) => point.sm_clock_mhz,
      write: (value) => withUnit(number(value), "MHz"),
      range: (_, most) => [0, Math.max(most_mhz, most, 1)],
    },
    {
      id: "temperature",
      name: text("reading-temperature"),
      of: (point) => point.temperature_c,
      write: (value) => withUnit(number(value), "°C"),
      range: (least, most) => {
        const low = Math.floor((least - 2) / 10) * 10;
        return [low, Math.max(low + LEAST_DEGREES, Math.ceil((most + 2) / 10) * 10)];
      },
    },
    {
      id: "power",
      name: text("reading-power"),
      of: (point) => point.power_w,
      write: (value) => withUnit(number(value), "W"),
      range: (_, most) => [0, Math.max(10, Math.ceil(most / 10) * 10)],
    },
  ];
}

/** The point that stands at that time: the last one before it. */
export function pointAt(points: readonly Point[], time: number): Point | null {
  return points.findLast((point) => point.time <= time) ?? points[0] ?? null;
}

/** The marks so near to that time that they are meant. */
export function marksAt(marks: readonly Mark[], time: number): Mark[] {
  return marks.filter((mark) => Math.abs(mark.time - time) <= NEAR_S);
}

/** Least and most of a strip; `null` when nothing was measured. */
export function extent(points: readonly Point[], strip: Strip): [number, number] | null {
  const values = points.map(strip.of).filter((value) => value !== null);
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}

/** The spans in which the badge had a pause mark. */
export function pauses(points: readonly Point[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  points.forEach((point, index) => {
    if (point.badge !== "paused" && point.badge !== "hot") return;
    const to = points[index + 1]?.time ?? point.time;
    const last = found.at(-1);
    if (last?.[1] === point.time) last[1] = to;
    else found.push([point.time, to]);
  });
  return found;
}

/** Describes a strip in a sentence. */
export function summary(points: readonly Point[], strip: Strip): string {
  const seen = extent(points, strip);
  const { name } = strip;
  if (!seen) return text("live-chart-not-measured", { name });
  const [least, most] = seen.map(strip.write) as [string, string];
  if (seen[0] === seen[1]) return `${name}: ${least}`;
  return text("live-chart-span", { name, least, most });
}

/** The last point of every minute, newest first. */
export function minutes(points: readonly Point[]): { ago: number; point: Point }[] {
  const now = points.at(-1)?.time ?? 0;
  const rows = new Map<number, Point>();
  for (const point of points) rows.set(Math.floor((now - point.time) / 60), point);
  return [...rows].map(([ago, point]) => ({ ago, point })).reverse();
}
