/** The way back: a caller whom one handed over a moment ago. */

import type { Call, Transfer } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import { Action } from "./basics";
import { useKeys, useRinging, useSecondsLeft } from "./hooks";

const KEY = "u";

/** For as long as it is possible, with the seconds left; their new agent keeps them meanwhile. */
export function TakeBack({ desk, transfer }: { desk: AgentDesk; transfer: Transfer }) {
  const seconds = useSecondsLeft(transfer.take_back_until ?? "");
  const take = () => void desk.takeBack(transfer.call_id);
  useKeys({ [KEY]: seconds > 0 && take });
  if (seconds === 0) return null;
  const caller = desk.board.calls.get(transfer.call_id)?.caller.name ?? "the caller";
  return (
    <section className="card take-back row" aria-label="Take back">
      <Action kind="main" hotkey={KEY} onPress={take} disabled={desk.busy !== null}>
        Take {caller} back
      </Action>
      <small className="duration">{seconds} s left</small>
    </section>
  );
}

/** It rings, for the agent to whom the caller was handed over is lost. */
export function Rung({ desk, call }: { desk: AgentDesk; call: Call }) {
  const caller = call.caller.name;
  useRinging(true, `☎ ${caller} is without an agent`);
  const take = () => void desk.takeBack(call.id);
  useKeys({ [KEY]: take });
  return (
    <section className="card offer" role="alert" aria-label="Lost caller" data-testid="rung">
      <h2>{caller} has lost their new agent</h2>
      <p>
        You handed {caller} over a moment ago. They hear hold audio until you, or a colleague, have
        them.
      </p>
      <Action kind="main" hotkey={KEY} onPress={take} disabled={desk.busy !== null}>
        Take {caller} back
      </Action>
    </section>
  );
}
