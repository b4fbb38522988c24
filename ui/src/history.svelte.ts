// The last ten minutes of every GPU, gathered from status events; nothing is stored.

import type { Badge, GpuStatus, Status } from "./protocol";

/** The time span of the chart. */
export const SPAN_S = 600;
/** Statuses that follow each other faster than this share a point. */
const RESOLUTION_S = 0.5;

/** One moment of one GPU; `null` where the driver did not report it. */
export interface Point {
  /** Seconds since 1970. */
  time: number;
  /** The state as text of one or two words; `null` when the connection was lost. */
  state: string | null;
  badge: Badge | null;
  pstate: number | null;
  sm_clock_mhz: number | null;
  temperature_c: number | null;
  power_w: number | null;
  /** True if a pulse was sent since the point before. */
  pulsed: boolean;
}

export class History {
  /** Grows with every status, so that charts know when to draw. */
  version = $state(0);
  private readonly tracks = new Map<string, Track>();

  add(status: Status, time: number): void {
    for (const gpu of status.gpus) {
      let track = this.tracks.get(gpu.uuid);
      if (!track) this.tracks.set(gpu.uuid, (track = new Track()));
      track.add(gpu, time);
    }
    this.version += 1;
  }

  /** Leaves a gap from now until the next status. */
  interrupt(time: number): void {
    for (const track of this.tracks.values()) track.interrupt(time);
    this.version += 1;
  }

  /** Oldest first. */
  of(uuid: string): readonly Point[] {
    return this.tracks.get(uuid)?.points ?? [];
  }
}

class Track {
  points: Point[] = [];
  private pulses: number | null = null;

  add(gpu: GpuStatus, time: number): void {
    const pulsed = this.pulses !== null && gpu.pulses > this.pulses;
    this.pulses = gpu.pulses;
    const { badge, pstate, sm_clock_mhz, temperature_c, power_w } = gpu;
    const state = gpu.text.short;
    this.push({ time, state, badge, pstate, sm_clock_mhz, temperature_c, power_w, pulsed });
  }

  interrupt(time: number): void {
    const nothing = { pstate: null, sm_clock_mhz: null, temperature_c: null, power_w: null };
    this.points.push({ time, state: null, badge: null, ...nothing, pulsed: false });
    this.pulses = null;
  }

  private push(point: Point): void {
    const before = this.points.at(-2);
    const last = this.points.at(-1);
    if (before && last?.state === point.state && point.time - before.time < RESOLUTION_S) {
      this.points.pop();
      point.pulsed ||= last.pulsed;
    }
    this.points.push(point);
    const oldest = point.time - SPAN_S;
    // One point before the edge stays, so that lines reach it.
    while ((this.points[1]?.time ?? Infinity) <= oldest) this.points.shift();
  }
}
