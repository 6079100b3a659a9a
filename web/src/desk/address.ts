/** What a page's address asks of it. */

/** What a parameter says, taken out of the address, so that a reload doesn't ask for it again. */
export function taken(name: string): string | null {
  const value = asked(name);
  if (value === null) return null;
  const address = new URL(location.href);
  address.searchParams.delete(name);
  history.replaceState(null, "", address);
  return value;
}

/** What a parameter says; null: it isn't there. */
export function asked(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}
