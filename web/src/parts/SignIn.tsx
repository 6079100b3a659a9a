/** Signing in: by name on a development machine, by token elsewhere. */

import { useEffect, useState } from "react";
import { Api, type Installation } from "../api/client";
import { asked } from "../desk/address";
import type { AgentDesk } from "../desk/agentDesk";
import { askUntil } from "../desk/again";

/** One field and one button, as this installation has it. */
export function SignIn({ desk }: { desk: AgentDesk }) {
  const [by, setBy] = useState<"name" | "token">("name");
  useEffect(() => {
    const heed = ({ sign_in }: Installation) => {
      setBy(sign_in);
      return true;
    };
    return askUntil(() => new Api().installation(), heed);
  }, []);
  return <Form key={by} desk={desk} byToken={by === "token"} />;
}

function Form({ desk, byToken }: { desk: AgentDesk; byToken: boolean }) {
  const name = asked("name");
  const [text, setText] = useState((!byToken && name) || "");
  const submit = () => (byToken ? desk.signInBy(text.trim()) : desk.signIn(text.trim()));
  return (
    <form
      className="card form narrow"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h2>Sign in</h2>
      <label>
        {byToken ? "Your token" : "Your name"}
        <input
          required
          autoComplete={byToken ? "off" : "name"}
          type={byToken ? "password" : "text"}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <button
        type="submit"
        className="action main big"
        disabled={!text.trim() || desk.busy !== null}
      >
        Sign in
      </button>
    </form>
  );
}
