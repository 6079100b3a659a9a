/** The agent's page: answer, hand over, take over. Any agent may be A or B. */

import { useState } from "react";
import type { Call } from "../api/client";
import { AgentDesk } from "../desk/agentDesk";
import { AudienceBanner } from "../parts/AudienceBanner";
import { Action, Duration, Masthead, Notices } from "../parts/basics";
import { Ended } from "../parts/Ended";
import { History } from "../parts/History";
import { useChanges, useKeys } from "../parts/hooks";
import { KeysHelp } from "../parts/KeysHelp";
import { LinePart } from "../parts/Line";
import { MicrophonePart } from "../parts/MicrophonePart";
import { Offer } from "../parts/Offer";
import { RehearsalBar } from "../parts/RehearsalBar";
import { Rooms } from "../parts/Rooms";
import { SignIn } from "../parts/SignIn";
import { Rung, TakeBack } from "../parts/TakeBack";
import { TransferForm } from "../parts/TransferForm";
import { TransferPanel } from "../parts/TransferPanel";
import { Turns } from "../parts/Turns";
import { CALLS, STATES } from "../parts/words";

const desk = new AgentDesk();

/** Signed out, idle, ringing, or in a call. */
export function AgentPage() {
  useChanges(desk);
  if (!desk.me) {
    return (
      <>
        <Masthead title="Agent" />
        <Notices page={desk} />
        <main>
          <SignIn desk={desk} />
        </main>
      </>
    );
  }
  return (
    <>
      <Masthead title={desk.me.name} isInCall={desk.call !== null}>
        <LinePart follower={desk.follower} />
        <Availability />
        <KeysHelp />
        <SignOut />
      </Masthead>
      <RehearsalBar />
      <Notices page={desk} />
      {desk.call && (
        <AudienceBanner audience={desk.audience} microphone={desk.follower.microphone} />
      )}
      <main className="workspace">
        <div className="column">
          {desk.offer && <Offer desk={desk} offer={desk.offer} />}
          <WayBack />
          {desk.follower.isElsewhere ? <Elsewhere /> : desk.call && <CallCard call={desk.call} />}
          <Waiting />
        </div>
        <div className="column">
          <Beside />
        </div>
      </main>
    </>
  );
}

/** Whoever was handed over a moment ago may be had back, and rings when they are lost. */
function WayBack() {
  const { rung, returnable } = desk;
  if (rung) return <Rung desk={desk} call={rung} />;
  if (!returnable) return null;
  return <TakeBack key={returnable.id} desk={desk} transfer={returnable} />;
}

/** Whatever goes with the call: the transfer, how the last one ended, or the history. */
function Beside() {
  const { call, transfer, offer, ended } = desk;
  if (transfer) return offer ? null : <TransferPanel desk={desk} transfer={transfer} />;
  return (
    <>
      {call && call.agent?.id === desk.me?.id && <HandOver call={call} />}
      {ended && <Ended transfer={ended} close={() => desk.forget()} />}
      <History desk={desk} />
    </>
  );
}

function HandOver({ call }: { call: Call }) {
  const [asks, setAsks] = useState(false);
  useKeys({ t: () => setAsks(true) });
  if (asks) return <TransferForm desk={desk} call={call} close={() => setAsks(false)} />;
  return (
    <Action kind="main" hotkey="t" onPress={() => setAsks(true)}>
      Hand over to a colleague
    </Action>
  );
}

function Availability() {
  const isAway = desk.state === "away";
  return (
    <>
      <span className={`state ${desk.state}`} data-testid="state">
        {STATES[desk.state as keyof typeof STATES]}
      </span>
      {(isAway || desk.state === "available") && (
        <Action onPress={() => void desk.setAvailable(isAway)} disabled={desk.busy !== null}>
          {isAway ? "I'm available" : "Step away"}
        </Action>
      )}
    </>
  );
}

/** Not during a call, unless the sign-in has expired: signing in again is the way back to it. */
function SignOut() {
  const isInCall = desk.call !== null && desk.streamState !== "over";
  return (
    <Action onPress={() => void desk.signOut()} disabled={isInCall}>
      Sign out
    </Action>
  );
}

function CallCard({ call }: { call: Call }) {
  const hangUp = () => void desk.hangUp(call);
  useKeys({
    n: () => document.getElementById("note")?.focus(),
    // Not the key that cancels a transfer: pressed twice, it would lose the caller.
    q: !desk.transfer && hangUp,
  });
  return (
    <>
      <section className="card call" aria-label="Call">
        <h2>
          {call.caller.name}
          <span className={`phase ${call.state}`}>{CALLS[call.state]}</span>
          <Duration since={call.created_at} />
        </h2>
        <Rooms call={call} transfer={desk.transfer} me={desk.me?.id ?? ""} />
        <div className="row">
          <MicrophonePart follower={desk.follower} />
          {!desk.transfer && (
            <Action kind="danger" hotkey="q" onPress={hangUp} disabled={desk.waits("hang-up")}>
              Hang up
            </Action>
          )}
        </div>
      </section>
      <Turns api={desk.api} call={call} />
    </>
  );
}

function Elsewhere() {
  return (
    <section className="card center" data-testid="elsewhere">
      <h2>You are in this call in another tab</h2>
      <Action kind="main" onPress={() => void desk.takeHere()}>
        Have it here
      </Action>
    </section>
  );
}

function Waiting() {
  const { isFree } = desk;
  const isIdle = desk.waiting.length === 0 && !isFree;
  const [first] = desk.waiting;
  const answer = (call: Call) => () => void desk.answer(call.id);
  useKeys({ a: isFree && first && answer(first) });
  if (isIdle) return null;
  return (
    <section className="card waiting" aria-label="Waiting calls">
      <h2>Waiting</h2>
      {desk.waiting.length === 0 && <p className="hint">Nobody is waiting.</p>}
      <ul>
        {desk.waiting.map((call) => (
          <li key={call.id}>
            <div>
              <strong>{call.caller.name}</strong> <Duration since={call.created_at} />
              {call.asked_for === desk.me?.id && <span className="phase">asks for you</span>}
              {call.rings && <span className="phase">rings {call.rings.name}</span>}
              {call.about && <p>{call.about}</p>}
            </div>
            {isFree && (
              <Action
                kind="main"
                hotkey={call === first ? "a" : undefined}
                onPress={answer(call)}
                disabled={desk.busy !== null}
              >
                Answer
              </Action>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
