/** The briefing: read, edit before it is spoken, hear again, stop. */

import { useEffect, useState } from "react";
import { LONGEST_BRIEFING, type Transfer } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import { Action } from "./basics";
import { useAside, useKeys } from "./hooks";
import { play, silence } from "./speaker";

const FASTER = 1.5;
const SPEAKABLE = ["briefing", "consulting"];

interface Props {
  desk: AgentDesk;
  transfer: Transfer;
}

/** What Agent B is told. */
export function BriefingPart({ desk, transfer }: Props) {
  const [isEdited, setEdited] = useState(false);
  const { briefing } = transfer;
  if (!briefing?.text) return <p className="hint">The briefing is being written…</p>;
  const mayEdit = transfer.agent_a.id === desk.me?.id && !briefing.spoken;
  return (
    <section className="briefing" aria-label="Briefing">
      <h3>
        Briefing{" "}
        <small>{briefing.source === "model" ? "written by a model" : "written by rules"}</small>
      </h3>
      {isEdited ? (
        <Editor
          desk={desk}
          transfer={transfer}
          was={briefing.text}
          close={() => setEdited(false)}
        />
      ) : (
        <p className="words" data-testid="briefing">
          {briefing.text}
        </p>
      )}
      <Facts title="Known" items={briefing.facts} />
      <Facts title="Done so far" items={briefing.done} />
      <Facts title="Open" items={briefing.open} />
      <div className="row">
        {mayEdit && !isEdited && <Action onPress={() => setEdited(true)}>Edit</Action>}
        {SPEAKABLE.includes(transfer.phase) && (
          <Spoken desk={desk} transfer={transfer} text={briefing.text} />
        )}
      </div>
    </section>
  );
}

interface SpokenProps extends Props {
  text: string;
}

/** Again for everybody in the room, or faster for oneself, or not at all. */
function Spoken({ desk, transfer, text }: SpokenProps) {
  const [isComing, aside] = useAside(desk);
  const again = () => {
    silence();
    void desk.decide("speak");
  };
  const hush = () => {
    silence();
    void desk.decide("hush");
  };
  const hushed = async () => desk.board.keep(await desk.api.decide(transfer.id, "hush"));
  const faster = () => {
    const speech = () => desk.api.speech(transfer.call_id, text);
    aside(() => play(speech(), { rate: FASTER, first: hushed }));
  };
  useEffect(() => silence, []);
  useKeys({ s: again, f: !isComing && faster, h: hush });
  return (
    <>
      <Action hotkey="s" onPress={again} disabled={desk.busy !== null}>
        Speak it again
      </Action>
      <Action hotkey="f" onPress={faster} disabled={isComing}>
        Faster
      </Action>
      <Action hotkey="h" onPress={hush} disabled={desk.busy !== null}>
        Hush
      </Action>
    </>
  );
}

function Editor({ desk, transfer, was, close }: Props & { was: string; close: () => void }) {
  const [draft, setDraft] = useState(was);
  const save = async () => {
    const done = await desk.act("edit", async () => {
      desk.board.keep(await desk.api.editBriefing(transfer.id, draft));
    });
    if (done) close();
  };
  return (
    <>
      <textarea
        aria-label="The briefing"
        rows={5}
        maxLength={LONGEST_BRIEFING}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
      />
      <div className="row">
        <Action kind="main" onPress={() => void save()} disabled={!draft.trim()}>
          Save
        </Action>
        <Action onPress={close}>Keep it as it was</Action>
      </div>
    </>
  );
}

function Facts({ title, items }: { title: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </>
  );
}
