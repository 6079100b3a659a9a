/** Picking colleagues: who should take over, and who is next if they can't. */

import type { Agent } from "../api/client";
import { nextOnes, toggled } from "../desk/targets";
import { STATES } from "./words";

interface ColleaguesProps {
  colleagues: Agent[];
  value: string;
  choose: (id: string) => void;
}

/** One of them is asked first. */
export function Colleagues({ colleagues, value, choose }: ColleaguesProps) {
  if (colleagues.length === 0) return <p className="hint">Nobody else has signed in yet.</p>;
  return (
    <fieldset className="colleagues">
      <legend>Who should take over?</legend>
      {colleagues.map((agent) => (
        <label key={agent.id} className={`colleague ${agent.state}`}>
          <input
            type="radio"
            name="to"
            value={agent.id}
            checked={value === agent.id}
            disabled={agent.state !== "available"}
            onChange={() => choose(agent.id)}
          />
          <span>{agent.name}</span>
          <small>{STATES[agent.state]}</small>
        </label>
      ))}
    </fieldset>
  );
}

interface NextProps {
  colleagues: Agent[];
  to: string;
  picked: string[];
  pick: (ids: string[]) => void;
}

/** Others are asked in the order in which they were ticked. */
export function Next({ colleagues, to, picked, pick }: NextProps) {
  const others = nextOnes(colleagues, to);
  if (!to || others.length === 0) return null;
  const names = picked.map((id) => others.find((agent) => agent.id === id)?.name ?? "");
  return (
    <details className="next">
      <summary>
        If they can’t, ask next… <small aria-live="polite">{names.join(", then ")}</small>
      </summary>
      <fieldset className="colleagues">
        <legend>Tick them in the order in which they should be asked.</legend>
        {others.map((agent) => (
          <label key={agent.id} className={`colleague ${agent.state}`}>
            <input
              type="checkbox"
              checked={picked.includes(agent.id)}
              onChange={() => pick(toggled(picked, agent.id))}
            />
            <span>{agent.name}</span>
            <small>{STATES[agent.state]}</small>
            {picked.includes(agent.id) && <b className="order">{picked.indexOf(agent.id) + 2}</b>}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
