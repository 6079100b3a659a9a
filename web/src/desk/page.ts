/** What callers' and agents' pages share: a stream, problems as sentences, and what is under way. */

import { Problem } from "../api/client";
import { EventStream, type OpenStream, type StreamState } from "../events/stream";
import { inTurn } from "../events/turns";
import { type AgentFollower, type CallerFollower, Refused, Unconnected } from "../follow";
import { Observable } from "./observable";

const UNCONNECTED = "You couldn't be connected to the call. It is tried again by itself.";

/** What is never kept waiting by something else that is under way, and may take its seat away. */
const URGENT = ["hang-up", "cancel", "decline", "back-to-caller"];

/** Base of a page's state; everything on it may be read while rendering. */
export abstract class Page extends Observable {
  /** A sentence about what went wrong last; empty: nothing did. */
  problem = "";
  /** A sentence about what others have decided; empty: nothing new. */
  news = "";
  /** Sits in the rooms of the call. */
  abstract readonly follower: AgentFollower | CallerFollower;
  private stream: EventStream | null = null;
  private readonly underWay = new Set<string>();

  get streamState(): StreamState {
    return this.stream?.state ?? "connecting";
  }

  /** What is under way, by the name of the action that was begun first; buttons wait for it. */
  get busy(): string | null {
    const [first] = this.underWay;
    return first ?? null;
  }

  /** The button of an action waits for what is under way. */
  waits(name: string): boolean {
    return this.underWay.has(name) || (this.busy !== null && !URGENT.includes(name));
  }

  /** Do something a person asked for, if it needn't wait; a failure becomes a sentence. */
  async act(name: string, action: () => Promise<unknown>): Promise<boolean> {
    if (this.waits(name)) return false;
    this.underWay.add(name);
    this.problem = this.news = "";
    this.touch();
    try {
      await action();
      return true;
    } catch (error) {
      this.problem = sentence(error);
      return false;
    } finally {
      this.underWay.delete(name);
      this.touch();
    }
  }

  /** Do something that no button waits for; a failure becomes a sentence. */
  async byItself(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.problem = sentence(error);
      this.touch();
    }
  }

  /** The sentence was read. */
  dismiss(): void {
    this.problem = this.news = "";
    this.touch();
  }

  /** A seat changed. What is tried by itself is said for as long as that is true. */
  protected readonly seatChanged = () => {
    if (this.problem === UNCONNECTED && !this.follower.isTrying) this.problem = "";
    this.touch();
  };

  /** Hear one event of the stream. */
  protected abstract told(kind: string, view: unknown): void;

  /** Follow the event stream until `unfollow`. */
  protected follow(open: OpenStream): void {
    this.unfollow();
    const told = (kind: string, view: unknown) => {
      this.told(kind, view);
      this.touch();
    };
    this.stream = new EventStream(open, told, this.touch, inTurn);
    window.addEventListener("online", this.hurry);
    window.addEventListener("offline", this.hurry);
    void this.stream.start();
  }

  /** Follow no more. */
  protected unfollow(): void {
    this.stream?.stop();
    this.stream = null;
    window.removeEventListener("online", this.hurry);
    window.removeEventListener("offline", this.hurry);
  }

  private readonly hurry = () => this.stream?.hurry();
}

/** Say what went wrong, and what to do. */
export function sentence(error: unknown): string {
  if (error instanceof Problem || error instanceof Refused) return error.message;
  if (error instanceof Unconnected) return UNCONNECTED;
  return "Something went wrong here. Reload the page: your call goes on.";
}
