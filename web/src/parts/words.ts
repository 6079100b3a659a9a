/** Words for what the api says in codes. */

import type { Agent, Attempt, Call, Outcome, Phase } from "../api/client";

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

const ATTEMPTS: Partial<Record<Outcome, string>> = {
  completed: "took over",
  declined: "declined",
  no_answer: "didn’t answer",
  busy: "was busy",
  timed_out: "didn’t decide in time",
  cancelled: "isn’t asked any more",
  agent_b_left: "left",
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

/** How it went with one who was asked, or how it goes. */
export function attempt({ to, outcome, reason }: Attempt, phase: Phase): string {
  if (!outcome)
    return phase === "preparing" ? `${to.name} is next` : `${to.name}: ${PHASES[phase]}`;
  const how = `${to.name} ${ATTEMPTS[outcome] ?? `was asked: ${OUTCOMES[outcome]}`}`;
  return reason ? `${how}: ${reason}` : how;
}

/** An hour and minute, in the reader's own way. */
export function clock(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
