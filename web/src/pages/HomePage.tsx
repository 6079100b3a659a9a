/** The first page: who are you today? */

import { Masthead } from "../parts/basics";

const ROLES = [
  ["caller", "Caller", "Call, say what it is about, and be taken care of."],
  ["agent", "Agent", "Answer calls, hand them over, take them over."],
  ["floor", "Supervisor", "See every call and transfer as it runs."],
] as const;

/** One click each. */
export function HomePage() {
  return (
    <>
      <Masthead title="Home" />
      <main className="home">
        <p className="lead">
          A caller who is passed on should never have to say it all again, never hear silence, and
          never be lost.
        </p>
        <nav className="roles" aria-label="Who are you?">
          {ROLES.map(([page, title, text]) => (
            <a key={page} className="card role" href={`./${page}`}>
              <h2>{title}</h2>
              <p>{text}</p>
            </a>
          ))}
        </nav>
        <p className="hint">
          Open the caller in one tab and two agents in two more: each tab is a person of its own.
        </p>
      </main>
    </>
  );
}
