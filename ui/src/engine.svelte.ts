// The last status of the engine, for every page.

import { History } from "./history.svelte";
import { ask, askFor, messageOf, onConnection, onStatus, type Connection } from "./ipc";
import type { Request, Status } from "./protocol";

/** Time between two points of the chart while nothing changes, which the engine does not report. */
const REPEAT_MS = 5000;
/** After a request, until its mark is asked for: the engine has judged its wake by then. */
const MARKS_MS = 1500;

class Engine {
  /** The newest status; `null` until the first. */
  status = $state.raw<Status | null>(null);
  connection = $state.raw<Connection>({ connected: true, message: null });
  /** The last ten minutes. */
  readonly history = new History();
  /** The error that refused the last switch; `null` when it was done. */
  refusal = $state<string | null>(null);
  /** When the last switch was asked for. */
  switched_ms = 0;
  private marksDue: ReturnType<typeof setTimeout> | undefined;

  /** Listens until the returned function is called. */
  async start(): Promise<() => void> {
    const stops = await Promise.all([
      onStatus((status) => this.receive(status)),
      onConnection((connection) => this.connect(connection)),
    ]);
    await this.refresh();
    const timer = setInterval(() => this.repeat(), REPEAT_MS);
    return () => {
      clearInterval(timer);
      clearTimeout(this.marksDue);
      stops.forEach((stop) => stop());
    };
  }

  /** Asks for something whose effect shows in the status; false when it was refused. */
  async switch(request: Request): Promise<boolean> {
    this.switched_ms = Date.now();
    try {
      await ask(request);
      this.refusal = null;
    } catch (error) {
      this.refusal = messageOf(error);
    }
    return this.refusal === null;
  }

  private receive(status: Status) {
    if (this.status && requests(status) !== requests(this.status)) {
      clearTimeout(this.marksDue);
      this.marksDue = setTimeout(() => void this.loadHistory("mark"), MARKS_MS);
    }
    this.status = status;
    this.connection = { connected: true, message: null };
    this.history.add(status, Date.now() / 1000);
  }

  /** What the engine kept, or its marks alone; an engine of another version may keep nothing. */
  private async loadHistory(part: "restore" | "mark") {
    try {
      const reports = await askFor("history", { request: "history" });
      this.history[part](reports, Date.now() / 1000);
    } catch {
      // The chart fills as time passes.
    }
  }

  /** The last status still holds. */
  private repeat() {
    if (this.status && this.connection.connected) this.history.add(this.status, Date.now() / 1000);
  }

  private connect(connection: Connection) {
    this.connection = connection;
    if (connection.connected) void this.refresh();
    else this.history.interrupt(Date.now() / 1000);
  }

  /** The window process may have sent the first status before the page listened. */
  private async refresh() {
    try {
      this.receive(await askFor("status", { request: "status" }));
      void this.loadHistory("restore");
    } catch (error) {
      this.connection = { connected: false, message: messageOf(error) };
    }
  }
}

/** Changes with every request that an engine sees. */
function requests(status: Status): string {
  return status.gpus
    .map(({ badge, text, wakes }) => [badge, text.short, wakes.sensed, wakes.missed].join())
    .join(";");
}

export const engine = new Engine();
