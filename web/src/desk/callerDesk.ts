/** A caller's page, without its looks. */

import { Api, type CallerCall, type CallerTransfer } from "../api/client";
import { followAsCaller, Refused, type SeatNotice } from "../follow";
import { Page } from "./page";
import { rehearsal, takeWish } from "./rehearsal";
import { type Calling, keep, kept } from "./session";

const KEPT = "warm-transfer-call";

/** Calls, is served, is moved, and comes back after a reload. */
export class CallerDesk extends Page {
  call: CallerCall | null = null;
  transfer: CallerTransfer | null = null;
  /** When what is happening began to happen. */
  since = Date.now();
  private api = new Api();
  readonly follower = followAsCaller({
    callSeat: (id) => this.api.seats.callSeat(id),
    transferSeat: (id) => this.api.seats.transferSeat(id),
    arrived: (id, gap) => this.api.seats.arrived(id, gap),
  });

  constructor() {
    super();
    this.follower.changed = this.seatChanged;
    const calling = kept(KEPT) as Calling | null;
    if (calling) void this.act("call", () => this.comeBack(calling));
    else void this.tryAlone();
  }

  get isOver(): boolean {
    return this.call?.state === "ended";
  }

  /** Call. */
  start(callerName: string, about: string, agent: string): Promise<boolean> {
    return this.act("call", async () => {
      const wanted = { caller_name: callerName, about: about || null, agent: agent || null };
      const { call, seat, token } = await new Api().startCall({ ...wanted, follows: true });
      this.remember({ token, callId: call.id });
      this.call = call;
      this.since = Date.now();
      this.follow((lastId, signal) => this.api.events(lastId, signal));
      await this.follower.enter(call.id, seat);
    });
  }

  /** Hang up. */
  hangUp(): Promise<boolean> {
    return this.act("hang-up", async () => {
      const id = this.call?.id;
      await this.follower.leaveAll();
      if (id) await this.api.end(id);
    });
  }

  /** Have the call in this tab again. */
  takeHere(): Promise<boolean> {
    return this.act("take-here", () => this.follower.enter(this.call?.id ?? ""));
  }

  /** Be ready for another call. */
  again(): void {
    this.unfollow();
    keep(KEPT, null);
    this.call = this.transfer = null;
    this.touch();
  }

  protected told(kind: string, view: unknown): void {
    if (kind === "call") this.callIs(view as CallerCall);
    else if (kind === "transfer") this.transferIs(view as CallerTransfer);
    else if (kind === "seat") void this.follower.offered(view as SeatNotice);
  }

  private callIs(call: CallerCall): void {
    if (call.state !== this.call?.state) this.since = Date.now();
    this.call = call;
    if (call.state !== "ended") return;
    keep(KEPT, null);
    this.unfollow();
    void this.follower.leaveAll();
  }

  private transferIs(transfer: CallerTransfer): void {
    if (transfer.phase !== this.transfer?.phase) this.since = Date.now();
    this.transfer = transfer;
  }

  /** Call a robot, if the home page asked for that. */
  private async tryAlone(): Promise<void> {
    const wish = takeWish();
    if (!wish) return;
    let robot = "";
    const found = await this.act("try", async () => {
      robot = await rehearsal.start("caller", wish.problem);
    });
    if (found) await this.start("You", wish.problem, robot);
  }

  private async comeBack(calling: Calling): Promise<void> {
    this.remember(calling);
    this.follow((lastId, signal) => this.api.events(lastId, signal));
    try {
      await this.follower.enter(calling.callId);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.again();
    }
  }

  private remember(calling: Calling): void {
    this.api = new Api(calling.token);
    keep(KEPT, calling);
  }
}
