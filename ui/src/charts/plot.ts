// One strip of the live chart on a canvas.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { SPAN_S, type Mark, type Point } from "../history.svelte";
import { text } from "../text";
import { extent, pauses, type Strip } from "./strips";

const AXIS_PX = 20;
const SCALE_PX = 64;
/** Half of a label of the scale, which sticks out at both ends. */
const LABEL_PX = 7;
const HATCH_PX = 5;
const REQUEST_PX = 4;

export interface PlotOptions {
  strip: Strip;
  /** The height of the plot without its axis, in pixels. */
  height: number;
  /** True if the time is written below. */
  axis: boolean;
  /** True if pulses and requests are marked. */
  marks: boolean;
  /** The time under the pointer, or `null`. */
  onhover: (time: number | null) => void;
}

/** Draws one strip into an element until it is destroyed. */
export class Plot {
  private readonly plot: uPlot;
  private readonly resize: ResizeObserver;
  private readonly schemes = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"].map(
    (query) => matchMedia(query),
  );
  private points: readonly Point[] = [];
  private marks: readonly Mark[] = [];
  private chosen: number | null = null;
  /** Returns true if anything was measured. */
  private seen = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly options: PlotOptions,
  ) {
    this.plot = new uPlot(this.layout(), [[], []], element);
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(element);
    this.schemes.forEach((scheme) => scheme.addEventListener("change", this.redraw));
  }

  show(points: readonly Point[], marks: readonly Mark[]): void {
    this.points = points;
    this.marks = marks;
    const times = points.map((point) => point.time);
    this.plot.setData([times, points.map(this.options.strip.of)], false);
    const now = times.at(-1) ?? 0;
    const seen = extent(points, this.options.strip);
    this.seen = seen !== null;
    const [min, max] = this.options.strip.range(...(seen ?? [0, 0]));
    this.plot.batch(() => {
      this.plot.setScale("x", { min: now - SPAN_S, max: now });
      this.plot.setScale("y", { min, max });
    });
  }

  /** Draws a line at the time that is read off, or none. */
  choose(time: number | null): void {
    this.chosen = time;
    this.plot.redraw(false);
  }

  destroy(): void {
    this.resize.disconnect();
    this.schemes.forEach((scheme) => scheme.removeEventListener("change", this.redraw));
    this.plot.destroy();
  }

  private readonly redraw = () => this.plot.redraw();

  private fit() {
    const size = { width: this.element.clientWidth, height: this.height() };
    if (size.width > 0) this.plot.setSize(size);
  }

  private height() {
    return this.options.height + (this.options.axis ? AXIS_PX : 0);
  }

  private layout(): uPlot.Options {
    const { strip, axis, onhover } = this.options;
    const ink = (name: string) => () => color(this.element, name);
    const font = `11px ${getComputedStyle(this.element).fontFamily}`;
    const shared = {
      font,
      stroke: ink("--text-soft"),
      grid: { show: false },
      ticks: { show: false },
    };
    return {
      width: this.element.clientWidth || 300,
      height: this.height(),
      padding: [LABEL_PX, 0, axis ? 0 : LABEL_PX, 0],
      legend: { show: false },
      cursor: { show: true, drag: { x: false, y: false }, x: false, y: false, points: { show: false } },
      scales: { x: { time: false }, y: { dir: strip.inverted ? -1 : 1, auto: false } },
      series: [
        {},
        {
          stroke: ink("--accent"),
          width: 1.5,
          points: { show: false },
          ...(strip.stepped && { paths: uPlot.paths.stepped?.({ align: 1 }) }),
        },
      ],
      axes: [
        { ...shared, show: axis, size: AXIS_PX, gap: 4, splits: timeSplits, values: timeTexts },
        {
          ...shared,
          side: 1,
          size: SCALE_PX,
          gap: 6,
          splits: (plot) => [plot.scales.y?.min ?? 0, plot.scales.y?.max ?? 0],
          // A scale of nothing would be made up.
          values: (_, values) => (this.seen ? values.map(strip.write) : []),
        },
      ],
      hooks: {
        drawClear: [(plot) => this.drawMarks(plot)],
        draw: [(plot) => this.drawChosen(plot)],
        ready: [
          (plot) => {
            plot.over.addEventListener("mousemove", (event) =>
              onhover(plot.posToVal(event.offsetX, "x")),
            );
            plot.over.addEventListener("mouseleave", () => onhover(null));
          },
        ],
      },
    };
  }

  private drawMarks(plot: uPlot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = color(this.element, "--sunken");
    ctx.fillRect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.strokeStyle = color(this.element, "--line-strong");
    for (const [from, to] of pauses(this.points)) {
      hatch(plot, plot.valToPos(from, "x", true), plot.valToPos(to, "x", true));
    }
    if (this.options.marks) {
      this.drawPulses(plot);
      this.drawRequests(plot);
    }
    ctx.restore();
  }

  private drawRequests({ ctx, bbox, valToPos }: uPlot) {
    ctx.fillStyle = color(this.element, "--accent");
    for (const mark of this.marks) {
      triangle(ctx, Math.round(valToPos(mark.time, "x", true)), bbox.top);
    }
  }

  private drawChosen({ ctx, bbox, valToPos }: uPlot) {
    if (this.chosen === null) return;
    const x = Math.round(valToPos(this.chosen, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.fillStyle = color(this.element, "--text");
    ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
  }

  private drawPulses({ ctx, bbox, valToPos }: uPlot) {
    ctx.fillStyle = color(this.element, "--full");
    for (const point of this.points) {
      if (!point.pulsed) continue;
      const x = Math.round(valToPos(point.time, "x", true));
      ctx.fillRect(x, bbox.top + bbox.height - 8 * devicePixelRatio, devicePixelRatio, bbox.height);
    }
  }
}

function triangle(ctx: CanvasRenderingContext2D, x: number, top: number) {
  const size = REQUEST_PX * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x - size, top);
  ctx.lineTo(x + size, top);
  ctx.lineTo(x, top + 1.5 * size);
  ctx.fill();
}

function hatch({ ctx, bbox }: uPlot, from: number, to: number) {
  const step = HATCH_PX * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(from, bbox.top, to - from, bbox.height);
  ctx.clip();
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let x = bbox.left - bbox.height; x < to; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

function color(element: HTMLElement, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** Every two minutes before now. */
function timeSplits(plot: uPlot): number[] {
  const now = plot.scales.x?.max ?? 0;
  return [10, 8, 6, 4, 2, 0].map((minutes) => now - minutes * 60);
}

function timeTexts(plot: uPlot, times: number[]): string[] {
  const now = plot.scales.x?.max ?? 0;
  return times.map((time) => {
    const minutes = Math.round((now - time) / 60);
    if (minutes === 10) return "";
    return minutes === 0 ? text("charts-now") : `${minutes} min`;
  });
}
