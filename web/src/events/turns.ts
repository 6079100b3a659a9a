/**
 * Seven tabs over HTTP/1.1: a browser opens six connections to a server, and a stream takes one for
 * good. So the tabs of a browser share four; where there are more tabs, they take turns, which costs
 * nothing but a moment, for a stream goes on where it was cut.
 */

const SLOTS = ["stream-1", "stream-2", "stream-3", "stream-4"];
const LOOK_EVERY_MS = 500;
/** Whoever is looked at holds a connection longer than those in the background. */
const TURN_MS = { seen: 2000, hidden: 1000 };

/** Use a connection when it is one's turn; `cut` is called when others have waited long enough. */
export async function inTurn<T>(follow: () => Promise<T>, cut: () => void): Promise<T> {
  // Absent where a page isn't served securely; there is no microphone there either.
  if (!("locks" in navigator)) return follow();
  const slot = await leastWanted();
  return navigator.locks.request(slot, async () => {
    const began = Date.now();
    const timer = setInterval(() => {
      const turn = document.hidden ? TURN_MS.hidden : TURN_MS.seen;
      if (Date.now() - began >= turn) void waiting(slot).then((somebody) => somebody && cut());
    }, LOOK_EVERY_MS);
    try {
      return await follow();
    } finally {
      clearInterval(timer);
    }
  });
}

async function leastWanted(): Promise<string> {
  const { held = [], pending = [] } = await navigator.locks.query();
  const wanted = (slot: string) =>
    [...held, ...pending].filter((lock) => lock.name === slot).length;
  return SLOTS.reduce((best, slot) => (wanted(slot) < wanted(best) ? slot : best));
}

async function waiting(slot: string): Promise<boolean> {
  const { pending = [] } = await navigator.locks.query();
  return pending.some((lock) => lock.name === slot);
}
