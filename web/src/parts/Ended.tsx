/** How a transfer ended, and why. */

import type { Transfer } from "../api/client";
import { Attempts } from "./Attempts";
import { Action } from "./basics";
import { Timeline } from "./Timeline";
import { clock, OUTCOMES } from "./words";

/** Outcome, reason, figures and timeline of a transfer that is over. */
export function Ended({ transfer, close }: { transfer: Transfer; close: () => void }) {
  const gap = transfer.move?.gap_ms?.caller_hears;
  return (
    <section
      className="card transfer"
      aria-label="Transfer"
      data-testid="ended"
      data-outcome={transfer.outcome}
    >
      <h2>
        {transfer.agent_a.name} → {transfer.agent_b?.name}
        <span className={`phase ended ${transfer.outcome}`}>
          {transfer.outcome ? OUTCOMES[transfer.outcome] : "Running"}
        </span>
      </h2>
      <p className="status">{transfer.reason}</p>
      <dl>
        <dt>When</dt>
        <dd>{clock(transfer.created_at)}</dd>
        {transfer.reference && <dt>Reference</dt>}
        {transfer.reference && <dd>{transfer.reference}</dd>}
        {transfer.move && <dt>The move</dt>}
        {transfer.move && (
          <dd>
            {transfer.move.took_ms} ms
            {typeof gap === "number" && `, ${gap <= 0 ? "no silence" : `${gap} ms of silence`}`}
          </dd>
        )}
      </dl>
      <Attempts transfer={transfer} />
      <Timeline transfer={transfer} />
      <div className="row">
        <Action onPress={close}>Close</Action>
        <a className="link" href={`?transfer=${transfer.id}`}>
          Link to this
        </a>
      </div>
    </section>
  );
}
