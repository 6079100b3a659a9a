import { expect, test } from "vitest";
import type { Call, Transfer } from "../api/client";
import { audience, Board, handedOver, isRinging, rungFor } from "./board";

const ME = "agt_a";

function call(people: Call["people"], more: Partial<Call> = {}): Call {
  return {
    id: "call_1",
    caller: { id: "caller_1", name: "Maya" },
    about: null,
    agent: { id: ME, name: "Ada" },
    asked_for: null,
    room: "room-a",
    state: "talking",
    responsible: { kind: "agent", id: ME },
    people,
    transfer_id: null,
    created_at: "2026-11-23T00:00:00Z",
    ended_at: null,
    ...more,
  };
}

function person(id: string, role: "caller" | "agent", room: string, speaks = true, hears = true) {
  return { id, name: id, role, room, speaks, hears };
}

const CALLER = person("caller_1", "caller", "room-a");

test("an agent in the caller's room is heard by the caller", () => {
  expect(audience(ME, call([CALLER, person(ME, "agent", "room-a")]), ["room-a"], [])).toBe(
    "caller",
  );
});

test("an agent in room B is private", () => {
  const people = [
    CALLER,
    person(ME, "agent", "room-a", false, false),
    person(ME, "agent", "room-b"),
  ];
  expect(audience(ME, call(people), ["room-b"], [])).toBe("private");
});

test("while page and record disagree, the caller counts as hearing", () => {
  const stale = call([CALLER, person(ME, "agent", "room-b")]);
  expect(audience(ME, stale, ["room-a"], [])).toBe("caller");
  const early = call([CALLER, person(ME, "agent", "room-a")]);
  expect(audience(ME, early, ["room-b"], [])).toBe("caller");
});

test("who is seen in the room hears, though nobody has told of the move yet", () => {
  const early = call([CALLER, person(ME, "agent", "room-b")]);
  expect(audience(ME, early, ["room-b"], ["room-b"])).toBe("caller");
});

test("whoever speaks nowhere is heard by nobody", () => {
  expect(audience(ME, call([CALLER]), [], [])).toBe("nobody");
  expect(audience(ME, null, [], [])).toBe("nobody");
});

test("an older answer doesn't overwrite what the stream has told", () => {
  const board = new Board();
  const line = { at: "2026-11-23T00:00:00Z", event: "requested", text: "" };
  const now = { id: "tr_1", phase: "briefing", timeline: [line, line] } as unknown as Transfer;
  const before = { id: "tr_1", phase: "offering", timeline: [line] } as unknown as Transfer;
  board.told("transfer", now);
  board.keep(before);
  expect(board.transfers.get("tr_1")?.phase).toBe("briefing");
});

test("it rings for agent B alone, and only until she has answered", () => {
  const offer = { to: { agent: ME }, phase: "offering", decided_by: null } as unknown as Transfer;
  expect(isRinging(offer, ME)).toBe(true);
  expect(isRinging(offer, "agt_other")).toBe(false);
  expect(isRinging({ ...offer, phase: "briefing" }, ME)).toBe(false);
});

const UNTIL = "2026-11-23T00:01:00Z";
const SOONER = Date.parse(UNTIL) - 1000;

function completed(more: object = {}): Transfer {
  const agents = { agent_a: { id: ME, name: "Ada" }, to: { agent: "agt_b" } };
  const timeline = [{ at: UNTIL, event: "ended", text: "" }];
  const about = { id: "tr_1", call_id: "call_1", timeline, take_back_until: UNTIL };
  return { ...about, ...agents, ...more } as unknown as Transfer;
}

test("whoever handed a caller over may have them back, until it is too late", () => {
  const board = new Board();
  board.told("transfer", completed());
  expect(handedOver(board, ME, SOONER)?.call_id).toBe("call_1");
  expect(handedOver(board, ME, Date.parse(UNTIL))).toBeNull();
  expect(handedOver(board, "agt_b", SOONER)).toBeNull();
});

test("a transfer without a way back offers none, and neither does a call that has ended", () => {
  const board = new Board();
  board.told("transfer", completed({ take_back_until: null }));
  expect(handedOver(board, ME, SOONER)).toBeNull();
  board.told("transfer", completed());
  board.told("call", call([], { state: "ended" }));
  expect(handedOver(board, ME, SOONER)).toBeNull();
});

test("a lost caller rings for the agent who handed them over, and for nobody else", () => {
  const board = new Board();
  const rings = { id: ME, name: "Ada" };
  board.told("call", call([CALLER], { agent: null, state: "waiting", rings }));
  expect(rungFor(board, ME)?.id).toBe("call_1");
  expect(rungFor(board, "agt_b")).toBeNull();
  board.told("call", call([CALLER], { rings: null }));
  expect(rungFor(board, ME)).toBeNull();
});
