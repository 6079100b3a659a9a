/** Signing in: by name on a development machine, by token elsewhere. */

import { useState } from "react";
import type { AgentDesk } from "../desk/agentDesk";

/** One field and one button; the other way is a link away. */
export function SignIn({ desk }: { desk: AgentDesk }) {
  const [byToken, setByToken] = useState(false);
  const [text, setText] = useState(new URLSearchParams(location.search).get("name") ?? "");
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
      <button type="button" className="link" onClick={() => setByToken(!byToken)}>
        {byToken ? "Sign in by name (development)" : "I have a token"}
      </button>
    </form>
  );
}
