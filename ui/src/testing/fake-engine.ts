// An engine that answers the page without the window process, for the tests and the demo.

import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import type {
  ApiError,
  BenchmarkResult,
  GpuStatus,
  HistoryReport,
  Reply,
  Request,
  SeenElsewhere,
  Status,
} from "../protocol";
import type { SettingValue } from "../settings/field";
import { energy, findings, recorded } from "./fixtures";

const QUICK =
  "A small task like that of a language model is run and timed after a rest, with the GPU left alone " +
  "and with each way to keep it ready. This takes one to three minutes, 5 at most.";

export class FakeEngine {
  /** How often the page closed its window. */
  closed = 0;
  /** Every request, in order. */
  readonly requests: Request[] = [];
  /** The error that a request is refused with, by its name or by `set KEY`. */
  readonly refusals: Record<string, ApiError | undefined> = {};
  /** The factors that the window was asked to be drawn in. */
  readonly zooms: number[] = [];
  settings = structuredClone(recorded.settings);
  recommend = recorded.recommend;
  gpus = recorded.gpus;
  log = recorded.log;
  energy = energy;
  benchmarks: BenchmarkResult[] = [];
  elsewhere: SeenElsewhere[] = [];
  history: HistoryReport[] = [];
  connected = true;
  /** Ends the measurement under way: with a result, or with what went wrong. */
  endBench: ((end: BenchmarkResult | ApiError) => Promise<void>) | null = null;

  constructor(public status: Status) {
    mockIPC((command, args) => this.invoked(command, args), { shouldMockEvents: true });
  }

  /** Sends the page this status. */
  async show(status: Status): Promise<void> {
    this.status = status;
    await emit("status", status);
  }

  async change(engine: Partial<Status["engine"]>, gpu: Partial<GpuStatus> = {}): Promise<void> {
    await this.show({
      ...this.status,
      engine: { ...this.status.engine, ...engine },
      gpus: this.status.gpus.map((other) => ({ ...other, ...gpu })),
    });
  }

  async disconnect(message: string | null): Promise<void> {
    this.connected = false;
    await emit("connection", { connected: false, message });
  }

  async reconnect(): Promise<void> {
    this.connected = true;
    await emit("connection", { connected: true, message: null });
    await emit("settings", structuredClone(this.settings));
  }

  /** Changes a setting as another program does. */
  async changeSetting(key: string, value: SettingValue): Promise<void> {
    const setting = this.settings.settings.find((setting) => setting.key === key);
    if (!setting) throw new Error(`there is no setting ${key}`);
    setting.value = value;
    await emit("settings", structuredClone(this.settings));
  }

  /** The requests of that name. */
  asked(name: Request["request"]): Request[] {
    return this.requests.filter((request) => request.request === name);
  }

  private async invoked(command: string, args: unknown): Promise<Reply> {
    if (command === "close_window") {
      this.closed += 1;
      return "done";
    }
    if (command === "zoom") {
      this.zooms.push((args as { factor: number }).factor);
      return "done";
    }
    if (command !== "ask") throw new Error(`the window process has no command ${command}`);
    const { request } = args as { request: Request };
    this.requests.push(request);
    if (!this.connected) throw "no connection";
    const name = request.request === "set" ? `set ${request.key}` : request.request;
    const refusal = this.refusals[name];
    if (refusal) throw refusal;
    return this.answer(request);
  }

  private async answer(request: Request): Promise<Reply> {
    switch (request.request) {
      case "status":
        return { status: this.status };
      case "settings":
        return { settings: structuredClone(this.settings) };
      case "gpus":
        return { gpus: this.gpus };
      case "energy":
        return { energy: this.energy };
      case "history":
        return { history: this.history };
      case "log":
        return { log: this.log };
      case "recommend":
        return { recommend: this.recommend };
      case "benchmarks":
        return {
          benchmarks: { quick: QUICK, benchmarks: this.benchmarks, elsewhere: this.elsewhere },
        };
      case "bench":
        return this.bench(request.gpu ?? 0);
      case "cancel_bench":
        await this.endBench?.({ code: "not_measured", message: "The measurement was cancelled." });
        return "done";
      case "end_hold":
        await this.endHold(request.id);
        return "done";
      case "doctor":
        return { doctor: { findings } };
      case "report":
        return { report: "GPU Keepalive 0.2.0, simulated GPUs\n" };
      case "set":
        return this.set(request.key, request.value ?? null);
      case "on":
        return this.switch({ enabled: true }, { switch: "On demand" });
      case "off":
        return this.switch({ enabled: false }, { switch: "Off. Your GPU is left alone." });
      case "mode":
        return this.switch({ mode: request.mode });
      case "pause":
        return this.pause(request.for_s ?? null);
      case "resume":
        return this.switch({ paused: false, pause_remaining_s: null }, { pause: null });
      default:
        return "done";
    }
  }

  private async endHold(id: number): Promise<void> {
    const gpus = this.status.gpus.map((gpu) => ({
      ...gpu,
      holds: gpu.holds.filter((hold) => hold.id !== id),
    }));
    await this.show({ ...this.status, gpus });
  }

  private async bench(index: number): Promise<Reply> {
    const gpu = this.status.gpus[index];
    if (!gpu || this.endBench) {
      throw { code: "not_measured", message: "A GPU is being measured already." };
    }
    const text = "watching the GPU at rest";
    const measuring = { gpu: gpu.uuid, text, elapsed_s: 0, left_s: 100 };
    await this.show({ ...this.status, measuring });
    const end = await new Promise<BenchmarkResult | ApiError>((resolve) => {
      this.endBench = async (end) => resolve(end);
    });
    this.endBench = null;
    if ("verdict" in end) this.benchmarks = [end];
    await this.show({ ...this.status, measuring: null });
    if ("code" in end) throw end;
    return { measured: end };
  }

  private pause(for_s: number | null): Promise<Reply> {
    const pause =
      for_s === null ? "Paused until you resume" : `Paused. Resumes in ${for_s / 60} min.`;
    return this.switch({ paused: true, pause_remaining_s: for_s }, { pause });
  }

  private async switch(
    engine: Partial<Status["engine"]>,
    text: Partial<Status["engine"]["text"]> = {},
  ): Promise<Reply> {
    await this.change({ ...engine, text: { ...this.status.engine.text, ...text } });
    return "done";
  }

  private async set(key: string, value: SettingValue): Promise<Reply> {
    const setting = this.settings.settings.find((setting) => setting.key === key);
    if (!setting) throw { code: "invalid_argument", message: `there is no setting ${key}` };
    const before = setting.value;
    await this.changeSetting(key, value ?? setting.default);
    if (key === "app.start_at_login" && before !== setting.value) {
      const on = setting.value === true;
      const login_entry = on ? ("on" as const) : ("absent" as const);
      const desktop = { tray: true, starts_at_login: on, login_entry, hosts_engine: true };
      await this.show({ ...this.status, desktop });
    }
    return "done";
  }
}
