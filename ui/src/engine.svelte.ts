// What the engine last said, for every page.

import { History } from "./history.svelte";
import { ask, askFor, messageOf, onConnection, onStatus, type Connection } from "./ipc";
import type { Request, Status } from "./protocol";

/** How often the chart goes on while nothing changes, of which the engine says nothing. */
const REPEAT_MS = 5000;

class Engine {
  /** The newest status; `null` until the first. */
  status = $state.raw<Status | null>(null);
  connection = $state.raw<Connection>({ connected: true, message: null });
  /** The last ten minutes. */
  readonly history = new History();
  /** What the last switch was refused with; `null` when it was done. */
  refusal = $state<string | null>(null);

  /** Listens until the returned function is called. */
  async start(): Promise<() => void> {
    const stops = await Promise.all([
      onStatus((status) => this.hear(status)),
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

  private hear(status: Status) {
    this.status = status;
    this.connection = { connected: true, message: null };
    this.history.add(status, Date.now() / 1000);
  }

  /** What was said last still holds. */
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
      this.hear(await askFor("status", { request: "status" }));
    } catch (error) {
      this.connection = { connected: false, message: messageOf(error) };
    }
  }
}

export const engine = new Engine();
