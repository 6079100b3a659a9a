/** An agent's page: room A, room B, and the microphone in one of them. */

import type { Seat } from "./contract";
import { Refused } from "./contract";
import { Follower, tireless } from "./follower";
import type { Place } from "./place";

/** Follows an agent, be it A or B: what she may do where is the server's doing. */
export class AgentFollower extends Follower {
  /** The caller's room of each transfer: B's second seat, where the caller's client does nothing. */
  private readonly mirrors = new Map<string, string>();

  /**
   * Take the seat in room B: to talk with B, or, as B, to answer the offer. Rejects like `enter`;
   * where the seat wasn't given, nothing of it happens later.
   */
  async goToRoomB(callId: string, transferId: string, rooms: { a: string }): Promise<void> {
    await this.sitDown(this.roomB(callId, transferId, rooms));
  }

  /** Sit in room B again, after a reload: asked for until there is an answer. Rejects like `enter`. */
  async returnToRoomB(callId: string, transferId: string, rooms: { a: string }): Promise<void> {
    await this.sitDown(tireless(this.roomB(callId, transferId, rooms)));
  }

  /** The rooms in which the caller is seen: there the caller hears, whoever has been told of it. */
  get callersRooms(): string[] {
    const isCaller = (identity: string) => identity.startsWith("caller_");
    const seen = [...this.places.values()].filter(({ line }) => line.company.some(isCaller));
    return seen.map((place) => place.room);
  }

  /** Agents are live in one room at any instant: the one that was opened last. */
  protected speakers(open: Place[]): Place[] {
    return open.slice(-1);
  }

  protected override async seatFor(room: string): Promise<Seat> {
    const transferId = this.transfers.get(room);
    if (transferId && this.mirrors.get(transferId) === room) {
      try {
        return await this.api.callSeat(this.callId);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
    return super.seatFor(room);
  }

  private roomB(callId: string, transferId: string, rooms: { a: string }): () => Promise<Seat> {
    this.callId = callId;
    this.isElsewhere = false;
    this.mirrors.set(transferId, rooms.a);
    return async () => {
      const seat = await this.api.transferSeat(transferId);
      this.transfers.set(seat.room, transferId);
      return seat;
    };
  }
}
