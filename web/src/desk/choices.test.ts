import { expect, test } from "vitest";
import type { Phase, Transfer } from "../api/client";
import { choicesOfA, choicesOfB, isChangeable } from "./choices";

function transfer(phase: Phase, more: Partial<Transfer> = {}): Transfer {
  return { phase, accepted: false, decided_by: null, ...more } as Transfer;
}

function ofA(phase: Phase, more: Partial<Transfer> = {}): string[] {
  return choicesOfA(transfer(phase, more)).map((choice) => choice.action);
}

test("agent A may cancel until the move begins, and not after", () => {
  for (const phase of ["preparing", "offering", "briefing", "consulting"] as const) {
    expect(ofA(phase)).toContain("cancel");
  }
  for (const phase of ["moving", "introducing", "returning", "ended"] as const) {
    expect(ofA(phase)).not.toContain("cancel");
  }
});

test("somebody else may be asked until the move begins, unless it was cancelled", () => {
  for (const phase of ["preparing", "offering", "briefing", "consulting"] as const) {
    expect(isChangeable(transfer(phase))).toBe(true);
    const cancelled = { cancel: { id: "agt_a", name: "Ada" } };
    expect(isChangeable(transfer(phase, { decided_by: cancelled }))).toBe(false);
  }
  for (const phase of ["moving", "introducing", "returning", "ended"] as const) {
    expect(isChangeable(transfer(phase))).toBe(false);
  }
});

test("nobody hands over before agent B has accepted", () => {
  expect(ofA("briefing")).not.toContain("complete");
  expect(ofA("briefing", { accepted: true })).toContain("complete");
});

test("what was decided isn't offered again", () => {
  const somebody = { id: "agt_a", name: "Ada" };
  expect(ofA("briefing", { accepted: true, decided_by: { complete: somebody } })).not.toContain(
    "complete",
  );
  expect(ofA("briefing", { decided_by: { cancel: somebody } })).not.toContain("cancel");
});

test("agent A goes to room B from the caller, and back, as often as she likes", () => {
  expect(ofA("briefing")).toContain("room-b");
  expect(ofA("consulting")).toContain("back-to-caller");
  expect(ofA("introducing")).toEqual(["leave"]);
});

test("agent B accepts once", () => {
  expect(choicesOfB(transfer("briefing"))).toHaveLength(1);
  expect(choicesOfB(transfer("briefing", { accepted: true }))).toHaveLength(0);
  expect(choicesOfB(transfer("moving"))).toHaveLength(0);
});

test("no two choices share a key", () => {
  for (const phase of ["offering", "briefing", "consulting", "introducing"] as const) {
    const keys = choicesOfA(transfer(phase, { accepted: true })).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  }
});
