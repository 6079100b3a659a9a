import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Call, Transfer } from "../api/client";
import { Unconnected } from "../follow";
import { AgentDesk } from "./agentDesk";
import { sentence } from "./page";

const ADA = { id: "agt_ada", name: "Ada", role: "agent" } as const;
const CALL = {
  id: "call_1",
  agent: ADA,
  state: "talking",
  created_at: "2026-11-29",
} as unknown as Call;
const CONSULTED = {
  id: "tr_1",
  call_id: "call_1",
  agent_a: ADA,
  to: { agent: "agt_bea" },
  phase: "consulting",
  created_at: "2026-11-29",
} as unknown as Transfer;

beforeEach(() => {
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  vi.stubGlobal("location", { search: "" });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("a reload in an outage says so, asks for every seat, and knows of earlier transfers", async () => {
  const desk = new AgentDesk();
  desk.me = ADA;
  vi.spyOn(desk.follower, "enter").mockRejectedValue(new Unconnected("no way to LiveKit"));
  const roomB = vi.spyOn(desk.follower, "returnToRoomB").mockResolvedValue();
  const earlier = vi.spyOn(desk.api, "transfers").mockResolvedValue([]);
  desk["told"]("call", CALL);
  desk["told"]("transfer", CONSULTED);
  desk["told"]("agents", []);
  await vi.waitFor(() => expect(desk.problem).toContain("It is tried again"));
  expect(roomB).toHaveBeenCalled();
  expect(earlier).toHaveBeenCalled();
});

test("nobody reads a browser's own words for what went wrong", () => {
  expect(sentence(new DOMException("play() failed", "NotAllowedError"))).not.toContain("play()");
});

test("that something is tried by itself is said for as long as it is", async () => {
  const desk = new AgentDesk();
  const isTrying = vi.spyOn(desk.follower, "isTrying", "get").mockReturnValue(true);
  await desk.byItself(() => Promise.reject(new Unconnected("no way to LiveKit")));
  desk.follower.changed();
  expect(desk.problem).toContain("It is tried again");
  isTrying.mockReturnValue(false);
  desk.follower.changed();
  expect(desk.problem).toBe("");
});

test("hanging up waits for nothing else, and for itself", async () => {
  const desk = new AgentDesk();
  const never = new Promise<void>(() => {});
  void desk.act("preview", () => never);
  expect(desk.waits("answer")).toBe(true);
  expect(desk.waits("hang-up")).toBe(false);
  const end = vi.spyOn(desk.api, "end").mockReturnValue(never);
  void desk.hangUp(CALL);
  expect(await desk.hangUp(CALL)).toBe(false);
  expect(desk.waits("answer")).toBe(true);
  expect(end).toHaveBeenCalledOnce();
});

test("a call that ended in another tab is in no other tab any more", () => {
  const desk = new AgentDesk();
  desk.me = ADA;
  desk["told"]("agents", []);
  desk["told"]("call", CALL);
  desk.follower.isElsewhere = true;
  desk["told"]("call", CALL);
  expect(desk.follower.isElsewhere).toBe(true);
  desk["told"]("call", { ...CALL, state: "ended" });
  expect(desk.follower.isElsewhere).toBe(false);
});
