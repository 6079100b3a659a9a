/** What callers' and agents' pages share: sitting in rooms, and coming back to them. */

import type { OpenLine, Seat, SeatApi, SeatNotice } from "./contract";
import { Refused, Unconnected } from "./contract";
import type { Microphone } from "./microphone";
import { Place } from "./place";
import { pause } from "./time";

/**
 * A tenth of what it has taken already passes between two attempts, and so much at least and at
 * most: what an outage cost is not made longer, and a call's history has room for 2,000 questions.
 */
const SOONEST_MS = 500;
const LATEST_MS = 5_000;

type Ask = () => Promise<Seat>;

/** Follows one person through their call. `changed` is called after whatever a page may show. */
export abstract class Follower {
  /** The rooms one sits in, by name. */
  readonly places = new Map<string, Place>();
  /** The same person is here in another tab, which has the call now. */
  isElsewhere = false;
  changed = () => {};
  /** The call one takes part in; empty: none. */
  callId = "";
  /** Which transfer a room was offered for. */
  protected readonly transfers = new Map<string, string>();
  private readonly joining = new Map<string, Promise<Place>>();
  private asking = 0;

  constructor(
    protected readonly api: SeatApi,
    protected readonly openLine: OpenLine,
    readonly microphone: Microphone,
  ) {
    microphone.changed = () => this.changed();
    microphone.lost = () => void this.exchange(microphone.replaceLost());
  }

  /**
   * Take part in a call; with the seat that came with it, or, after a reload, by asking where to be.
   * Rejects when that fails: with an `Unconnected` where it is tried until it is done.
   */
  async enter(callId: string, seat?: Seat): Promise<void> {
    this.callId = callId;
    this.isElsewhere = false;
    const ask = tireless(() => this.api.callSeat(callId));
    await this.sitDown(ask, seat);
  }

  /** The event stream told of a seat: ask for it, whatever was thought before. */
  async offered(notice: SeatNotice): Promise<void> {
    if (this.isElsewhere) return;
    this.callId = notice.call_id;
    if (notice.transfer_id) this.transfers.set(notice.room, notice.transfer_id);
    await this.insist(() => this.seatFor(notice.room));
  }

  /** What another tab had is over. */
  forgetElsewhere(): void {
    if (!this.isElsewhere) return;
    this.isElsewhere = false;
    this.microphone.mute(false);
  }

  /** Mute or unmute, wherever one is heard. */
  async mute(muted: boolean): Promise<void> {
    this.microphone.mute(muted);
    await Promise.all([...this.places.values()].map((place) => place.mute(muted)));
  }

  /** Use another microphone, or this one again after it was allowed. */
  async switchMicrophone(deviceId?: string | null): Promise<void> {
    await this.exchange(this.microphone.reopen(deviceId));
  }

  /** Leave every room, with a goodbye, and let go of the microphone; a mute ends with the call. */
  async leaveAll(): Promise<void> {
    const places = [...this.places.values()];
    this.callId = "";
    this.places.clear();
    this.transfers.clear();
    await Promise.all(places.map((place) => place.leave()));
    this.microphone.close();
    this.microphone.mute(false);
    this.changed();
  }

  /** The rooms in which others can hear this person right now. */
  get heardIn(): string[] {
    const heard = [...this.places.values()].filter((place) => place.isHeard);
    return heard.map((place) => place.room);
  }

  /** A seat is asked for again and again, by itself. */
  get isTrying(): boolean {
    return this.asking > 0;
  }

  /** Decide where to speak, out of the places where one may. */
  protected abstract speakers(open: Place[]): Place[];

  /** Ask for the seat in a room; where else to be, if there is none any more. */
  protected async seatFor(room: string): Promise<Seat> {
    const transferId = this.transfers.get(room);
    if (transferId) {
      try {
        const seat = await this.api.transferSeat(transferId);
        // A notice of a transfer may call one back to room A, where the call's seat is.
        if (seat.room === room) return seat;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
    return this.api.callSeat(this.callId);
  }

  /**
   * Take the seat that is there, or is asked for. One that was given and can't be reached now is
   * tried until it is; one that wasn't given is not, for it would be taken when nobody expects it.
   */
  protected async sitDown(ask: Ask, seat?: Seat): Promise<void> {
    const isWanted = this.wish();
    try {
      const given = seat ?? (await ask());
      if (isWanted()) await this.take(given);
    } catch (error) {
      if (error instanceof Unconnected) {
        if (!isWanted()) return;
        void this.insist(ask);
      }
      throw error;
    }
  }

  /** Take a seat: a new connection, unless there is a living one in that room already. */
  protected take(seat: Seat): Promise<Place> {
    const place = this.places.get(seat.room);
    if (place?.isAlive) return Promise.resolve(place);
    const underWay = this.joining.get(seat.room);
    if (underWay) return underWay;
    const joining = this.join(seat).finally(() => this.joining.delete(seat.room));
    this.joining.set(seat.room, joining);
    return joining;
  }

  /** Leave one room. */
  protected async leave(place: Place): Promise<void> {
    if (this.places.get(place.room) === place) this.places.delete(place.room);
    await place.leave();
    this.changed();
  }

  /** A place changed: who speaks where is decided anew, and a lost connection made again. */
  protected placeChanged(place: Place): void {
    this.assign();
    const { whyGone } = place.line;
    if (whyGone && this.places.get(place.room) === place) {
      this.places.delete(place.room);
      if (whyGone === "elsewhere") void this.giveWay();
      if (whyGone === "failed" && place.hasJoined) void this.insist(() => this.seatFor(place.room));
    }
    this.changed();
  }

  /** Ask for a seat and take it, again and again until there is an answer; null: there is none. */
  protected async insist(ask: Ask): Promise<Place | null> {
    this.asking++;
    try {
      return await this.tryOn(ask);
    } finally {
      this.asking--;
      this.changed();
    }
  }

  private async tryOn(ask: Ask): Promise<Place | null> {
    const began = performance.now();
    const isWanted = this.wish();
    while (isWanted()) {
      try {
        const seat = await ask();
        // Asking may have taken a while, and somebody hung up.
        return isWanted() ? await this.take(seat) : null;
      } catch (error) {
        // Offered and taken back again: whoever is still wanted is told of the next seat.
        if (error instanceof Refused) return null;
        const tried = performance.now() - began;
        await pause(Math.min(Math.max(tried / 10, SOONEST_MS), LATEST_MS));
      }
    }
    return null;
  }

  /** Whether the call of this moment is still the one to be in. */
  private wish(): () => boolean {
    const { callId } = this;
    return () => callId !== "" && this.callId === callId && !this.isElsewhere;
  }

  /** Every room has the next microphone before the last one is let go of. */
  private async exchange(opening: Promise<() => void>): Promise<void> {
    const letGo = await opening;
    await Promise.all([...this.places.values()].map((place) => place.follow())).finally(letGo);
  }

  private async join(seat: Seat): Promise<Place> {
    const place = new Place(seat, this.openLine(), this.microphone);
    place.changed = (changed) => this.placeChanged(changed);
    this.places.set(seat.room, place);
    try {
      await place.join();
    } catch (error) {
      if (this.places.get(seat.room) === place) this.places.delete(seat.room);
      throw error;
    }
    return place;
  }

  private assign(): void {
    const open = [...this.places.values()].filter((place) => place.maySpeak);
    open.sort((one, other) => one.openedAt - other.openedAt);
    const speakers = new Set(this.speakers(open));
    // Silence first: so that nobody is heard in two rooms who shouldn't be.
    for (const place of this.places.values()) if (!speakers.has(place)) place.speak(false);
    for (const place of speakers) place.speak(true);
  }

  /** Another tab of this person has the call: this one steps back, and doesn't fight. */
  private async giveWay(): Promise<void> {
    const { isMuted } = this.microphone;
    // First, for a notice may come while one leaves: whoever heeded it would fight.
    this.isElsewhere = true;
    await this.leaveAll();
    this.microphone.mute(isMuted);
    this.changed();
  }
}

/** Asks for a seat that is worth trying for until there is an answer. */
export function tireless(ask: Ask): Ask {
  return () =>
    ask().catch((cause: unknown) => {
      throw cause instanceof Refused ? cause : new Unconnected("No answer yet.", { cause });
    });
}
