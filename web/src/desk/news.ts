/** What others have decided about somebody's part in a call, and how to say it; empty: nothing. */

import type { Call, Transfer } from "../api/client";
import type { Board } from "./board";

/** The call somebody sits in, and what they are in it. */
export interface Part {
  me: string;
  callId: string;
  /** One serves this call, or is taking it back. */
  isMine: boolean;
  isInTransfer: boolean;
}

/** It is said, not just not denied, that one has no part in one's call any more. */
export function isOut(part: Part, kind: string, view: unknown): boolean {
  if (kind === "call") {
    const { id, agent, state } = view as Call;
    const isAnothers = agent !== null && agent.id !== part.me;
    const isLost = isAnothers && !part.isMine && !part.isInTransfer;
    return id === part.callId && (state === "ended" || isLost);
  }
  if (kind !== "transfer") return false;
  const { call_id, phase, outcome, agent_a, to } = view as Transfer;
  if (call_id !== part.callId || part.isMine) return false;
  if (phase !== "ended") return agent_a.id !== part.me && to.agent !== part.me;
  return (outcome === "completed") === (agent_a.id === part.me);
}

/** Somebody else has the call that was one's own. */
export function newsOfCall(board: Board, me: string, call: Call): string {
  if (!call.agent) return "";
  const { agent, caller } = call;
  const handed = [...board.transfers.values()].filter((one) => one.call_id === call.id);
  const isBack = handed.some((one) => one.agent_a.id === agent.id && one.to.agent === me);
  const what = isBack ? `has taken ${caller.name} back` : `has ${caller.name} now`;
  return `${agent.name} ${what}: you aren't in this call any more.`;
}

/** Somebody else is asked, though one didn't decline. */
export function newsOfTransfer(me: string, before: Transfer | undefined, now: Transfer): string {
  const wasAsked = before?.to.agent === me && before.phase !== "ended";
  if (!wasAsked || now.to.agent === me) return "";
  const mine = now.attempts.findLast((attempt) => attempt.to.id === me);
  if (mine?.outcome === "declined") return "";
  return `You aren't asked any more: ${now.agent_b?.name ?? "somebody else"} is next.`;
}
