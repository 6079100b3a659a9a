/** A running transfer: where it stands, what may be done now, and how it came here. */

import { useState } from "react";
import type { Transfer } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import { type Choice, choicesOfA, choicesOfB } from "../desk/choices";
import { Attempts } from "./Attempts";
import { BriefingPart } from "./BriefingPart";
import { Action, Duration } from "./basics";
import { useKeys } from "./hooks";
import { Redirect } from "./Redirect";
import { Timeline } from "./Timeline";
import { PHASES } from "./words";

interface Props {
  desk: AgentDesk;
  transfer: Transfer;
}

/** The transfer panel of Agent A and Agent B alike. */
export function TransferPanel({ desk, transfer }: Props) {
  const isA = transfer.agent_a.id === desk.me?.id;
  const choices = isA ? choicesOfA(transfer) : choicesOfB(transfer);
  const press = (choice: Choice) => () => void choose(desk, transfer, choice);
  useKeys(Object.fromEntries(choices.map((choice) => [choice.key, press(choice)])));
  const last = transfer.timeline.at(-1);
  return (
    <section className="card transfer" aria-label="Transfer" data-phase={transfer.phase}>
      <h2>
        {isA ? `To ${transfer.agent_b?.name ?? "your colleague"}` : `From ${transfer.agent_a.name}`}
        <span className={`phase ${transfer.phase}`}>{PHASES[transfer.phase]}</span>
      </h2>
      <p className="status">
        <span role="status">{status(transfer, isA)}</span> {last && <Duration since={last.at} />}
      </p>
      <div className="row choices">
        {choices.map((choice) => (
          <Action
            key={choice.action}
            kind={choice.kind}
            hotkey={choice.key}
            onPress={press(choice)}
            disabled={desk.waits(choice.action)}
          >
            {choice.label}
          </Action>
        ))}
        {isA && <Redirect desk={desk} transfer={transfer} />}
        {!isA && choices.length > 0 && <Decline desk={desk} />}
      </div>
      {transfer.notes && !isA && <p className="about">“{transfer.notes}”</p>}
      <Attempts transfer={transfer} />
      <BriefingPart desk={desk} transfer={transfer} />
      <Timeline transfer={transfer} />
    </section>
  );
}

/** Declining says why, if one wants. */
export function Decline({ desk }: { desk: AgentDesk }) {
  const [asks, setAsks] = useState(false);
  const [reason, setReason] = useState("");
  useKeys({ d: () => setAsks(true) });
  if (!asks) {
    return (
      <Action kind="danger" hotkey="d" onPress={() => setAsks(true)}>
        Decline
      </Action>
    );
  }
  return (
    <form
      className="row decline"
      onSubmit={(event) => {
        event.preventDefault();
        void desk.decide("decline", { reason: reason.trim() || null });
      }}
    >
      <input
        ref={focus}
        aria-label="Why? Your colleague reads it, the caller doesn't"
        placeholder="Why? (optional)"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <button type="submit" className="action danger" disabled={desk.waits("decline")}>
        Decline
      </button>
      <Action onPress={() => setAsks(false)}>Keep it</Action>
    </form>
  );
}

/** The field appears because its key was pressed. */
function focus(input: HTMLInputElement | null): void {
  input?.focus();
}

function choose(desk: AgentDesk, transfer: Transfer, choice: Choice): Promise<boolean> {
  switch (choice.action) {
    case "room-b":
      return desk.goToRoomB(transfer);
    case "introduce":
      return desk.decide("complete", { introduce: true });
    default:
      return desk.decide(choice.action);
  }
}

function status(transfer: Transfer, isA: boolean): string {
  const { phase, accepted } = transfer;
  const b = transfer.agent_b?.name ?? "Your colleague";
  if (accepted && ["offering", "briefing", "consulting"].includes(phase)) {
    return isA
      ? `${b} has accepted. Say goodbye, then hand over.`
      : `You have accepted. ${transfer.agent_a.name} hands the caller over.`;
  }
  return transfer.timeline.at(-1)?.text ?? PHASES[phase];
}
