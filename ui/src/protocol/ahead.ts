// A request that the page knows before the engine does.

import type { Reply as KnownReply, Request as KnownRequest, Severity } from ".";

export type Request = KnownRequest | { request: "doctor" };

export type Reply = KnownReply | { doctor: DoctorReport };

export interface DoctorReport {
  findings: Finding[];
}

/** Something that stands in the way, or does not. */
export interface Finding {
  /** For programs. */
  id: string;
  severity: Severity;
  title: string;
  /** What was seen. */
  evidence: string;
  /** What to do. */
  advice: string;
}
