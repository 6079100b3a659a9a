/** A transfer as it happened, line by line, newest last. */

import type { Transfer } from "../api/client";

/** The living timeline. */
export function Timeline({ transfer }: { transfer: Transfer }) {
  const began = Date.parse(transfer.created_at);
  return (
    <ol className="timeline" aria-label="Timeline" aria-live="polite">
      {transfer.timeline.map((line) => (
        <li key={`${line.at} ${line.event}`} className={line.event}>
          <time dateTime={line.at}>{((Date.parse(line.at) - began) / 1000).toFixed(1)} s</time>
          <span>{line.text}</span>
        </li>
      ))}
    </ol>
  );
}
