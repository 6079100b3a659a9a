/** The smallest parts: buttons with keys, times, and words that are read aloud when they change. */

import { type ReactNode, useEffect } from "react";
import type { Page } from "../desk/page";
import { useChanges, useSeconds } from "./hooks";

interface ActionProps {
  children: ReactNode;
  onPress: () => void;
  /** The key that does the same, shown on the button. */
  hotkey?: string;
  kind?: "main" | "danger" | "plain";
  disabled?: boolean;
  pressed?: boolean;
}

/** A button that says which key presses it. */
export function Action({
  children,
  onPress,
  hotkey,
  kind = "plain",
  disabled,
  pressed,
}: ActionProps) {
  return (
    <button
      type="button"
      className={`action ${kind}`}
      onClick={onPress}
      disabled={disabled}
      aria-pressed={pressed}
      aria-keyshortcuts={hotkey}
    >
      {children}
      {hotkey && <kbd>{hotkey.toUpperCase()}</kbd>}
    </button>
  );
}

/** Minutes and seconds since a moment; a timer isn't read aloud as it runs. */
export function Duration({ since }: { since: number | string }) {
  const seconds = useSeconds(since);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <time role="timer" className="duration">
      {text}
    </time>
  );
}

/** What is wrong, as a sentence, and what is being done about it. */
export function Notices({ page }: { page: Page }) {
  useChanges(page);
  const lost = page.streamState === "lost";
  const over = page.streamState === "over";
  return (
    <div className="notices" aria-live="assertive">
      {lost && (
        <p className="notice warn" data-testid="lost">
          The connection to the server is lost. It comes back by itself; what you see may be old.
        </p>
      )}
      {over && (
        <p className="notice warn">Your sign-in has expired. Sign out, then sign in again.</p>
      )}
      {page.news && (
        <p className="notice news" data-testid="news">
          {page.news}
          <button type="button" className="link" onClick={() => page.dismiss()}>
            Dismiss
          </button>
        </p>
      )}
      {page.problem && (
        <p className="notice bad" data-testid="problem">
          {page.problem}
          <button type="button" className="link" onClick={() => page.dismiss()}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}

interface MastheadProps {
  title: string;
  /** A click beside the buttons must not leave the call. */
  isInCall?: boolean;
  children?: ReactNode;
}

/** The head of every page. */
export function Masthead({ title, isInCall = false, children }: MastheadProps) {
  useEffect(() => {
    document.title = `${title} · Warm Transfer`;
  }, [title]);
  return (
    <header className="masthead">
      {isInCall ? (
        <span className="brand">Warm Transfer</span>
      ) : (
        <a className="brand" href="./">
          Warm Transfer
        </a>
      )}
      <h1>{title}</h1>
      <div className="masthead-more">{children}</div>
    </header>
  );
}
