/** Everybody who was asked to take over, in order, and how it went. */

import type { Transfer } from "../api/client";
import { attempt } from "./words";

/** Nothing as long as only one was asked: the status says how it goes with them. */
export function Attempts({ transfer }: { transfer: Transfer }) {
  const { attempts, phase } = transfer;
  if (attempts.length < 2) return null;
  return (
    <ol className="attempts" aria-label="Who was asked">
      {attempts.map((one) => (
        <li key={one.began_at} className={one.outcome ?? "asked"}>
          {attempt(one, phase)}
        </li>
      ))}
    </ol>
  );
}
