/** What was said and noted in a call, and a line to add to it. */

import { useCallback, useEffect, useState } from "react";
import type { Api, Call, Turn } from "../api/client";
import { sentence } from "../desk/page";

interface Props {
  api: Api;
  call: Call;
}

/** The conversation; notes are the agents' own. */
export function Turns({ api, call }: Props) {
  const [turns, setTurns] = useState<Turn[]>([]);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const [isSending, setSending] = useState(false);
  const reload = useCallback(() => {
    api.turns(call.id).then(setTurns, () => {});
  }, [api, call.id]);
  useEffect(() => {
    reload();
    // Turns aren't in the event stream; they are read again while somebody looks at them.
    const timer = setInterval(() => document.hidden || reload(), 3000);
    return () => clearInterval(timer);
  }, [reload]);
  const add = async (kind: Turn["kind"]) => {
    const words = text.trim();
    if (!words || isSending) return;
    setSending(true);
    try {
      await api.say(call.id, words, kind);
      // What was typed meanwhile is the next note.
      setText((now) => (now === text ? "" : now));
      setProblem("");
      reload();
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <section className="card turns" aria-label="Conversation and notes">
      <h2>Conversation and notes</h2>
      {call.about && <p className="about">“{call.about}”</p>}
      <ul>
        {turns.map((turn) => (
          <li key={turn.id} className={turn.kind}>
            <strong>{turn.kind === "note" ? "Note" : turn.who}</strong> {turn.text}
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add("note");
        }}
      >
        <input
          id="note"
          aria-label="A note or what was said"
          placeholder="A note for your colleague…"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="action" disabled={!text.trim()}>
          Note
        </button>
        <button
          type="button"
          className="action"
          disabled={!text.trim()}
          onClick={() => void add("said")}
        >
          Said
        </button>
      </form>
      {problem && <p className="notice bad">{problem}</p>}
    </section>
  );
}
