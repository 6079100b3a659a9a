/** One person's one microphone: captured once, and given to rooms as copies. */

/** `denied`, `missing`: it may not be used or isn't there, so others get silence in its place. */
export type MicrophoneState = "off" | "asking" | "live" | "muted" | "denied" | "missing";

/** A captured sound, and how to let go of what it comes from. */
export interface Source {
  readonly track: MediaStreamTrack;
  stop(): void;
}

/** What others get, and why if that is silence. */
type Opened = [Source, MicrophoneState];

/** One that ended as soon as it was open would end again. */
const TOO_SHORT_MS = 1000;

/** How sound is captured, and what stands in for it; tests give their own. */
export interface Capture {
  microphone(deviceId: string | null): Promise<Source>;
  silence(): Source;
}

/**
 * The microphone of a page. A page without one takes part all the same: it publishes silence, for
 * the server counts as present who has a microphone in the room.
 */
export class Microphone {
  state: MicrophoneState = "off";
  deviceId: string | null = null;
  changed = () => {};
  /** The device was unplugged, or may not be used any more: what rooms have is dead. */
  lost = () => {};
  private muted = false;
  private opening: Promise<Source> | null = null;
  private source: Source | null = null;
  private openedAt = 0;
  /** Grows with whatever makes an earlier opening unwanted: it may be answered much later. */
  private turn = 0;

  constructor(private readonly capture: Capture) {}

  /** A copy for one room; the first one asks for the microphone. */
  async copy(): Promise<MediaStreamTrack> {
    this.opening ??= this.open();
    return (await this.opening).track.clone();
  }

  /** The captured sound itself, for a level meter; null while there is none. */
  get sound(): MediaStreamTrack | null {
    return this.state === "live" ? (this.source?.track ?? null) : null;
  }

  /** Which device it is, as the browser says; null: it doesn't, or there is none. */
  get usedDevice(): string | null {
    return this.source?.track.getSettings().deviceId ?? null;
  }

  /** Others get silence, for there is no microphone to be had. */
  get isOut(): boolean {
    return this.state === "denied" || this.state === "missing";
  }

  /** Whether others get silence by choice. */
  get isMuted(): boolean {
    return this.muted;
  }

  /** Be silent, or be heard again; copies follow through their rooms. */
  mute(muted: boolean): void {
    this.muted = muted;
    if (this.state === "live" || this.state === "muted") this.become(muted ? "muted" : "live");
  }

  /**
   * Capture anew: after a permission was given, or from another device. What was there before goes
   * on until the function that is given back is called: rooms still have it.
   */
  async reopen(deviceId: string | null = this.deviceId): Promise<() => void> {
    this.deviceId = deviceId;
    return this.exchange(this.captured);
  }

  /**
   * The default instead of what was lost. Silence where that had only just been opened: a browser
   * that asks its person each time would ask for ever.
   */
  async replaceLost(): Promise<() => void> {
    this.deviceId = null;
    const wasOfUse = performance.now() - this.openedAt >= TOO_SHORT_MS;
    return this.exchange(wasOfUse ? this.captured : this.silent);
  }

  /** Let go of the device. */
  close(): void {
    this.turn++;
    this.source?.stop();
    this.source = this.opening = null;
    this.become("off");
  }

  private async exchange(capture: () => Promise<Opened>): Promise<() => void> {
    const before = this.source;
    this.opening = this.open(capture);
    await this.opening;
    return () => before?.stop();
  }

  private async open(capture = this.captured): Promise<Source> {
    const turn = ++this.turn;
    this.become("asking");
    const [source, state] = await capture();
    if (turn !== this.turn) {
      source.stop();
      return this.opening ?? source;
    }
    this.source = source;
    this.openedAt = performance.now();
    source.track.addEventListener("ended", () => turn === this.turn && this.lost());
    this.become(state === "live" && this.muted ? "muted" : state);
    return source;
  }

  /** The chosen device, or, where it is gone, whichever the browser takes, or silence. */
  private readonly captured = async (): Promise<Opened> => {
    const { turn, deviceId } = this;
    try {
      return [await this.capture.microphone(deviceId), "live"];
    } catch (error) {
      if (isDenied(error)) return [this.capture.silence(), "denied"];
      if (deviceId === null || turn !== this.turn) return this.silent();
      this.deviceId = null;
      return this.captured();
    }
  };

  private readonly silent = async (): Promise<Opened> => [this.capture.silence(), "missing"];

  private become(state: MicrophoneState): void {
    this.state = state;
    this.changed();
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotAllowedError";
}
