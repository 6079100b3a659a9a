/** The briefing: read, edit before it is spoken, hear again, stop. */

import { useState } from "react";
import type { Transfer } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import { Action } from "./basics";
import { useKeys } from "./hooks";

interface Props {
  desk: AgentDesk;
  transfer: Transfer;
}

/** What Agent B is told. */
export function BriefingPart({ desk, transfer }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const { briefing } = transfer;
  const isA = transfer.agent_a.id === desk.me?.id;
  const isOn = transfer.phase === "briefing" || transfer.phase === "consulting";
  const again = () => void desk.decide("speak");
  const hush = () => void desk.decide("hush");
  useKeys({ s: isOn && again, h: isOn && hush });
  if (!briefing?.text) return <p className="hint">The briefing is being written…</p>;
  const save = () =>
    void desk
      .act("edit", async () => {
        if (draft) desk.board.keep(await desk.api.editBriefing(transfer.id, draft));
      })
      .then((done) => done && setDraft(null));
  return (
    <section className="briefing" aria-label="Briefing">
      <h3>
        Briefing{" "}
        <small>{briefing.source === "model" ? "written by a model" : "written by rules"}</small>
      </h3>
      {draft === null ? (
        <p className="words" data-testid="briefing">
          {briefing.text}
        </p>
      ) : (
        <textarea
          aria-label="The briefing"
          rows={5}
          maxLength={1200}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
        />
      )}
      <Facts title="Known" items={briefing.facts} />
      <Facts title="Done so far" items={briefing.done} />
      <Facts title="Open" items={briefing.open} />
      <div className="row">
        {isA && !briefing.spoken && draft === null && (
          <Action onPress={() => setDraft(briefing.text)}>Edit</Action>
        )}
        {draft !== null && (
          <>
            <Action kind="main" onPress={save} disabled={!draft.trim()}>
              Save
            </Action>
            <Action onPress={() => setDraft(null)}>Keep it as it was</Action>
          </>
        )}
        {isOn && (
          <>
            <Action hotkey="s" onPress={again} disabled={desk.busy !== null}>
              Speak it again
            </Action>
            <Action hotkey="h" onPress={hush} disabled={desk.busy !== null}>
              Hush
            </Action>
          </>
        )}
      </div>
    </section>
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
