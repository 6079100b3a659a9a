/** The supervisor's page: everything that runs, live; and a way to give a caller back. */

import { useState } from "react";
import type { Call, Transfer } from "../api/client";
import { AgentDesk } from "../desk/agentDesk";
import { Attempts } from "../parts/Attempts";
import { Action, Duration, Masthead, Notices } from "../parts/basics";
import { History } from "../parts/History";
import { useChanges } from "../parts/hooks";
import { Redirect } from "../parts/Redirect";
import { Rooms } from "../parts/Rooms";
import { SignIn } from "../parts/SignIn";
import { Timeline } from "../parts/Timeline";
import { CALLS, PHASES, STATES } from "../parts/words";

const desk = new AgentDesk("supervisor");
const RETURNABLE = ["preparing", "offering", "briefing", "consulting"];

/** Calls and transfers as they run, one of them opened. */
export function FloorPage() {
  useChanges(desk);
  const [openId, setOpenId] = useState<string | null>(null);
  if (!desk.me) {
    return (
      <>
        <Masthead title="Supervisor" />
        <Notices page={desk} />
        <main>
          <SignIn desk={desk} />
        </main>
      </>
    );
  }
  const calls = desk.board.runningCalls;
  // The first call opens by itself; no other takes its place, for somebody may be about to click.
  if (openId === null && calls[0]) setOpenId(calls[0].id);
  const open = calls.find((call) => call.id === openId);
  return (
    <>
      <Masthead title={`The floor · ${desk.me.name}`}>
        <Action onPress={() => void desk.signOut()}>Sign out</Action>
      </Masthead>
      <Notices page={desk} />
      <main className="workspace">
        <div className="column">
          <section className="card waiting" aria-label="Running calls">
            <h2>Running calls</h2>
            {calls.length === 0 && <p className="hint">Nobody is calling.</p>}
            <ul>
              {calls.map((call) => (
                <li key={call.id} className={call === open ? "open" : ""}>
                  <button type="button" className="link" onClick={() => setOpenId(call.id)}>
                    {call.caller.name} {call.agent && `with ${call.agent.name}`}
                  </button>
                  <span className={`phase ${transferIn(call)?.phase ?? call.state}`}>
                    {phaseOf(call)}
                  </span>
                  <Duration since={call.created_at} />
                </li>
              ))}
            </ul>
          </section>
          <Agents />
        </div>
        <div className="column">
          {open ? (
            <Opened key={open.id} call={open} />
          ) : (
            <NoneOpened wasOpen={openId !== null && desk.board.isReady} />
          )}
        </div>
      </main>
    </>
  );
}

function transferIn(call: Call): Transfer | null {
  return desk.board.runningTransfers.find((one) => one.call_id === call.id) ?? null;
}

function phaseOf(call: Call): string {
  const transfer = transferIn(call);
  return transfer ? PHASES[transfer.phase] : CALLS[call.state];
}

function Opened({ call }: { call: Call }) {
  const transfer = transferIn(call);
  const giveBack = (id: string) => () =>
    void desk.act("cancel", async () => {
      const reason = `${desk.me?.name} gave the caller back.`;
      desk.board.keep(await desk.api.decide(id, "cancel", { reason }));
    });
  return (
    <section className="card transfer" aria-label="Opened call">
      <h2>
        {call.caller.name}
        <span className={`phase ${transferIn(call)?.phase ?? call.state}`}>{phaseOf(call)}</span>
      </h2>
      {call.about && <p className="about">“{call.about}”</p>}
      <Rooms call={call} transfer={transfer} me="" />
      {transfer && (
        <>
          {RETURNABLE.includes(transfer.phase) && (
            <Action kind="danger" onPress={giveBack(transfer.id)} disabled={desk.waits("cancel")}>
              Give {call.caller.name} back to {transfer.agent_a.name}
            </Action>
          )}
          <Redirect desk={desk} transfer={transfer} />
          <Attempts transfer={transfer} />
          <Timeline transfer={transfer} />
        </>
      )}
    </section>
  );
}

function NoneOpened({ wasOpen }: { wasOpen: boolean }) {
  return (
    <>
      {wasOpen && (
        <p className="card" role="status">
          This call has ended.
        </p>
      )}
      <History desk={desk} />
    </>
  );
}

function Agents() {
  return (
    <section className="card" aria-label="Agents">
      <h2>Agents</h2>
      <ul className="agents">
        {desk.board.agents.map((agent) => (
          <li key={agent.id}>
            {agent.name} <span className={`state ${agent.state}`}>{STATES[agent.state]}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
