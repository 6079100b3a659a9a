/** Transfers of before: find one by its reference or link, and read how it went. */

import { useCallback, useEffect, useState } from "react";
import type { Call, Transfer } from "../api/client";
import { asked } from "../desk/address";
import type { AgentDesk } from "../desk/agentDesk";
import { openLinked } from "../desk/linked";
import { Ended } from "./Ended";
import { clock, OUTCOMES, PHASES } from "./words";

/** Newest first; read again when a transfer ends. */
export function History({ desk }: { desk: AgentDesk }) {
  const [transfers, setTransfers] = useState<Transfer[]>([]);
  const [reference, setReference] = useState(asked("reference") ?? "");
  const [open, setOpen] = useState<Transfer | null>(null);
  const running = desk.board.runningTransfers.length;
  const search = useCallback(() => {
    const query: Record<string, string> = reference ? { reference } : {};
    desk.api.transfers(query).then(setTransfers, () => {});
  }, [desk, reference]);
  const newest = (one: Transfer) => desk.board.transfers.get(one.id) ?? one;
  // How many run says when one has ended.
  useEffect(search, [search, running]);
  useEffect(() => openLinked(desk, setOpen), [desk]);
  if (open) return <Ended transfer={open} close={() => setOpen(null)} />;
  return (
    <section className="card history" aria-label="History">
      <h2>History</h2>
      <input
        aria-label="Reference"
        placeholder="Find by reference…"
        value={reference}
        onChange={(event) => setReference(event.target.value.trim())}
      />
      <h3>Transfers</h3>
      {transfers.length === 0 && <p className="hint">None yet.</p>}
      <ul>
        {transfers.map(newest).map((transfer) => (
          <li key={transfer.id}>
            <button type="button" className="link" onClick={() => setOpen(transfer)}>
              {clock(transfer.created_at)} {transfer.agent_a.name} → {transfer.agent_b?.name}
            </button>
            <small>{transfer.outcome ? OUTCOMES[transfer.outcome] : PHASES[transfer.phase]}</small>
          </li>
        ))}
      </ul>
      <Calls desk={desk} />
    </section>
  );
}

/** Calls that have ended, newest first. */
function Calls({ desk }: { desk: AgentDesk }) {
  const [calls, setCalls] = useState<Call[]>([]);
  const running = desk.board.runningCalls.length;
  // How many run says when one has ended.
  useEffect(() => {
    desk.api.calls("ended").then(setCalls, () => {});
  }, [desk, running]);
  if (calls.length === 0) return null;
  return (
    <>
      <h3>Calls</h3>
      <ul>
        {calls.map((call) => (
          <li key={call.id}>
            <span>
              {clock(call.created_at)} {call.caller.name}
            </span>
            <small>{lasted(call)}</small>
          </li>
        ))}
      </ul>
    </>
  );
}

function lasted(call: Call): string {
  const ms = Date.parse(call.ended_at ?? call.created_at) - Date.parse(call.created_at);
  return `${Math.floor(ms / 60_000)}:${String(Math.round(ms / 1000) % 60).padStart(2, "0")}`;
}
