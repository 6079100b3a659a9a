/** A seat taken: one person in one room, who speaks there when allowed and wanted. */

import type { Line, Seat } from "./contract";
import type { Microphone } from "./microphone";
import { pause, until, within } from "./time";

const SUBSCRIBED_WITHIN_MS = 1000;
const PUBLISH_TRIES = 3;
const PUBLISH_AGAIN_MS = 250;
/** The client waits for ever for the answer to a request that a disconnection overtook. */
const PUBLISH_WITHIN_MS = 10_000;

/** What a place is to its person: where one talks, or a deaf and mute seat that may be opened. */
export class Place {
  /** When the right to speak here was last given; later places are spoken in first. */
  openedAt = 0;
  /** It was connected at some time; before that, whoever asked for it knows that it failed. */
  hasJoined = false;
  changed: (place: Place) => void = () => {};
  private copy: MediaStreamTrack | null = null;
  private wanted = false;
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    readonly seat: Seat,
    readonly line: Line,
    private readonly microphone: Microphone,
  ) {
    line.changed = () => this.lineChanged();
  }

  get room(): string {
    return this.seat.room;
  }

  /** Connected, or on its way back by itself. */
  get isAlive(): boolean {
    return this.line.state === "connected" || this.line.state === "lost";
  }

  get maySpeak(): boolean {
    return this.isAlive && this.line.mayPublish;
  }

  /** The microphone is published here and not held back: whoever is in the room can hear it. */
  get isHeard(): boolean {
    return this.copy !== null && this.wanted && this.maySpeak && this.line.state === "connected";
  }

  /** Join the room; rejects when that fails. */
  async join(): Promise<void> {
    await this.line.connect(this.seat);
    this.lineChanged();
  }

  /** Speak here as soon as it is allowed, or stop at once. */
  speak(wanted: boolean): void {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (this.copy) this.copy.enabled = wanted && !this.microphone.isMuted;
    void this.settle();
  }

  /** Published and received by somebody; a track that nobody gets within a second is sent again. */
  async isReceived(): Promise<boolean> {
    for (let tries = 0; tries < PUBLISH_TRIES && this.maySpeak; tries++) {
      await this.work;
      if (await until(() => this.line.isSubscribed || !this.maySpeak, SUBSCRIBED_WITHIN_MS)) {
        return this.line.isSubscribed;
      }
      await this.inTurn(() => this.withdraw());
      await this.settle();
    }
    return false;
  }

  /** The microphone has become another one, or was muted or unmuted. */
  async follow(): Promise<void> {
    await this.inTurn(async () => {
      if (!this.copy) return;
      const before = this.copy;
      this.copy = await this.microphone.copy();
      try {
        await this.line.replace(this.copy);
        await this.line.mute(this.microphone.isMuted);
      } catch {
        await this.withdraw();
      } finally {
        before.stop();
      }
    });
    // What couldn't be replaced is published anew.
    await this.settle();
  }

  /** Mute or unmute; the track stays where it is. */
  mute(muted: boolean): Promise<void> {
    if (this.copy) this.copy.enabled = this.wanted && !muted;
    return this.inTurn(async () => {
      if (this.copy) await this.line.mute(muted);
    });
  }

  /** Say goodbye and go. */
  async leave(): Promise<void> {
    this.wanted = false;
    if (this.copy) this.copy.enabled = false;
    await this.line.leave();
    await this.settle();
  }

  private lineChanged(): void {
    this.hasJoined ||= this.line.state === "connected";
    if (this.maySpeak && this.openedAt === 0) this.openedAt = performance.now();
    if (!this.maySpeak) this.openedAt = 0;
    this.changed(this);
    void this.settle();
  }

  /** Publish or withdraw, so that it fits what is wanted and allowed; one change at a time. */
  private settle(): Promise<void> {
    return this.inTurn(async () => {
      if (this.copy && !this.line.isPublished) await this.withdraw();
      const isReady = this.maySpeak && this.line.state === "connected";
      if (this.wanted && isReady && !this.copy) await this.publish();
      else if (this.copy && !(this.wanted && this.isAlive)) await this.withdraw();
    });
  }

  private async publish(): Promise<void> {
    for (let tries = 0; tries < PUBLISH_TRIES; tries++) {
      if (await this.hasPublished()) break;
      await pause(PUBLISH_AGAIN_MS);
    }
    this.changed(this);
  }

  /** Try once; false: the line broke, or the right was taken away meanwhile. */
  private async hasPublished(): Promise<boolean> {
    const copy = await this.microphone.copy();
    // Asking for the microphone may have taken a while.
    if (!this.wanted || !this.maySpeak) {
      copy.stop();
      return true;
    }
    copy.enabled = !this.microphone.isMuted;
    this.copy = copy;
    try {
      await within(this.line.publish(copy), PUBLISH_WITHIN_MS);
      await this.line.mute(this.microphone.isMuted);
      return true;
    } catch {
      await this.withdraw();
      return false;
    }
  }

  private async withdraw(): Promise<void> {
    const copy = this.copy;
    this.copy = null;
    copy?.stop();
    // What isn't there any more can't be taken down, and need not be.
    await this.line.unpublish().catch(() => {});
    this.changed(this);
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.work.then(step);
    this.work = done.catch(() => {});
    return done;
  }
}
