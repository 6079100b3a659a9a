/** An agent's page, without its looks: be it Agent A or Agent B. */

import { Api, type Call, type Decision, type Person, type Transfer } from "../api/client";
import { followAsAgent, Refused, type SeatNotice } from "../follow";
import { type Audience, audience, Board, isRinging, servedBy, transferOf } from "./board";
import { Page } from "./page";
import { rehearsal, takeWish } from "./rehearsal";
import { keep, kept, type SignedIn } from "./session";

/** In these agent A may be in room B. */
const CONSULTED = ["consulting", "moving", "introducing"];
/** In these agent B is in room B. */
const ANSWERED = ["briefing", ...CONSULTED];

/** Somebody who answers calls, hands them over, and takes them over. */
export class AgentDesk extends Page {
  me: Person | null = null;
  board = new Board();
  /** The transfer that ended last, until it was read. */
  ended: Transfer | null = null;
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
    this.follower.changed = this.touch;
    const signedIn = kept(this.store) as SignedIn | null;
    if (signedIn) this.enter(signedIn);
    if (role === "agent") void this.tryAlone();
  }

  /** The call one serves, or takes part in by a transfer. */
  get call(): Call | null {
    const served = servedBy(this.board, this.id);
    if (served) return served;
    const transfer = this.transfer;
    const isIn = transfer && this.follower.places.size > 0;
    return isIn ? (this.board.calls.get(transfer.call_id) ?? null) : null;
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
    return this.board.runningCalls.filter((call) => call.state === "waiting" && !call.transfer_id);
  }

  get state(): string {
    return this.board.agents.find((agent) => agent.id === this.id)?.state ?? "away";
  }

  /** Who hears what is said into this microphone. */
  get audience(): Audience {
    return audience(this.id, this.call, this.follower.heardIn);
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
    return this.act("answer", async () => {
      const { call, seat } = await this.api.answer(callId);
      this.board.told("call", call);
      await this.follower.enter(call.id, seat);
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
    if (kind === "seat") {
      void this.follower.offered(view as SeatNotice);
      return;
    }
    const wasReady = this.board.isReady;
    this.board.told(kind, view);
    if (kind === "transfer") this.noteEnd(view as Transfer);
    if (!wasReady && this.board.isReady) void this.resume();
    else if (this.isOut(kind, view)) void this.follower.leaveAll();
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

  private async sitInRoomB(transfer: Transfer): Promise<void> {
    await this.follower.goToRoomB(transfer.call_id, transfer.id, transfer.rooms);
  }

  /** Sit where one should be: the page was reloaded, or had missed too much. */
  private async resume(): Promise<void> {
    if (this.role === "supervisor") return;
    const served = servedBy(this.board, this.id);
    const { transfer } = this;
    const isIn = transfer !== null && this.isInRoomB(transfer);
    const callId = served?.id ?? (isIn ? transfer.call_id : null);
    // The call's seat is A's, and B's second one where the caller's client does nothing.
    if (callId) await this.follower.enter(callId).catch(unlessRefused);
    if (isIn) await this.sitInRoomB(transfer).catch(unlessRefused);
  }

  private isInRoomB(transfer: Transfer): boolean {
    const phases = transfer.to.agent === this.id ? ANSWERED : CONSULTED;
    return phases.includes(transfer.phase);
  }

  private noteEnd(transfer: Transfer): void {
    const isMine = transfer.agent_a.id === this.id || transfer.to.agent === this.id;
    if (transfer.phase === "ended" && isMine) this.ended = transfer;
  }

  /** It is said, not just not denied, that one has no part in one's call any more. */
  private isOut(kind: string, view: unknown): boolean {
    const { callId } = this.follower;
    if (kind === "call") {
      const call = view as Call;
      const isAnothers = call.agent !== null && call.agent.id !== this.id && !this.transfer;
      return call.id === callId && (call.state === "ended" || isAnothers);
    }
    if (kind !== "transfer") return false;
    const { call_id, phase, outcome, agent_a } = view as Transfer;
    const isOver = call_id === callId && phase === "ended";
    return isOver && (outcome === "completed") === (agent_a.id === this.id);
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}

/** Whose a token is; the api has checked it. */
function personIn(token: string): Person {
  const [, claims = ""] = token.split(".");
  const text = atob(claims.replace(/-/g, "+").replace(/_/g, "/"));
  const { sub, name, role } = JSON.parse(text) as Person & { sub: string };
  return { id: sub, name, role };
}
