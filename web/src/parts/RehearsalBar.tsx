/** What the robots are doing, and the red button that kills the worker. */

import { useEffect, useState } from "react";
import { sentence } from "../desk/page";
import { rehearsal } from "../desk/rehearsal";
import { useChanges } from "./hooks";

const WATCHED_MS = 12_000;

/** On every page of a rehearsal; nothing where there is none. */
export function RehearsalBar() {
  const { playing, url, killedAt } = useChanges(rehearsal);
  const [problem, setProblem] = useState("");
  useEffect(() => rehearsal.goOn(), []);
  if (!url || !playing) return null;
  const kill = () => rehearsal.killWorker().catch((error: unknown) => setProblem(sentence(error)));
  return (
    <aside className="rehearsal" aria-label="Rehearsal">
      <p role="status" data-testid="robots">
        <strong>Robots</strong> {playing.says}
      </p>
      {!playing.is_over && (
        <button type="button" className="action kill" onClick={() => void kill()}>
          Kill the worker
        </button>
      )}
      {killedAt !== null && <Killed key={killedAt} />}
      {problem && <p>{problem}</p>}
    </aside>
  );
}

/** What to listen to, for as long as it matters. */
function Killed() {
  const [shows, setShows] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setShows(false), WATCHED_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shows) return null;
  return (
    <p role="alert">
      The worker is dead. Listen: nobody hears a difference. The timeline stalls for about two
      seconds, then goes on where it was.
    </p>
  );
}
