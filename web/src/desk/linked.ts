/** What a link to a transfer asks of a page. */

/** The transfer that the page's address names; once, so that it doesn't open again by itself. */
export function takeLinked(): string | null {
  const address = new URL(location.href);
  const linked = address.searchParams.get("transfer");
  address.searchParams.delete("transfer");
  if (linked) history.replaceState(null, "", address);
  return linked;
}
