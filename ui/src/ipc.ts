// The page's way to the engine: commands and events of the window process.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { ApiError, Reply, Request, SettingsReport, Status } from "./protocol";
import { text } from "./text";

/** The connection of the window process to the engine, and the error when there is none. */
export interface Connection {
  connected: boolean;
  message: string | null;
}

/** Asks the engine; rejects with an `ApiError`. */
export async function ask(request: Request): Promise<Reply> {
  try {
    return await invoke<Reply>("ask", { request });
  } catch (error) {
    throw asApiError(error);
  }
}

/** Closes the window; the tray stays. */
export function closeWindow(): Promise<void> {
  return invoke("close_window");
}

/** The part `name` of a reply. */
export async function askFor<Name extends ReplyName>(
  name: Name,
  request: Request,
): Promise<ReplyPart<Name>> {
  const reply = await ask(request);
  if (typeof reply === "object" && name in reply) {
    return (reply as Record<string, unknown>)[name] as ReplyPart<Name>;
  }
  throw new Error(text("reply-without", { request: request.request, name }));
}

/** The text of whatever was thrown, for people. */
export function messageOf(error: unknown): string {
  return asApiError(error).message;
}

export function isUnknownRequest(error: unknown): boolean {
  return asApiError(error).code === "unknown_request";
}

export function onStatus(receive: (status: Status) => void): Promise<() => void> {
  return listen<Status>("status", (event) => receive(event.payload));
}

export function onSettings(receive: (settings: SettingsReport) => void): Promise<() => void> {
  return listen<SettingsReport>("settings", (event) => receive(event.payload));
}

export function onConnection(receive: (connection: Connection) => void): Promise<() => void> {
  return listen<Connection>("connection", (event) => receive(event.payload));
}

export function onPage(receive: (page: string) => void): Promise<() => void> {
  return listen<string>("page", (event) => receive(event.payload));
}

type ReplyObject = Exclude<Reply, string>;
type KeysOf<Union> = Union extends unknown ? keyof Union : never;
export type ReplyName = KeysOf<ReplyObject>;
type ReplyPart<Name extends ReplyName> = Extract<ReplyObject, Record<Name, unknown>>[Name];

type Refusal = Omit<ApiError, "code"> & { code: ApiError["code"] | null };

function asApiError(error: unknown): Refusal {
  if (typeof error === "object" && error !== null && "message" in error) {
    const { code = null, message } = error as Partial<Refusal>;
    return { code, message: String(message) };
  }
  return { code: null, message: String(error) };
}
