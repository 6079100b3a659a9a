/** Having somebody else asked, by one press more. */

import { useState } from "react";
import type { Transfer } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import { isChangeable } from "../desk/choices";
import { instead } from "../desk/targets";
import { Action } from "./basics";
import { type Keys, useKeys } from "./hooks";

const MOST_KEYS = 9;

interface Props {
  desk: AgentDesk;
  transfer: Transfer;
}

/** Whoever is asked now is let go at once; the caller stays with agent A meanwhile. */
export function Redirect({ desk, transfer }: Props) {
  return isChangeable(transfer) ? <Picker desk={desk} transfer={transfer} /> : null;
}

function Picker({ desk, transfer }: Props) {
  const [isOpen, setOpen] = useState(false);
  const others = instead(desk.board.agents, desk.me?.id ?? "", transfer).slice(0, MOST_KEYS);
  const ask = (agent: string) => () => {
    setOpen(false);
    void desk.askInstead(transfer, agent);
  };
  const picks = others.map((agent, index): [string, () => void] => [`${index + 1}`, ask(agent.id)]);
  const keys: Keys = isOpen ? Object.fromEntries(picks) : {};
  useKeys({ ...keys, o: () => setOpen(!isOpen), escape: isOpen && (() => setOpen(false)) });
  return (
    <>
      <Action
        hotkey="o"
        pressed={isOpen}
        onPress={() => setOpen(!isOpen)}
        disabled={desk.busy !== null}
      >
        Ask somebody else
      </Action>
      {isOpen && (
        <div className="row redirect" role="group" aria-label="Whom to ask instead">
          {others.map((agent, index) => (
            <Action
              key={agent.id}
              hotkey={`${index + 1}`}
              onPress={ask(agent.id)}
              disabled={desk.busy !== null}
            >
              {agent.name}
            </Action>
          ))}
          <p className="hint" role="status">
            {others.length === 0
              ? "Nobody else is available."
              : `${transfer.agent_b?.name ?? "Your colleague"} is let go at once.`}
          </p>
        </div>
      )}
    </>
  );
}
