/** The one thing an agent must always know: who hears what she says now. */

import type { Audience } from "../desk/board";

const WORDS: Record<Audience, [string, string]> = {
  caller: ["The caller hears you", "Whatever you say now, the caller hears."],
  private: ["Private", "The caller can't hear you."],
  nobody: ["Nobody hears you", "You are in no room in which you may speak."],
};

/** By the server's word: changes only when the server has changed who hears whom. */
export function AudienceBanner({ audience, muted }: { audience: Audience; muted: boolean }) {
  const [title, more] = WORDS[audience];
  return (
    <div
      className={`audience ${audience}`}
      role="status"
      data-testid="audience"
      data-audience={audience}
    >
      <strong>{title}</strong>
      <span>{muted ? "You are muted." : more}</span>
    </div>
  );
}
