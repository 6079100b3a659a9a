/** One event stream for a page: it comes back by itself, and goes on where it was cut. */

import { Parser, type StreamEvent } from "./parse";

/** Comments come every 15 s, so a stream that is silent for longer is dead. */
const SILENT_MS = 20_000;
const AGAIN_AFTER_MS = 500;
const OVER = 401;

/** `over`: the sign-in has expired, so nothing will come any more. */
export type StreamState = "connecting" | "open" | "lost" | "over";

/** Opens the stream from after an event on. */
export type OpenStream = (lastId: string | null, signal: AbortSignal) => Promise<Response>;

/** Uses a connection when it is this page's turn, and cuts it when it is another's. */
export type InTurn = (follow: () => Promise<void>, cut: () => void) => Promise<void>;

/** Everything that concerns one person, in order. */
export class EventStream {
  state: StreamState = "connecting";
  private lastId: string | null = null;
  private stopped = new AbortController();
  private cut = new AbortController();
  private gaveWay = false;

  constructor(
    private readonly open: OpenStream,
    private readonly told: (kind: string, view: unknown) => void,
    private readonly changed: () => void,
    private readonly inTurn: InTurn = (follow) => follow(),
  ) {}

  /** Follow until `stop`. */
  async start(): Promise<void> {
    this.stopped = new AbortController();
    for (;;) {
      await this.inTurn(() => this.once(), this.giveWay).catch(() => {});
      if (this.isEnded()) return;
      if (this.hasGivenWay()) continue;
      this.become("lost");
      await new Promise((done) => setTimeout(done, AGAIN_AFTER_MS));
      if (this.isEnded()) return;
    }
  }

  /** Follow no more. */
  stop(): void {
    this.stopped.abort();
    this.cut.abort();
  }

  /** The network came or went, or the lid was opened: don't wait to find out. */
  hurry(): void {
    this.cut.abort();
  }

  /** It is another tab's turn; nothing is lost, and this one's comes again. */
  private readonly giveWay = () => {
    this.gaveWay = true;
    this.cut.abort();
  };

  private hasGivenWay(): boolean {
    const { gaveWay } = this;
    this.gaveWay = false;
    return gaveWay;
  }

  private isEnded(): boolean {
    return this.stopped.signal.aborted || this.state === "over";
  }

  private async once(): Promise<void> {
    this.cut = new AbortController();
    const watch = new Watchdog(() => this.cut.abort());
    try {
      const answer = await this.open(this.lastId, this.cut.signal);
      if (answer.status === OVER) this.become("over");
      if (!answer.ok || !answer.body) return;
      this.become("open");
      await this.read(answer.body, watch);
    } finally {
      watch.rest();
    }
  }

  private async read(body: ReadableStream<Uint8Array>, watch: Watchdog): Promise<void> {
    const parser = new Parser();
    const text = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      watch.pat();
      for (const event of parser.read(text.decode(value, { stream: true }))) this.heed(event);
    }
  }

  private heed(event: StreamEvent): void {
    this.told(event.kind, JSON.parse(event.data));
    this.lastId = event.id ?? this.lastId;
  }

  private become(state: StreamState): void {
    if (this.state === state) return;
    this.state = state;
    this.changed();
  }
}

/** Barks when nobody pats it for too long. */
class Watchdog {
  private timer = 0 as unknown as ReturnType<typeof setTimeout>;
  constructor(private readonly bark: () => void) {
    this.pat();
  }
  pat(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.bark, SILENT_MS);
  }
  rest(): void {
    clearTimeout(this.timer);
  }
}
