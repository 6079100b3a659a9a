/** The first page: who are you today? */

import { useEffect, useState } from "react";
import { rehearsal, type TrySeat } from "../desk/rehearsal";
import { Masthead } from "../parts/basics";
import { useChanges } from "../parts/hooks";
import { Meanwhile, usePreparing } from "../parts/Meanwhile";

const ROLES = [
  ["caller", "Caller", "Call, say what it is about, and be taken care of."],
  ["agent", "Agent", "Answer calls, hand them over, take them over."],
  ["floor", "Supervisor", "See every call and transfer as it runs."],
] as const;

const SEATS: [TrySeat, string, string, string][] = [
  ["caller", "caller", "As the caller", "Ada answers, asks Bea, and you are handed over."],
  ["agent_a", "agent", "As Agent A", "Maya calls you. Hand her over to Bea."],
  ["agent_b", "agent", "As Agent B", "Ada asks you to take over from her."],
];

const PROBLEMS = [
  "I was billed twice in October.",
  "My parcel has been in Leipzig for nine days.",
  "I can't sign in since I changed my number.",
];

/** One click each. */
export function HomePage() {
  const doing = usePreparing();
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
        {doing ? <Meanwhile doing={doing} /> : <TryItAlone />}
      </main>
    </>
  );
}

function TryItAlone() {
  const { url } = useChanges(rehearsal);
  const [problem, setProblem] = useState(PROBLEMS[0] ?? "");
  useEffect(() => rehearsal.lookOut(), []);
  if (!url) {
    return (
      <p className="hint">
        Open the caller in one tab and two agents in two more: each tab is a person of its own.
      </p>
    );
  }
  const link = (seat: TrySeat, page: string) =>
    `./${page}?${new URLSearchParams({ try: seat, about: problem })}`;
  return (
    <section className="card" aria-label="Try it alone">
      <h2>Try it alone</h2>
      <p>
        Robots with voices take the other seats. Turn your speakers on; you need no microphone, and
        no second person.
      </p>
      <label className="form">
        What is the call about?
        <input
          list="problems"
          maxLength={300}
          value={problem}
          onChange={(event) => setProblem(event.target.value)}
        />
      </label>
      <datalist id="problems">
        {PROBLEMS.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <div className="roles">
        {SEATS.map(([seat, page, title, text]) => (
          <a key={seat} className="card role" href={link(seat, page)}>
            <h3>{title}</h3>
            <p>{text}</p>
          </a>
        ))}
      </div>
    </section>
  );
}
