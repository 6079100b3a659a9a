/** What a first start still does before the api is there. */

import { apiUrl } from "../api/client";
import { askUntil } from "./again";

/**
 * Tell what is being done, and an empty text once the api is there, or the function that is given
 * back is called.
 */
export function watchPreparing(tell: (doing: string) => void): () => void {
  return askUntil(preparing, (doing) => {
    tell(doing);
    return doing === "";
  });
}

/** Null: it isn't known; for a moment between the first start and the api nothing listens. */
async function preparing(): Promise<string | null> {
  const answer = await fetch(apiUrl("v1/installation")).catch(() => null);
  if (answer?.status !== 503) return answer && "";
  const told = (await answer.json().catch(() => ({}))) as { detail?: string };
  return told.detail ?? null;
}
