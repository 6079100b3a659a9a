/** Server-sent events out of a stream of text. */

/** One event; `data` is JSON text. */
export interface StreamEvent {
  id: string | null;
  kind: string;
  data: string;
}

/** Cuts text into events, wherever the pieces of it end; comments and empty events are dropped. */
export class Parser {
  private rest = "";

  /** The events that a piece of text completes. */
  *read(piece: string): Generator<StreamEvent> {
    this.rest += piece;
    const blocks = this.rest.split(/\r?\n\r?\n/);
    this.rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
  }
}

function eventOf(block: string): StreamEvent | null {
  const event: StreamEvent = { id: null, kind: "message", data: "" };
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const value = line.slice(colon + 1).replace(/^ /, "");
    const name = colon < 0 ? line : line.slice(0, colon);
    if (name === "data") data.push(value);
    else if (name === "event") event.kind = value;
    else if (name === "id") event.id = value;
  }
  event.data = data.join("\n");
  return data.length ? event : null;
}
