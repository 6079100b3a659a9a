/** A caller's page: the standby seat, and the move without a gap. */

import type { Sound } from "./contract";
import { Follower } from "./follower";
import type { Place } from "./place";
import { until } from "./time";

/** An agent's or a supervisor's identity; what hosts and briefers say is no arrival. */
const PEOPLE = /^(agt|sup)_/;
const ARRIVE_WITHIN_MS = 15_000;
/** Our first word is still in B's buffer when B has our track: who left at once would be unheard. */
const OVERLAP_MS = 150;

/** Follows a caller from room to room; there is never a moment with none. */
export class CallerFollower extends Follower {
  private home: Place | null = null;
  private readonly arriving = new Set<Place>();

  /** The room in which the caller is served. */
  get homeRoom(): string | null {
    return this.home?.room ?? null;
  }

  override async leaveAll(): Promise<void> {
    this.home = null;
    await super.leaveAll();
  }

  /** In both rooms for the moment of the move, so that no word is lost. */
  protected speakers(open: Place[]): Place[] {
    return open;
  }

  protected override placeChanged(place: Place): void {
    const wasHome = this.home === place;
    super.placeChanged(place);
    // After a reload the standby seat may be there first: nobody is served where they can't speak.
    if (!this.home && place.line.state === "connected" && place.maySpeak) this.home = place;
    if (place.maySpeak && this.home !== place && !this.arriving.has(place)) {
      this.arriving.add(place);
      void this.arrive(place).finally(() => this.arriving.delete(place));
    }
    const isOver = place.line.whyGone === "closed" || place.line.whyGone === "removed";
    if (wasHome && isOver) void this.goWhereWanted();
  }

  /** The standby seat was opened: speak there, and leave the old room once an agent is heard. */
  private async arrive(place: Place): Promise<void> {
    const old = this.home;
    if (old && old.room === place.room) {
      this.home = place;
      return;
    }
    if (!(await place.isReceived())) return;
    const gap = await this.heardAfter(old, place);
    if (gap === null || !place.isAlive || this.home === place) return;
    this.home = place;
    if (old) await this.leave(old);
    const transferId = this.transfers.get(place.room);
    // Nobody needs the report for the move itself, and it may come after the end.
    if (transferId) await this.api.arrived(transferId, gap).catch(() => {});
  }

  /** Wait until an agent is heard in the new room; the silence between the rooms in ms, or null. */
  private async heardAfter(old: Place | null, place: Place): Promise<number | null> {
    const before = new Ear(old, (sound) => !sound.muted);
    const after = new Ear(place, (sound) => PEOPLE.test(sound.who));
    const over = () => {
      before.listen();
      after.listen();
      return after.firstAt !== null || !place.isAlive;
    };
    if (!(await until(over, ARRIVE_WITHIN_MS)) || after.firstAt === null) return null;
    const heard = after.firstAt;
    const leaveAt = performance.now() + OVERLAP_MS;
    await until(() => {
      before.listen();
      return performance.now() >= leaveAt;
    }, OVERLAP_MS);
    return Math.round(heard - (before.lastAt ?? heard));
  }

  /** Step 4 of the contract: the api always knows where to be now. */
  private async goWhereWanted(): Promise<void> {
    this.home = await this.insist(() => this.api.callSeat(this.callId));
    this.changed();
  }
}

/** Notes when the sound of a room was first and last played; a muted person's silence counts. */
class Ear {
  firstAt: number | null = null;
  lastAt: number | null = null;
  private readonly stamps = new Map<string, number>();

  constructor(
    private readonly place: Place | null,
    private readonly counts: (sound: Sound) => boolean,
  ) {
    for (const { who, stamp } of this.sounds()) this.stamps.set(who, stamp);
  }

  /** Look again whether something was played. */
  listen(): void {
    for (const { who, stamp, muted } of this.sounds()) {
      if (stamp === (this.stamps.get(who) ?? 0) && !muted) continue;
      this.stamps.set(who, stamp);
      this.lastAt = performance.now();
      this.firstAt ??= this.lastAt;
    }
  }

  private sounds(): Sound[] {
    return this.place?.line.sounds().filter(this.counts) ?? [];
  }
}
