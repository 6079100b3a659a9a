/** Who this tab is. Each tab is a person of its own, and stays that person when it is reloaded. */

import type { Person } from "../api/client";

/** Somebody signed in. */
export interface SignedIn {
  token: string;
  person: Person;
}

/** A caller in their call. */
export interface Calling {
  token: string;
  callId: string;
}

/** Remember something for this tab alone. */
export function keep(name: string, value: SignedIn | Calling | null): void {
  if (value) sessionStorage.setItem(name, JSON.stringify(value));
  else sessionStorage.removeItem(name);
}

/** What was remembered. */
export function kept(name: string): unknown {
  const text = sessionStorage.getItem(name);
  return text ? (JSON.parse(text) as unknown) : null;
}

/** Whose a token is; the api has checked it. */
export function personIn(token: string): Person {
  const [, claims = ""] = token.split(".");
  const text = atob(claims.replace(/-/g, "+").replace(/_/g, "/"));
  const { sub, name, role } = JSON.parse(text) as Person & { sub: string };
  return { id: sub, name, role };
}
