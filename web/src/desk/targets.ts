/** Whom agent A may ask: first, next, or instead. */

import type { Agent, Transfer } from "../api/client";

/** So many the api takes beside the first. */
const MOST_FALLBACKS = 9;

/** Everybody else, whoever is free first. */
export function colleagues(agents: Agent[], me: string): Agent[] {
  const isFree = (agent: Agent) => (agent.state === "available" ? 0 : 1);
  const others = agents.filter((agent) => agent.id !== me);
  return others.toSorted((one, other) => isFree(one) - isFree(other));
}

/** Whoever may be next when `to` can't: not those who are away, for they would be no help. */
export function nextOnes(all: Agent[], to: string): Agent[] {
  return all.filter((agent) => agent.id !== to && agent.state !== "away");
}

/** Pick somebody as the last to be asked, or, if they are picked already, not at all. */
export function toggled(picked: string[], id: string): string[] {
  if (picked.includes(id)) return picked.filter((one) => one !== id);
  return [...picked, id].slice(0, MOST_FALLBACKS);
}

/** Whoever may be asked instead of whoever is asked now. */
export function instead(agents: Agent[], me: string, transfer: Transfer): Agent[] {
  const free = colleagues(agents, me).filter((agent) => agent.state === "available");
  return free.filter((agent) => agent.id !== transfer.to.agent);
}
