/** What the event stream has told: calls, transfers and agents as they are now. */

import type { Agent, Call, Transfer } from "../api/client";

/** In these agent A may be in room B. */
const CONSULTED = ["consulting", "moving", "introducing"];
/** In these agent B is in room B. */
const ANSWERED = ["briefing", ...CONSULTED];

/** Newest views by id; a fresh snapshot replaces everything. */
export class Board {
  calls = new Map<string, Call>();
  transfers = new Map<string, Transfer>();
  agents: Agent[] = [];
  /** The first snapshot is complete. */
  isReady = false;

  /** Heed one event. */
  told(kind: string, view: unknown): void {
    if (kind === "resync") {
      this.calls.clear();
      this.transfers.clear();
      this.isReady = false;
    } else if (kind === "call") {
      this.calls.set((view as Call).id, view as Call);
    } else if (kind === "transfer" || kind === "offer") {
      this.keep(view as Transfer);
    } else if (kind === "agents") {
      this.agents = view as Agent[];
      // The last part of a snapshot.
      this.isReady = true;
    }
  }

  /** An answer of the api may be older than what the stream has told meanwhile. */
  keep(transfer: Transfer): void {
    const known = this.transfers.get(transfer.id);
    if (known && known.timeline.length > transfer.timeline.length) return;
    this.transfers.set(transfer.id, transfer);
  }

  get runningCalls(): Call[] {
    const running = [...this.calls.values()].filter((call) => call.state !== "ended");
    return running.sort((one, other) => one.created_at.localeCompare(other.created_at));
  }

  get runningTransfers(): Transfer[] {
    const running = [...this.transfers.values()].filter((one) => one.phase !== "ended");
    return running.sort((one, other) => one.created_at.localeCompare(other.created_at));
  }
}

/** The call that somebody serves as its agent. */
export function servedBy(board: Board, me: string): Call | null {
  return board.runningCalls.find((call) => call.agent?.id === me) ?? null;
}

/** The running transfer somebody takes part in, as agent A or as agent B. */
export function transferOf(board: Board, me: string): Transfer | null {
  const mine = (one: Transfer) => one.agent_a.id === me || one.to.agent === me;
  return board.runningTransfers.find(mine) ?? null;
}

/** Agent B is being asked and has not answered. */
export function isRinging(transfer: Transfer, me: string): boolean {
  return transfer.to.agent === me && transfer.phase === "offering" && !transfer.decided_by?.decline;
}

/** Somebody's seat in a transfer is in room B now. */
export function isInRoomB(transfer: Transfer, me: string): boolean {
  const phases = transfer.to.agent === me ? ANSWERED : CONSULTED;
  return phases.includes(transfer.phase);
}

/** The transfer whose caller somebody handed over a moment ago, and may have back. */
export function handedOver(board: Board, me: string, now: number): Transfer | null {
  const mine = [...board.transfers.values()].filter((one) => one.agent_a.id === me);
  const last = mine.findLast((one) => Date.parse(one.take_back_until ?? "") > now);
  const isOver = last && board.calls.get(last.call_id)?.state === "ended";
  return isOver ? null : (last ?? null);
}

/** The call that rings for whoever handed it over: agent B was lost. */
export function rungFor(board: Board, me: string): Call | null {
  return board.runningCalls.find((call) => call.rings?.id === me) ?? null;
}

/** Who can hear somebody who speaks: what the banner says. */
export type Audience = "caller" | "private" | "nobody";

/**
 * Say who hears `me`, as the server has it. `heardIn` are the rooms in which the media server lets
 * this page speak at this instant, `seenIn` those in which it shows the caller; where they differ
 * from what the server has told, the caller counts as hearing.
 */
export function audience(
  me: string,
  call: Call | null,
  heardIn: string[],
  seenIn: string[],
): Audience {
  if (!call || call.state === "ended") return "nobody";
  const hearing = call.people.filter((person) => person.role === "caller" && person.hears);
  const callerRooms = new Set([...seenIn, ...hearing.map((person) => person.room)]);
  if (call.room) callerRooms.add(call.room);
  const mine = call.people.filter((person) => person.id === me && person.speaks);
  const rooms = new Set([...heardIn, ...mine.map((person) => person.room)]);
  if (rooms.size === 0) return "nobody";
  return [...rooms].some((room) => callerRooms.has(room)) ? "caller" : "private";
}
