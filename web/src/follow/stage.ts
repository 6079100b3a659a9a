/** A stage for unit tests: a media server of a few lines, and a witness that looks every millisecond. */

import { afterEach, beforeEach, vi } from "vitest";
import type { Line, LineState, Seat, SeatApi, Sound, WhyGone } from "./contract";
import { Refused, Unconnected } from "./contract";
import type { Follower } from "./follower";
import { Microphone, type Source } from "./microphone";

const JOIN_MS = 40;
const PUBLISH_MS = 30;

/** A copy of a microphone; `isLive` is what others could hear. */
export class FakeTrack {
  enabled = true;
  ended = false;
  private readonly watchers: (() => void)[] = [];
  constructor(private readonly all: FakeTrack[]) {
    all.push(this);
  }
  addEventListener(_: "ended", watcher: () => void): void {
    this.watchers.push(watcher);
  }
  /** The device is unplugged; the copies end with it. */
  unplug(): void {
    for (const track of this.all) track.ended = true;
    for (const watcher of this.watchers) watcher();
  }
  clone(): FakeTrack {
    const copy = new FakeTrack(this.all);
    copy.enabled = this.enabled;
    return copy;
  }
  stop(): void {
    this.ended = true;
  }
  get isLive(): boolean {
    return this.enabled && !this.ended;
  }
}

/** A connection whose server is the test. */
export class FakeLine implements Line {
  state: LineState = "new";
  whyGone: WhyGone | null = null;
  mayPublish = false;
  maySubscribe = false;
  isSubscribed = false;
  track: FakeTrack | null = null;
  heard: Sound[] = [];
  company: string[] = [];
  failures = 0;
  published = 0;
  nobodySubscribes = 0;
  leavesAfterMs = 0;
  changed = () => {};
  room = "";

  constructor(private readonly server: Server) {}

  get isPublished(): boolean {
    return this.track !== null;
  }

  async connect(seat: Seat): Promise<void> {
    await wait(JOIN_MS);
    if (this.server.unreachable || this.server.refusesJoins) {
      // As LiveKit does: it ends, and says so, before the attempt is rejected.
      this.end("failed");
      throw new Unconnected("no network");
    }
    this.room = seat.room;
    this.server.lines.push(this);
    const grant = this.server.grants[seat.room] ?? { speak: false, hear: false };
    this.mayPublish = grant.speak;
    this.maySubscribe = grant.hear;
    this.state = "connected";
    this.changed();
  }

  async publish(microphone: MediaStreamTrack): Promise<void> {
    await wait(PUBLISH_MS);
    if (this.failures-- > 0) throw new Error("the answer was lost");
    if (!this.mayPublish) throw new Error("not allowed to publish");
    this.published++;
    this.track = microphone as unknown as FakeTrack;
    this.isSubscribed = this.published > this.nobodySubscribes;
  }

  async unpublish(): Promise<void> {
    this.track = null;
    this.isSubscribed = false;
  }

  async replace(microphone: MediaStreamTrack): Promise<void> {
    this.track = microphone as unknown as FakeTrack;
  }

  async mute(muted: boolean): Promise<void> {
    if (this.track) this.track.enabled = !muted;
  }

  sounds(): Sound[] {
    return this.heard.map((sound) => ({ ...sound, stamp: performance.now() }));
  }

  async leave(): Promise<void> {
    if (this.leavesAfterMs) await wait(this.leavesAfterMs);
    this.end("left");
  }

  /** The server changes what may be done here; a microphone without a right is taken down. */
  allow(speak: boolean, hear: boolean): void {
    this.mayPublish = speak;
    this.maySubscribe = hear;
    if (!speak) this.track = null;
    this.changed();
  }

  /** The network goes and the client tries to come back. */
  lose(): void {
    this.state = "lost";
    this.changed();
  }

  mend(): void {
    this.state = "connected";
    this.changed();
  }

  end(why: WhyGone): void {
    if (this.state === "gone") return;
    this.state = "gone";
    this.whyGone = why;
    this.track = null;
    this.changed();
  }
}

/** Rooms, and the api's answers about them. */
export class Server implements SeatApi {
  lines: FakeLine[] = [];
  tracks: FakeTrack[] = [];
  grants: Record<string, { speak: boolean; hear: boolean }> = {};
  callRoom = "room-a";
  roomB: string | null = null;
  unreachable = false;
  refusesJoins = false;
  asked = 0;
  hasMicrophone = true;
  /** A chosen microphone that isn't there any more. */
  goneDevice: string | null = null;
  captured = 0;
  captureMs = 0;
  /** What is captured; a test may unplug it. */
  device: FakeTrack | null = null;
  reports: (number | null)[] = [];
  rooms: number[] = [];
  microphones: number[] = [];

  readonly openLine = () => new FakeLine(this);
  readonly microphone = new Microphone({
    microphone: async (deviceId) => {
      if (!this.hasMicrophone) throw new DOMException("no", "NotAllowedError");
      if (deviceId && deviceId === this.goneDevice) throw new DOMException("no", "NotFoundError");
      this.captured++;
      if (this.captureMs) await wait(this.captureMs);
      return this.sound();
    },
    silence: () => this.sound(),
  });

  async callSeat(): Promise<Seat> {
    return this.seat(this.callRoom);
  }

  async transferSeat(): Promise<Seat> {
    return this.seat(this.roomB);
  }

  async arrived(_: string, gapMs: number | null): Promise<void> {
    this.reports.push(gapMs);
  }

  /** The newest connection to a room. */
  line(room: string): FakeLine {
    const line = this.lines.findLast((one) => one.room === room);
    if (!line) throw new Error(`nobody has joined ${room}`);
    return line;
  }

  /** Let time pass, and note every millisecond how many rooms and live microphones there are. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed++) {
      await vi.advanceTimersByTimeAsync(1);
      const alive = this.lines.filter((line) => line.state === "connected");
      this.rooms.push(alive.length);
      this.microphones.push(alive.filter((line) => line.track?.isLive).length);
    }
  }

  private async seat(room: string | null): Promise<Seat> {
    this.asked++;
    await wait(5);
    if (this.unreachable) throw new TypeError("no network");
    if (!room) throw new Refused("There is no seat for you.");
    return { url: "ws://test", room, identity: "me", token: "token" };
  }

  private sound(): Source {
    this.device = new FakeTrack(this.tracks);
    const { device } = this;
    return { track: device as unknown as MediaStreamTrack, stop: () => device.stop() };
  }
}

/** A server of its own for each test, on which time passes only when told to. */
export function freshly(begin: (server: Server) => void): void {
  beforeEach(() => {
    vi.useFakeTimers();
    begin(new Server());
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Sit in room A and be heard there. */
export async function seated(server: Server, follower: Follower): Promise<void> {
  server.grants["room-a"] = { speak: true, hear: true };
  void follower.enter("call_1");
  await vi.advanceTimersByTimeAsync(200);
  server.rooms.length = server.microphones.length = 0;
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
