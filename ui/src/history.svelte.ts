// The last ten minutes of every GPU: as the engine kept them, continued by status events.

import type { Badge, GpuStatus, HistoryReport, MarkKind, Status } from "./protocol";

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

/** A request or a wake. */
export interface Mark {
  /** Seconds since 1970. */
  time: number;
  kind: MarkKind;
  text: string;
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

  /** Replaces what is known by what the engine kept. */
  restore(reports: readonly HistoryReport[], time: number): void {
    for (const report of reports) {
      const track = Track.of(report, time);
      // What was seen before that engine began is known here alone.
      const first = track.points[0]?.time ?? Infinity;
      const earlier = this.of(report.uuid).filter((point) => point.time < first);
      track.points.unshift(...earlier);
      this.tracks.set(report.uuid, track);
    }
    this.version += 1;
  }

  /** Takes the marks alone. */
  mark(reports: readonly HistoryReport[], time: number): void {
    for (const report of reports) this.tracks.get(report.uuid)?.mark(report, time);
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

  /** Oldest first. */
  marksOf(uuid: string): readonly Mark[] {
    return this.tracks.get(uuid)?.marks ?? [];
  }
}

class Track {
  points: Point[] = [];
  marks: Mark[] = [];
  private pulses: number | null = null;

  add(gpu: GpuStatus, time: number): void {
    const pulsed = this.pulses !== null && gpu.pulses > this.pulses;
    this.pulses = gpu.pulses;
    const { badge, pstate, sm_clock_mhz, temperature_c, power_w } = gpu;
    const state = gpu.text.short;
    this.push({ time, state, badge, pstate, sm_clock_mhz, temperature_c, power_w, pulsed });
  }

  static of(report: HistoryReport, time: number): Track {
    const track = new Track();
    const { ago_s, state, pulsed, ...readings } = report.points;
    track.points = ago_s.map((ago, index) => {
      const known = report.states[state[index] ?? 0];
      return {
        time: time - ago,
        state: known?.text ?? null,
        badge: known?.badge ?? null,
        pstate: readings.pstate[index] ?? null,
        sm_clock_mhz: readings.sm_clock_mhz[index] ?? null,
        temperature_c: readings.temperature_c[index] ?? null,
        power_w: readings.power_w[index] ?? null,
        pulsed: pulsed[index] ?? false,
      };
    });
    track.mark(report, time);
    return track;
  }

  mark(report: HistoryReport, time: number): void {
    this.marks = report.marks.map(({ ago_s, kind, text }) => ({ time: time - ago_s, kind, text }));
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
