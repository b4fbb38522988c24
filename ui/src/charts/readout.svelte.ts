// The last ten minutes of one GPU as its charts show them, and the moment that is read off.

import { engine } from "../engine.svelte";
import { ago, orNone } from "../format";
import { SPAN_S } from "../history.svelte";
import type { GpuStatus } from "../protocol";
import { text } from "../text";
import { extent, marksAt, pointAt, strips, type Strip } from "./strips";

export class Readout {
  /** The time that is read off; it stays while new samples arrive. */
  chosen = $state<number | null>(null);

  constructor(private readonly gpu: () => GpuStatus) {}

  readonly strips = $derived.by(() => strips(this.gpu().sm_clock_max_mhz));
  readonly points = $derived.by(() => {
    void engine.history.version;
    return [...engine.history.of(this.gpu().uuid)];
  });
  readonly marks = $derived.by(() => {
    void engine.history.version;
    return [...engine.history.marksOf(this.gpu().uuid)];
  });
  readonly now = $derived(this.points.at(-1)?.time ?? 0);
  readonly point = $derived(pointAt(this.points, this.chosen ?? this.now));

  /** Power, which is what resting saves, or else the clock; `null` if neither was measured. */
  readonly main = $derived.by(() => {
    const ids = ["power", "sm_clock"];
    const found = ids.map((id) => this.strips.find((strip) => strip.id === id));
    return found.find((strip) => strip && extent(this.points, strip) !== null) ?? null;
  });

  /** The value of a strip at the chosen time, or now. */
  value(strip: Strip): string {
    return orNone(this.point && strip.of(this.point), strip.write);
  }

  /** The chosen moment in words; empty without one. */
  readonly text = $derived.by(() => {
    const { chosen, now, marks, point, main } = this;
    if (chosen === null || chosen < now - SPAN_S) return "";
    const what = marksAt(marks, chosen).map((mark) => mark.text);
    const value = main ? [this.value(main)] : [];
    return [ago(now - chosen), ...value, point?.state ?? text("charts-no-connection"), ...what].join(" · ");
  });

  /** Moves the chosen moment by seconds, within what is shown. */
  move(seconds: number): void {
    const { now } = this;
    this.chosen = Math.min(now, Math.max(now - SPAN_S, (this.chosen ?? now) + seconds));
  }
}
