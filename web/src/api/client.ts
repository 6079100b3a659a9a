/** The HTTP contract, typed by the api's own description. */

import { Refused, type Seat, type SeatApi } from "../follow";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Call = Schemas["CallView"];
export type CallerCall = Schemas["CallerCallView"];
export type Transfer = Schemas["TransferView"];
export type Attempt = Schemas["AttemptView"];
export type CallerTransfer = Schemas["CallerTransferView"];
export type Agent = Schemas["AgentView"];
export type Briefing = Schemas["BriefingView"];
export type Turn = Schemas["Turn"];
export type Installation = Schemas["Installation"];
export type Person = Schemas["api__answers__PersonView"];
export type Phase = Schemas["Phase"];
export type Outcome = Schemas["Outcome"];
export type Decision =
  "accept" | "decline" | "complete" | "cancel" | "back-to-caller" | "leave" | "speak" | "hush";

/** Characters of a briefing that the api takes. */
export const LONGEST_BRIEFING = 1200;
const PATIENCE_MS = 12_000;
/** A network that swallows everything would say nothing for minutes. */
const ANSWER_WITHIN_MS = 10_000;
const AGAIN_AFTER_MS = 1000;
const AWAY = "The service can't be reached just now. Try again in a moment.";

/** The api said no, or nothing; the message is a sentence for whoever uses the page. */
export class Problem extends Error {
  override name = "Problem";
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
  }
}

/** Where the api is: beside the pages, unless the build was told otherwise (`VITE_API_URL`). */
export function apiUrl(path: string): URL {
  const base = document.querySelector<HTMLMetaElement>('meta[name="api"]')?.content ?? "./";
  return new URL(path, new URL(base, document.baseURI));
}

/** One person's requests; carries their token. */
export class Api {
  constructor(readonly token: string = "") {}

  /** Send a request; what the api couldn't do just now is repeated with the same key. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    const key = newKey();
    let answer = await this.send(method, path, body, key);
    while ((!answer || answer.status === 503) && Date.now() < deadline) {
      await new Promise((done) => setTimeout(done, AGAIN_AFTER_MS));
      answer = await this.send(method, path, body, key);
    }
    if (!answer) throw unreachable();
    if (!answer.ok) throw await problemOf(answer);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  /** The event stream, from where it was cut. */
  events(lastId: string | null, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {
      Accept: "text/event-stream",
      Authorization: `Bearer ${this.token}`,
    };
    if (lastId) headers["Last-Event-ID"] = lastId;
    return fetch(apiUrl("v1/me/events"), { headers, signal, cache: "no-store" });
  }

  installation(): Promise<Installation> {
    return this.ask("GET", "v1/installation");
  }

  signIn(name: string, role: "agent" | "supervisor"): Promise<Schemas["SignedInView"]> {
    return this.ask("POST", "v1/sign-in", { name, role });
  }

  signOut(): Promise<Person> {
    return this.ask("POST", "v1/sign-out");
  }

  availability(state: "available" | "away"): Promise<Person> {
    return this.ask("PUT", "v1/me/availability", { state });
  }

  agents(): Promise<Agent[]> {
    return this.ask("GET", "v1/agents");
  }

  startCall(call: Schemas["StartCall"]): Promise<Schemas["CallStarted"]> {
    return this.ask("POST", "v1/calls", call);
  }

  calls(state: Call["state"]): Promise<Call[]> {
    return this.ask("GET", `v1/calls?state=${state}&limit=20`);
  }

  answer(callId: string): Promise<Schemas["CallAnswered"]> {
    return this.ask("POST", `v1/calls/${callId}/answer`);
  }

  takeBack(callId: string): Promise<Schemas["CallAnswered"]> {
    return this.ask("POST", `v1/calls/${callId}/take-back`);
  }

  end(callId: string): Promise<unknown> {
    return this.ask("POST", `v1/calls/${callId}/end`);
  }

  turns(callId: string): Promise<Turn[]> {
    return this.ask("GET", `v1/calls/${callId}/turns`);
  }

  say(callId: string, text: string, kind: Turn["kind"]): Promise<Turn> {
    return this.ask("POST", `v1/calls/${callId}/turns`, { text, kind });
  }

  summary(callId: string): Promise<Briefing> {
    return this.ask("POST", `v1/calls/${callId}/summary`);
  }

  /** A text as it would be spoken, as sound. */
  async speech(callId: string, text: string): Promise<Blob> {
    const answer = await this.send("POST", `v1/calls/${callId}/speech`, { text }, newKey());
    if (!answer) throw unreachable();
    if (!answer.ok) throw await problemOf(answer);
    return answer.blob();
  }

  transfers(query: Record<string, string> = {}): Promise<Transfer[]> {
    return this.ask("GET", `v1/transfers?${new URLSearchParams({ limit: "20", ...query })}`);
  }

  transfer(transferId: string): Promise<Transfer> {
    return this.ask("GET", `v1/transfers/${transferId}`);
  }

  startTransfer(wanted: Partial<Schemas["StartTransfer"]>): Promise<Transfer> {
    return this.ask("POST", "v1/transfers", wanted);
  }

  editBriefing(transferId: string, text: string): Promise<Transfer> {
    return this.ask("PUT", `v1/transfers/${transferId}/briefing`, { text });
  }

  decide(transferId: string, decision: Decision, body: object = {}): Promise<Transfer> {
    return this.ask("POST", `v1/transfers/${transferId}/${decision}`, body);
  }

  redirect(transferId: string, agent: string): Promise<Transfer> {
    return this.ask("POST", `v1/transfers/${transferId}/redirect`, { to: { agent } });
  }

  /** What the following module needs of all this. */
  get seats(): SeatApi {
    const seat = (path: string) => this.ask<Seat>("POST", path).catch(refuse);
    return {
      callSeat: (callId) => seat(`v1/calls/${callId}/seat`),
      transferSeat: (transferId) => seat(`v1/transfers/${transferId}/seat`),
      arrived: (transferId, gapMs) =>
        this.ask("POST", `v1/transfers/${transferId}/arrived`, { gap_ms: gapMs }),
    };
  }

  /** Null: there was no answer, or none in time. */
  private send(method: string, path: string, body: unknown, key: string): Promise<Response | null> {
    const headers: Record<string, string> = {};
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (method === "POST") headers["Idempotency-Key"] = key;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), ANSWER_WITHIN_MS);
    // Until an answer begins: what it brings, like a minute of speech, may take its time.
    return fetch(apiUrl(path), { method, headers, body: sent, signal: patience.signal })
      .catch(() => null)
      .finally(() => clearTimeout(timer));
  }
}

function refuse(error: unknown): never {
  const isFinal = error instanceof Problem && [401, 403, 404, 409].includes(error.status);
  throw isFinal ? new Refused(error.message) : error;
}

function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(5)).join("-");
}

async function problemOf(answer: Response): Promise<Problem> {
  // Its own words are for programs.
  if (answer.status === 503) return new Problem(AWAY, 503, "unavailable");
  const told = (await answer.json().catch(() => ({}))) as Partial<Schemas["Problem"]>;
  const detail = told.detail ?? "The server gave no reason. Try again.";
  return new Problem(detail, answer.status, told.code ?? "");
}

function unreachable(): Problem {
  return new Problem("The server can't be reached. Check the network, then try again.", 0, "");
}
