/** What somebody may do about a transfer now: the buttons of the panel, and nothing else. */

import type { Decision, Transfer } from "../api/client";

const BEING_ASKED = ["offering", "briefing", "consulting"];

/** One thing that may be done; `room-b` is a seat, all others are decisions. */
export interface Choice {
  action: Exclude<Decision, "speak" | "hush" | "decline"> | "introduce" | "room-b";
  label: string;
  key: string;
  kind: "main" | "danger" | "plain";
}

/** Agent A's choices, in the order they are usually made. */
export function choicesOfA(transfer: Transfer): Choice[] {
  const { phase, accepted, decided_by } = transfer;
  const hands = accepted && BEING_ASKED.includes(phase) && !decided_by?.complete;
  const rows: [boolean, Choice][] = [
    [hands, { action: "complete", label: "Hand over now", key: "c", kind: "main" }],
    [hands, { action: "introduce", label: "Introduce them", key: "i", kind: "plain" }],
    [phase === "briefing", { action: "room-b", label: "Talk in private", key: "b", kind: "plain" }],
    [
      phase === "consulting",
      { action: "back-to-caller", label: "Back to the caller", key: "r", kind: "plain" },
    ],
    [
      phase === "introducing",
      { action: "leave", label: "Leave them together", key: "l", kind: "main" },
    ],
    [isChangeable(transfer), { action: "cancel", label: "Cancel", key: "x", kind: "danger" }],
  ];
  return rows.filter(([may]) => may).map(([, choice]) => choice);
}

/** Until the move begins, agent A may cancel, or have somebody else asked. */
export function isChangeable({ phase, decided_by }: Transfer): boolean {
  return (BEING_ASKED.includes(phase) || phase === "preparing") && !decided_by?.cancel;
}

/** Agent B's choices once she has answered. */
export function choicesOfB(transfer: Transfer): Choice[] {
  const isAsked = BEING_ASKED.includes(transfer.phase);
  if (!isAsked || transfer.accepted) return [];
  return [{ action: "accept", label: "Accept the caller", key: "a", kind: "main" }];
}
