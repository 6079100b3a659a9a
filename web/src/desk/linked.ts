/** What a link to a transfer asks of a page. */

import type { Transfer } from "../api/client";
import { asked, taken } from "./address";
import type { AgentDesk } from "./agentDesk";

/**
 * Open the transfer that the page's address names, unless the function that is given back is called
 * first. The address names it until it is open, and then no more: it doesn't open again by itself.
 */
export function openLinked(desk: AgentDesk, open: (transfer: Transfer) => void): () => void {
  const linked = asked("transfer");
  let isWanted = true;
  if (linked) {
    void desk.byItself(async () => {
      const transfer = await desk.api.transfer(linked);
      if (!isWanted) return;
      taken("transfer");
      open(transfer);
    });
  }
  return () => {
    isWanted = false;
  };
}
