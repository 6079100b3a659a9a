/** What the module needs from the outside: a few words of the HTTP contract, and a line to a room. */

/** One person's place in one room: where to connect, and with which token. */
export interface Seat {
  url: string;
  room: string;
  identity: string;
  token: string;
}

/** `event: seat` of the event stream: there is a seat to ask for. */
export interface SeatNotice {
  call_id: string;
  transfer_id: string | null;
  room: string;
  why: string;
}

/** The three requests of the contract that following needs; each rejects with a `Refused`. */
export interface SeatApi {
  callSeat(callId: string): Promise<Seat>;
  transferSeat(transferId: string): Promise<Seat>;
  arrived(transferId: string, gapMs: number | null): Promise<void>;
}

/** An answer that repeating won't change: 401, 403, 404 or 409. Any other failure is worth a retry. */
export class Refused extends Error {
  override name = "Refused";
}

/** There is no line yet; it is tried again by itself. */
export class Unconnected extends Error {
  override name = "Unconnected";
}

/** Somebody's sound as it is played here; `stamp` changes with every packet that is. */
export interface Sound {
  who: string;
  stamp: number;
  muted: boolean;
}

/** How a connection stands; `lost` is being mended by the line itself, `gone` is for good. */
export type LineState = "new" | "connected" | "lost" | "gone";

/** Why a connection is gone for good. */
export type WhyGone = "left" | "elsewhere" | "removed" | "closed" | "failed";

/**
 * One connection to one room. `livekit.ts` makes it from the LiveKit client; tests make their own.
 *
 * It plays whatever it receives, and calls `changed` after any change of what can be read here.
 */
export interface Line {
  readonly state: LineState;
  readonly whyGone: WhyGone | null;
  readonly mayPublish: boolean;
  readonly maySubscribe: boolean;
  /** Somebody receives the microphone that is published here. */
  readonly isSubscribed: boolean;
  /** The server has taken the microphone down by itself: it must be published anew. */
  readonly isPublished: boolean;
  /** The identities of the others in the room; a standby seat is hidden until it is opened. */
  readonly company: string[];
  changed: () => void;
  /** Rejects with an `Unconnected`. */
  connect(seat: Seat): Promise<void>;
  publish(microphone: MediaStreamTrack): Promise<void>;
  unpublish(): Promise<void>;
  replace(microphone: MediaStreamTrack): Promise<void>;
  mute(muted: boolean): Promise<void>;
  sounds(): Sound[];
  leave(): Promise<void>;
}

/** Makes the line to a room. */
export type OpenLine = () => Line;
