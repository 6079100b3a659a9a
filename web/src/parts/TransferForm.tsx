/** Asking a colleague to take over: whom, notes, and the briefing before it is spoken. */

import { useEffect, useState } from "react";
import { type Call, LONGEST_BRIEFING } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import { colleagues } from "../desk/targets";
import { Action } from "./basics";
import { Colleagues, Next } from "./Colleagues";
import { useAside } from "./hooks";
import { play, silence } from "./speaker";

interface Props {
  desk: AgentDesk;
  call: Call;
  close: () => void;
}

/** Pick, note, preview, start. */
export function TransferForm({ desk, call, close }: Props) {
  const others = colleagues(desk.board.agents, desk.me?.id ?? "");
  const [to, setTo] = useState("");
  const [next, setNext] = useState<string[]>([]);
  const [notes, setNotes] = useState("");
  const [reference, setReference] = useState("");
  const [onAccept, setOnAccept] = useState(false);
  const [briefing, setBriefing] = useState<string | null>(null);
  const [isEdited, setEdited] = useState(false);
  const askFirst = (id: string) => {
    setTo(id);
    setNext(next.filter((one) => one !== id));
  };
  const start = async () => {
    const done = await desk.act("transfer", async () => {
      const transfer = await desk.api.startTransfer({
        call_id: call.id,
        to: { agent: to },
        fallbacks: next.map((agent) => ({ agent })),
        notes: notes.trim() || null,
        reference: reference.trim() || null,
        completes: onAccept ? "on_accept" : "by_agent_a",
      });
      desk.board.keep(transfer);
      if (isEdited && briefing?.trim()) await desk.api.editBriefing(transfer.id, briefing.trim());
    });
    if (done) close();
  };
  return (
    <form
      className="card form"
      aria-label="Hand over"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <h2>Hand over {call.caller.name}</h2>
      <Colleagues colleagues={others} value={to} choose={askFirst} />
      <Next colleagues={others} to={to} picked={next} pick={setNext} />
      <label>
        Notes for your colleague <small>the caller never sees them</small>
        <textarea
          id="notes"
          rows={3}
          maxLength={10000}
          value={notes}
          onChange={(e) => setNotes(e.target.value)}
        />
      </label>
      <Preview
        desk={desk}
        call={call}
        briefing={briefing}
        setBriefing={setBriefing}
        edited={() => setEdited(true)}
      />
      <label>
        Reference <small>optional, to find it again</small>
        <input
          pattern="[A-Za-z0-9._:\/#\-]{1,100}"
          title="Letters, digits and . _ : / # - without spaces"
          value={reference}
          onChange={(e) => setReference(e.target.value)}
        />
      </label>
      <label className="check">
        <input type="checkbox" checked={onAccept} onChange={(e) => setOnAccept(e.target.checked)} />
        Hand over by itself as soon as they accept
      </label>
      <div className="row">
        <button type="submit" className="action main" disabled={!to || desk.busy !== null}>
          {desk.busy === "transfer" ? "Asking…" : "Ask them"}
        </button>
        <Action onPress={close}>Not now</Action>
      </div>
    </form>
  );
}

interface PreviewProps {
  desk: AgentDesk;
  call: Call;
  briefing: string | null;
  setBriefing: (text: string) => void;
  edited: () => void;
}

/** What the colleague will hear, to be changed before it is spoken. */
function Preview({ desk, call, briefing, setBriefing, edited }: PreviewProps) {
  useEffect(() => silence, []);
  const [isUnderWay, aside] = useAside(desk);
  const write = async () => setBriefing((await desk.api.summary(call.id)).text);
  if (briefing === null) {
    return (
      <Action onPress={() => aside(write)} disabled={isUnderWay}>
        {isUnderWay ? "Writing…" : "Preview the briefing"}
      </Action>
    );
  }
  const hear = () => play(desk.api.speech(call.id, briefing));
  return (
    <>
      <label>
        The briefing your colleague will hear
        <textarea
          rows={5}
          maxLength={LONGEST_BRIEFING}
          value={briefing}
          onChange={(event) => {
            setBriefing(event.target.value);
            edited();
          }}
        />
      </label>
      <div className="row">
        <Action onPress={() => aside(hear)} disabled={!briefing.trim() || isUnderWay}>
          Hear it
        </Action>
        <Action onPress={silence}>Stop</Action>
      </div>
    </>
  );
}
