/** The caller's page: call, be served, be moved, hang up. */

import { useEffect, useState } from "react";
import { type Agent, Api, type CallerCall } from "../api/client";
import { asked } from "../desk/address";
import { CallerDesk } from "../desk/callerDesk";
import { Action, Duration, Masthead, Notices } from "../parts/basics";
import { useChanges } from "../parts/hooks";
import { LinePart } from "../parts/Line";
import { MicrophonePart } from "../parts/MicrophonePart";
import { RehearsalBar } from "../parts/RehearsalBar";
import { Avatar } from "../parts/Rooms";

const desk = new CallerDesk();

/** Before, in and after a call. */
export function CallerPage() {
  useChanges(desk);
  const isIn = desk.call !== null && !desk.isOver;
  return (
    <>
      <Masthead title="Caller" isInCall={isIn}>
        {isIn && <LinePart follower={desk.follower} />}
      </Masthead>
      <RehearsalBar />
      <Notices page={desk} />
      <main className="narrow">{desk.call ? <InCall call={desk.call} /> : <Calling />}</main>
    </>
  );
}

function Calling() {
  const [name, setName] = useState(asked("name") ?? "");
  const [about, setAbout] = useState(asked("about") ?? "");
  const [agent, setAgent] = useState(asked("agent") ?? "");
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        void desk.start(name.trim(), about.trim(), agent);
      }}
    >
      <h2>Talk with us</h2>
      <label>
        Your name
        <input
          required
          maxLength={120}
          autoComplete="name"
          value={name}
          onChange={(e) => setName(e.target.value)}
        />
      </label>
      <label>
        What is it about? <small>optional</small>
        <textarea
          rows={2}
          maxLength={2000}
          value={about}
          onChange={(e) => setAbout(e.target.value)}
        />
      </label>
      <AskedFor value={agent} choose={setAgent} />
      <button
        type="submit"
        className="action main big"
        disabled={!name.trim() || desk.busy !== null}
      >
        {desk.busy === "call" ? "Calling…" : "Call"}
      </button>
      <p className="hint">
        Your browser will ask for your microphone. Without one you can still listen.
      </p>
    </form>
  );
}

/** Who is there to be asked for; nothing where callers may not see agents. */
function AskedFor({ value, choose }: { value: string; choose: (id: string) => void }) {
  const [agents, setAgents] = useState<Agent[]>([]);
  useEffect(() => {
    const there = (agent: Agent) => agent.state === "available";
    new Api()
      .agents()
      .then((all) => setAgents(all.filter(there)))
      .catch(() => setAgents([]));
  }, []);
  if (agents.length === 0) return null;
  return (
    <label>
      Whom would you like to talk with?
      <select value={value} onChange={(event) => choose(event.target.value)}>
        <option value="">Whoever is free</option>
        {agents.map((agent) => (
          <option key={agent.id} value={agent.id}>
            {agent.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function InCall({ call }: { call: CallerCall }) {
  if (desk.isOver) {
    return (
      <section className="card center">
        <h2>The call has ended</h2>
        <p>Thank you for calling.</p>
        <Action kind="main" onPress={() => desk.again()}>
          Call again
        </Action>
      </section>
    );
  }
  if (desk.follower.isElsewhere) return <Elsewhere />;
  return <Talking call={call} />;
}

function Elsewhere() {
  return (
    <section className="card center" data-testid="elsewhere">
      <h2>Your call is in another tab</h2>
      <p>You are in this call in one tab at a time.</p>
      <Action kind="main" onPress={() => void desk.takeHere()}>
        Have it here
      </Action>
    </section>
  );
}

function Talking({ call }: { call: CallerCall }) {
  return (
    <section className="card talking">
      <div className="happening" data-testid="happening">
        <p className="headline" role="status">
          {headline(call)}
        </p>
        <p>
          <span role="status">{more(call)}</span> <Duration since={desk.since} />
        </p>
      </div>
      <ul className="here" aria-label="Who is here">
        <li>
          <Avatar name={call.caller.name} /> {call.caller.name} (you)
        </li>
        {call.agent && (
          <li>
            <Avatar name={call.agent.name} /> {call.agent.name}
          </li>
        )}
      </ul>
      <MicrophonePart follower={desk.follower} />
      <Action kind="danger" onPress={() => void desk.hangUp()} disabled={desk.waits("hang-up")}>
        Hang up
      </Action>
    </section>
  );
}

function headline(call: CallerCall): string {
  const { transfer } = desk;
  if (transfer && transfer.phase !== "ended") return transfer.text;
  if (call.state === "talking") return `You are talking with ${call.agent?.name ?? "an agent"}.`;
  return "We are finding somebody for you.";
}

function more(call: CallerCall): string {
  if (call.state !== "talking") return "You hear music while you wait.";
  const phase = desk.transfer?.phase;
  return phase && phase !== "ended" ? "You can go on talking." : "";
}
