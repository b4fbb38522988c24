// The last status of the engine, for every page.

import { History } from "./history.svelte";
import { ask, askFor, messageOf, onConnection, onStatus, type Connection } from "./ipc";
import type { Request, Status } from "./protocol";

/** Time between two points of the chart while nothing changes, which the engine does not report. */
const REPEAT_MS = 5000;

class Engine {
  /** The newest status; `null` until the first. */
  status = $state.raw<Status | null>(null);
  connection = $state.raw<Connection>({ connected: true, message: null });
  /** The last ten minutes. */
  readonly history = new History();
  /** The error that refused the last switch; `null` when it was done. */
  refusal = $state<string | null>(null);

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
      stops.forEach((stop) => stop());
    };
  }

  /** Asks for something whose effect shows in the status; false when it was refused. */
  async switch(request: Request): Promise<boolean> {
    try {
      await ask(request);
      this.refusal = null;
    } catch (error) {
      this.refusal = messageOf(error);
    }
    return this.refusal === null;
  }

  private receive(status: Status) {
    this.status = status;
    this.connection = { connected: true, message: null };
    this.history.add(status, Date.now() / 1000);
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
    } catch (error) {
      this.connection = { connected: false, message: messageOf(error) };
    }
  }
}

export const engine = new Engine();
