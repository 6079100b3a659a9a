import { expect, test } from "vitest";
import type { Attempt, Call, Transfer } from "../api/client";
import { Board } from "./board";
import { isOut, newsOfCall, newsOfTransfer, type Part } from "./news";

const [ADA, BEA, DAN] = ["Ada", "Bea", "Dan"].map((name) => ({ id: `agt_${name}`, name })) as [
  Call["caller"],
  Call["caller"],
  Call["caller"],
];
const IN_CALL: Part = { me: BEA.id, callId: "call_1", isMine: false, isInTransfer: false };

function call(agent: Call["agent"]): Call {
  return {
    id: "call_1",
    caller: { id: "caller_1", name: "Maya" },
    agent,
    state: "talking",
  } as Call;
}

function asked(b: Call["caller"], ...attempts: [Call["caller"], Attempt["outcome"]][]): Transfer {
  const tried = attempts.map(([to, outcome]) => ({ to, outcome }));
  const people = { agent_a: ADA, agent_b: b, to: { agent: b.id }, attempts: tried };
  return { id: "tr_1", call_id: "call_1", phase: "offering", ...people } as unknown as Transfer;
}

test("an agent from whom the caller was taken back leaves, and is told who has them", () => {
  const board = new Board();
  board.transfers.set("tr_1", asked(BEA));
  expect(isOut(IN_CALL, "call", call(ADA))).toBe(true);
  expect(newsOfCall(board, BEA.id, call(ADA))).toContain("Ada has taken Maya back");
  expect(newsOfCall(board, BEA.id, call(DAN))).toContain("Dan has Maya now");
});

test("an agent on her way back stays, though somebody else still has the caller", () => {
  expect(isOut({ ...IN_CALL, me: ADA.id, isMine: true }, "call", call(BEA))).toBe(false);
});

test("a late word about the transfer doesn't put out an agent who has the caller again", () => {
  const ended = { ...asked(BEA), phase: "ended", outcome: "completed" };
  const ada = { ...IN_CALL, me: ADA.id };
  expect(isOut(ada, "transfer", ended)).toBe(true);
  expect(isOut({ ...ada, isMine: true }, "transfer", ended)).toBe(false);
});

test("whoever isn't asked any more leaves, and is told who is next", () => {
  const now = asked(DAN, [BEA, "cancelled"], [DAN, null]);
  expect(isOut(IN_CALL, "transfer", now)).toBe(true);
  expect(newsOfTransfer(BEA.id, asked(BEA), now)).toContain("Dan is next");
  expect(newsOfTransfer(BEA.id, now, now)).toBe("");
});

test("whoever is asked now, and whoever asks, stay", () => {
  const now = asked(DAN, [BEA, "cancelled"], [DAN, null]);
  expect(isOut({ ...IN_CALL, me: DAN.id }, "transfer", now)).toBe(false);
  expect(isOut({ ...IN_CALL, me: ADA.id }, "transfer", now)).toBe(false);
  expect(newsOfTransfer(ADA.id, asked(BEA), now)).toBe("");
});

test("whoever declined knows", () => {
  const now = asked(DAN, [BEA, "declined"], [DAN, null]);
  expect(newsOfTransfer(BEA.id, asked(BEA), now)).toBe("");
});
