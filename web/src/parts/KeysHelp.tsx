/** Every key of an agent's page, at a press of `?`. */

import { useState } from "react";
import { Action } from "./basics";
import { useKeys } from "./hooks";

const KEYS: [string, string][] = [
  ["A", "Answer, or accept the caller"],
  ["E", "Accept at once"],
  ["D", "Decline"],
  ["M", "Mute or unmute"],
  ["N", "Write a note"],
  ["Q", "Hang up"],
  ["T", "Hand over"],
  ["O", "Ask somebody else; 1 to 9 say whom"],
  ["B", "Talk in private"],
  ["R", "Back to the caller"],
  ["C", "Hand over now"],
  ["I", "Introduce them"],
  ["L", "Leave them together"],
  ["X", "Cancel the transfer"],
  ["U", "Take the caller back"],
  ["S", "Speak the briefing again"],
  ["F", "Hear it faster"],
  ["H", "Hush the briefing"],
];

/** A button, where there is room for it, and the list that it opens. */
export function KeysHelp() {
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  useKeys({ "?": open });
  return (
    <span className="keys-help">
      <Action hotkey="?" onPress={open}>
        Keys
      </Action>
      {isOpen && <List close={() => setOpen(false)} />}
    </span>
  );
}

function List({ close }: { close: () => void }) {
  return (
    <dialog ref={show} className="keys" aria-labelledby="keys" onClose={close}>
      <h2 id="keys">A key for every action</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" className="action main">
          Close
        </button>
      </form>
    </dialog>
  );
}

function show(dialog: HTMLDialogElement | null): void {
  dialog?.showModal();
}
