/** The one thing an agent must always know: who hears what she says now. */

import type { Audience } from "../desk/board";
import type { Microphone } from "../follow";

const WORDS: Record<Audience, [string, string]> = {
  caller: ["The caller hears you", "Whatever you say now, the caller hears."],
  private: ["Private", "The caller can't hear you."],
  nobody: ["Nobody hears you", "You are in no room in which you may speak."],
};

const WITHOUT_MICROPHONE = ["Nobody hears you", "This page has no microphone."] as const;
const MUTED: Record<Audience, string> = {
  caller: "Unmuted, the caller would hear you.",
  private: "Unmuted, your colleague would hear you; the caller wouldn't.",
  nobody: "Nobody would hear you anyway.",
};

interface Props {
  audience: Audience;
  microphone: Microphone;
}

/** By the server's word: changes only when the server has changed who hears whom. */
export function AudienceBanner({ audience, microphone }: Props) {
  const [title, more] = words(audience, microphone);
  return (
    <div
      className={`audience ${microphone.isOut ? "nobody" : audience}`}
      role="status"
      data-testid="audience"
      data-audience={audience}
    >
      <strong>{title}</strong>
      <span>{more}</span>
    </div>
  );
}

function words(audience: Audience, { isOut, isMuted }: Microphone): readonly [string, string] {
  if (isOut) return WITHOUT_MICROPHONE;
  return isMuted ? ["You are muted", MUTED[audience]] : WORDS[audience];
}
