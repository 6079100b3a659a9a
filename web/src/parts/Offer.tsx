/** A colleague asks: it rings, and says who, whom and what about. */

import type { Transfer } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import { Action, Duration } from "./basics";
import { useKeys, useRinging } from "./hooks";
import { Decline } from "./TransferPanel";

interface Props {
  desk: AgentDesk;
  offer: Transfer;
}

/** Answer to hear the briefing, accept at once, or decline. */
export function Offer({ desk, offer }: Props) {
  useRinging(true, `☎ ${offer.agent_a.name} is asking you`);
  const answer = () => void desk.goToRoomB(offer);
  const accept = () => void desk.acceptAtOnce(offer);
  useKeys({ a: answer, e: accept });
  return (
    <section className="card offer" aria-label="Offer" data-testid="offer">
      <h2>
        <span role="alert">{offer.agent_a.name} asks you to take over</span>{" "}
        <Duration since={offer.created_at} />
      </h2>
      {offer.notes && <p className="about">“{offer.notes}”</p>}
      <p className="words">{offer.briefing?.text ?? "The briefing is being written…"}</p>
      <div className="row">
        <Action kind="main" hotkey="a" onPress={answer} disabled={desk.busy !== null}>
          Answer
        </Action>
        <Action hotkey="e" onPress={accept} disabled={desk.busy !== null}>
          Accept at once
        </Action>
        <Decline desk={desk} />
      </div>
      <p className="hint">The caller doesn't hear you until they are handed over.</p>
    </section>
  );
}
