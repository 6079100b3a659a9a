/** Trying it alone: robots take the other seats, where this installation has some. */

import { Api, Problem } from "../api/client";
import { asked, taken } from "./address";
import { askUntil } from "./again";
import { Observable } from "./observable";

export type TrySeat = "caller" | "agent_a" | "agent_b";

interface Playing {
  id: string;
  says: string;
  is_over: boolean;
  asked_for: string;
}

const KEPT = "warm-transfer-rehearsal";
const LOOK_EVERY_MS = 1000;

/** What the robots do, and the red button. */
export class Rehearsal extends Observable {
  /** Where the robots are; null: there are none here. */
  url: string | null = null;
  playing: Playing | null = null;
  /** The worker was killed, and when. */
  killedAt: number | null = null;

  /** Look for robots, which come last on a first start, until the function given back is called. */
  lookOut(): () => void {
    return askUntil(() => this.find());
  }

  /** Go on with a rehearsal after a reload; where there was none, there is nothing to look for. */
  goOn(): (() => void) | undefined {
    return sessionStorage.getItem(KEPT) === null ? undefined : this.lookOut();
  }

  /** Let robots take the other seats; gives back the robot that a caller should ask for. */
  async start(seat: TrySeat, problem: string, agent = ""): Promise<string> {
    await this.find();
    const playing = (await this.ask("rehearsals", { seat, problem, agent })) as Playing;
    sessionStorage.setItem(KEPT, playing.id);
    void this.watch(playing.id);
    return playing.asked_for;
  }

  /** Kill the worker with -9. */
  async killWorker(): Promise<void> {
    await this.ask("kill-worker", { sure: true });
    this.killedAt = Date.now();
    this.touch();
  }

  private async ask(path: string, body: object): Promise<unknown> {
    if (!this.url) throw new Problem("There are no robots here: `make up` starts them.", 0, "");
    const headers = { "Content-Type": "application/json" };
    const sent = { method: "POST", headers, body: JSON.stringify(body) };
    const answer = await fetch(`${this.url}/${path}`, sent).catch(() => null);
    if (!answer) throw new Problem("The robots don't answer. Try again in a moment.", 0, "");
    const told: unknown = await answer.json();
    if (answer.ok) return told;
    throw new Problem((told as { detail: string }).detail, answer.status, "");
  }

  /** Where the robots are; empty: there are none here; null: they aren't there yet. */
  private async find(): Promise<string | null> {
    if (this.url) return this.url;
    const { rehearsal_url } = await new Api().installation();
    if (!rehearsal_url) return "";
    const there = await fetch(`${rehearsal_url}/openapi.json`).catch(() => null);
    if (!there?.ok) return null;
    this.url = rehearsal_url;
    this.touch();
    const id = sessionStorage.getItem(KEPT);
    if (id) void this.watch(id);
    return this.url;
  }

  private async watch(id: string): Promise<void> {
    while (!this.playing?.is_over) {
      const answer = await fetch(`${this.url ?? ""}/rehearsals/${id}`).catch(() => null);
      if (answer?.status === 404) break;
      if (answer?.ok) this.playing = (await answer.json()) as Playing;
      this.touch();
      await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    }
    sessionStorage.removeItem(KEPT);
  }
}

export const rehearsal = new Rehearsal();

/** What the home page asked this page to try; asked once, so that a reload doesn't try again. */
export function takeWish(): { seat: TrySeat; problem: string } | null {
  const seat = asked("try");
  if (seat !== "caller" && seat !== "agent_a" && seat !== "agent_b") return null;
  taken("try");
  return { seat, problem: taken("about") ?? "" };
}
