/** While a first start still builds something: what, and a recording of a real transfer. */

import { useEffect, useRef, useState } from "react";
import { watchPreparing } from "../desk/preparing";
import labels from "../recording/transfer.json";
import sound from "../recording/transfer.webm";

/** What the installation is still doing; empty once it is there. */
export function usePreparing(): string {
  const [doing, setDoing] = useState("");
  useEffect(() => watchPreparing(setDoing), []);
  return doing;
}

/** The recording, with what happens in it beside it. */
export function Meanwhile({ doing }: { doing: string }) {
  const audio = useRef<HTMLAudioElement>(null);
  const [at, setAt] = useState(0);
  const now = labels.findLastIndex((label) => label.at <= at);
  return (
    <section className="card" aria-label="Meanwhile" data-testid="meanwhile">
      <p role="status">{doing} This page goes on by itself.</p>
      <h2>Meanwhile: a recording of a real transfer, as the caller heard it</h2>
      {/* The labels beside it are its captions. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <audio
        ref={audio}
        controls
        preload="none"
        src={sound}
        onTimeUpdate={() => setAt(audio.current?.currentTime ?? 0)}
      />
      <ol className="timeline">
        {labels.map((label, index) => (
          <li key={`${label.at} ${label.what}`} aria-current={index === now ? "step" : undefined}>
            <time>{label.at.toFixed(1)} s</time>
            <span>
              <strong>{label.who}</strong> {label.what}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
