/** Words for what the api says in codes. */

import type { Agent, Call, Outcome, Phase } from "../api/client";

export const PHASES: Record<Phase, string> = {
  preparing: "Getting ready",
  offering: "Ringing",
  briefing: "Being briefed",
  consulting: "Talking in private",
  moving: "Moving the caller",
  introducing: "Introducing",
  returning: "Going back",
  ended: "Ended",
};

export const OUTCOMES: Record<Outcome, string> = {
  completed: "Handed over",
  declined: "Declined",
  no_answer: "No answer",
  busy: "Busy",
  machine: "A machine answered",
  timed_out: "Took too long",
  cancelled: "Cancelled",
  caller_left: "The caller left",
  agent_b_left: "The colleague left",
  failed: "Failed",
};

export const STATES: Record<Agent["state"], string> = {
  available: "available",
  reserved: "being asked",
  ringing: "ringing",
  on_call: "in a call",
  away: "away",
};

export const CALLS: Record<Call["state"], string> = {
  waiting: "waiting",
  talking: "talking",
  on_hold: "on hold",
  ended: "ended",
};

/** An hour and minute, in the reader's own way. */
export function clock(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
