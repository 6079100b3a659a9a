/** The click that browsers want before a page may be heard. */

/** Do something at the next click, touch or key; `signal` takes it back. */
export function atNextGesture(action: () => void, signal?: AbortSignal): void {
  for (const kind of ["pointerdown", "pointerup", "keydown"]) {
    document.addEventListener(kind, action, { once: true, signal });
  }
}
