/** One person's one microphone: captured once, and given to rooms as copies. */

/** `denied`, `missing`: it may not be used or isn't there, so others get silence in its place. */
export type MicrophoneState = "off" | "asking" | "live" | "muted" | "denied" | "missing";

/** How sound is captured, and what stands in for it; tests give their own. */
export interface Capture {
  microphone(deviceId: string | null): Promise<MediaStreamTrack>;
  silence(): MediaStreamTrack;
}

/**
 * The microphone of a page. A page without one takes part all the same: it publishes silence, for
 * the server counts as present who has a microphone in the room.
 */
export class Microphone {
  state: MicrophoneState = "off";
  deviceId: string | null = null;
  changed = () => {};
  private muted = false;
  private source: Promise<MediaStreamTrack> | null = null;
  private track: MediaStreamTrack | null = null;

  constructor(private readonly capture: Capture) {}

  /** A copy for one room; the first one asks for the microphone. */
  async copy(): Promise<MediaStreamTrack> {
    this.source ??= this.open();
    return (await this.source).clone();
  }

  /** The captured sound itself, for a level meter; null while there is none. */
  get sound(): MediaStreamTrack | null {
    return this.state === "live" ? this.track : null;
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

  /** Capture anew: after a permission was given, or from another device. */
  async reopen(deviceId: string | null = this.deviceId): Promise<void> {
    this.deviceId = deviceId;
    const before = this.track;
    this.source = this.open();
    await this.source;
    before?.stop();
  }

  /** Let go of the device. */
  close(): void {
    this.track?.stop();
    this.track = this.source = null;
    this.become("off");
  }

  private async open(): Promise<MediaStreamTrack> {
    this.become("asking");
    try {
      this.track = await this.capture.microphone(this.deviceId);
      this.become(this.muted ? "muted" : "live");
    } catch (error) {
      const denied = error instanceof DOMException && error.name === "NotAllowedError";
      this.track = this.capture.silence();
      this.become(denied ? "denied" : "missing");
    }
    return this.track;
  }

  private become(state: MicrophoneState): void {
    this.state = state;
    this.changed();
  }
}
