/** An agent's page, without its looks: be it Agent A or Agent B. */

import { Api, type Call, type Decision, type Person, type Transfer } from "../api/client";
import { followAsAgent, Refused, type Seat, type SeatNotice } from "../follow";
import { type Audience, audience, Board, handedOver } from "./board";
import { isInRoomB, isRinging, rungFor, servedBy, transferOf } from "./board";
import { isOut, newsOfCall, newsOfTransfer, type Part } from "./news";
import { Page } from "./page";
import { rehearsal, takeWish } from "./rehearsal";
import { keep, kept, personIn, type SignedIn } from "./session";

/** Somebody who answers calls, hands them over, and takes them over. */
export class AgentDesk extends Page {
  me: Person | null = null;
  board = new Board();
  /** The transfer that ended last, until it was read. */
  ended: Transfer | null = null;
  /** The call one is on one's way back to; its agent still has it. */
  private backTo = "";
  api = new Api();
  readonly follower = followAsAgent({
    callSeat: (id) => this.api.seats.callSeat(id),
    transferSeat: (id) => this.api.seats.transferSeat(id),
    arrived: (id, gap) => this.api.seats.arrived(id, gap),
  });

  constructor(
    readonly role: "agent" | "supervisor" = "agent",
    private readonly store = `warm-transfer-${role}`,
  ) {
    super();
    this.follower.changed = this.seatChanged;
    const signedIn = kept(this.store) as SignedIn | null;
    if (signedIn) this.enter(signedIn);
    if (role === "agent") void this.tryAlone();
  }

  /** The call one serves, or takes part in by a transfer. */
  get call(): Call | null {
    const served = servedBy(this.board, this.id);
    if (served || this.follower.places.size === 0) return served;
    return this.board.calls.get(this.follower.callId) ?? null;
  }

  /** The running transfer one takes part in. */
  get transfer(): Transfer | null {
    return transferOf(this.board, this.id);
  }

  /** Somebody asks this agent to take over. */
  get offer(): Transfer | null {
    return this.board.runningTransfers.find((one) => isRinging(one, this.id)) ?? null;
  }

  get waiting(): Call[] {
    const waiting = this.board.runningCalls.filter((call) => call.state === "waiting");
    return waiting.filter((call) => !call.transfer_id && call !== this.rung);
  }

  /** The call that rings for this agent, who has just handed it over: agent B was lost. */
  get rung(): Call | null {
    return this.isFree ? rungFor(this.board, this.id) : null;
  }

  /** The transfer whose caller this agent may have back. */
  get returnable(): Transfer | null {
    return this.isFree ? handedOver(this.board, this.id, Date.now()) : null;
  }

  get isFree(): boolean {
    return this.call === null && this.transfer === null;
  }

  get state(): string {
    return this.board.agents.find((agent) => agent.id === this.id)?.state ?? "away";
  }

  /** Who hears what is said into this microphone. */
  get audience(): Audience {
    return audience(this.id, this.call, this.follower.heardIn, this.follower.callersRooms);
  }

  signIn(name: string): Promise<boolean> {
    return this.act("sign-in", async () => this.enter(await new Api().signIn(name, this.role)));
  }

  /** Sign in with a token that was made for this person. */
  signInBy(token: string): Promise<boolean> {
    return this.act("sign-in", async () => {
      await new Api(token).agents();
      this.enter({ token, person: personIn(token) });
    });
  }

  signOut(): Promise<boolean> {
    return this.act("sign-out", async () => {
      await this.follower.leaveAll();
      await this.api.signOut().catch(() => {});
      this.unfollow();
      keep(this.store, null);
      this.me = null;
      this.board = new Board();
    });
  }

  setAvailable(available: boolean): Promise<boolean> {
    return this.act("availability", () => this.api.availability(available ? "available" : "away"));
  }

  answer(callId: string): Promise<boolean> {
    return this.act("answer", async () => this.sitDown(await this.api.answer(callId)));
  }

  /** Have a caller back whom one has just handed over. */
  takeBack(callId: string): Promise<boolean> {
    return this.act("take-back", async () => {
      const taken = await this.api.takeBack(callId);
      this.backTo = callId;
      this.ended = null;
      await this.sitDown(taken);
    });
  }

  /** Take the seat in room B: as agent B to answer, as agent A to talk with B. */
  goToRoomB(transfer: Transfer): Promise<boolean> {
    return this.act("room-b", () => this.sitInRoomB(transfer));
  }

  /** Answer and accept in one go. */
  acceptAtOnce(transfer: Transfer): Promise<boolean> {
    return this.act("accept", async () => {
      await this.sitInRoomB(transfer);
      this.board.keep(await this.api.decide(transfer.id, "accept"));
    });
  }

  decide(decision: Decision, body: object = {}): Promise<boolean> {
    return this.act(decision, async () => {
      const transfer = this.transfer;
      if (transfer) this.board.keep(await this.api.decide(transfer.id, decision, body));
    });
  }

  /** Have somebody else asked, instead of whoever is asked now. */
  askInstead({ id }: Transfer, agent: string): Promise<boolean> {
    return this.act("redirect", async () => this.board.keep(await this.api.redirect(id, agent)));
  }

  hangUp(call: Call): Promise<boolean> {
    return this.act("hang-up", () => this.api.end(call.id));
  }

  /** Have the call in this tab again. */
  takeHere(): Promise<boolean> {
    return this.act("take-here", () => this.resume());
  }

  /** What ended was read. */
  forget(): void {
    this.ended = null;
    this.touch();
  }

  protected told(kind: string, view: unknown): void {
    if (kind === "seat") return void this.follower.offered(view as SeatNotice);
    const wasReady = this.board.isReady;
    if (kind === "transfer") this.noteTransfer(view as Transfer);
    this.board.told(kind, view);
    if (this.call?.agent?.id === this.id) this.backTo = "";
    if (this.board.isReady && this.isFree) this.follower.forgetElsewhere();
    if (!wasReady && this.board.isReady) void this.byItself(() => this.resume());
    else if (isOut(this.part, kind, view)) {
      if (kind === "call") this.news = newsOfCall(this.board, this.id, view as Call);
      void this.follower.leaveAll();
    }
  }

  /** Have robots play with this agent, if the home page asked for that. */
  private async tryAlone(): Promise<void> {
    const wish = takeWish();
    if (!wish || !(this.me || (await this.signIn("You")))) return;
    await this.act("try", () => rehearsal.start(wish.seat, wish.problem, this.id));
  }

  private get id(): string {
    return this.me?.id ?? "";
  }

  private enter({ token, person }: SignedIn): void {
    this.api = new Api(token);
    this.me = person;
    keep(this.store, { token, person });
    this.follow((lastId, signal) => this.api.events(lastId, signal));
    this.touch();
  }

  private async sitDown({ call, seat }: { call: Call; seat: Seat }): Promise<void> {
    this.board.told("call", call);
    await this.follower.enter(call.id, seat);
  }

  private async sitInRoomB({ call_id, id, rooms }: Transfer): Promise<void> {
    await this.follower.goToRoomB(call_id, id, rooms);
  }

  /** Sit where one should be: the page was reloaded, or had missed too much. */
  private async resume(): Promise<void> {
    if (this.role === "supervisor") return;
    const served = servedBy(this.board, this.id);
    const { transfer } = this;
    const isIn = transfer !== null && isInRoomB(transfer, this.id);
    const returnToRoomB = ({ call_id, id, rooms }: Transfer) =>
      this.follower.returnToRoomB(call_id, id, rooms);
    const callId = served?.id ?? (isIn ? transfer.call_id : null);
    // The call's seat is A's, and B's second one where the caller's client does nothing. One that
    // can't be had now keeps nobody from the other.
    await Promise.all([
      callId && this.follower.enter(callId).catch(unlessRefused),
      isIn && returnToRoomB(transfer).catch(unlessRefused),
      this.catchUp(),
    ]);
  }

  /** Whom a reloaded page may take back it knows from here. */
  private async catchUp(): Promise<void> {
    for (const one of await this.api.transfers({ limit: "5" })) this.board.keep(one);
    this.touch();
  }

  private noteTransfer(transfer: Transfer): void {
    const before = this.board.transfers.get(transfer.id);
    this.news = newsOfTransfer(this.id, before, transfer) || this.news;
    const isMine = transfer.agent_a.id === this.id || transfer.to.agent === this.id;
    if (transfer.phase === "ended" && isMine) this.ended = transfer;
  }

  private get part(): Part {
    const { callId } = this.follower;
    const isMine = [this.backTo, servedBy(this.board, this.id)?.id].includes(callId);
    return { me: this.id, callId, isMine, isInTransfer: this.transfer !== null };
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}
