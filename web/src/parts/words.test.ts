import { expect, test } from "vitest";
import type { Attempt } from "../api/client";
import { attempt } from "./words";

function asked(outcome: Attempt["outcome"], reason: string | null = null): Attempt {
  return { to: { id: "agt_b", name: "Bob" }, began_at: "", ended_at: null, outcome, reason };
}

test("an attempt says how it went, and why", () => {
  expect(attempt(asked("declined", "at lunch"), "offering")).toBe("Bob declined: at lunch");
  expect(attempt(asked("declined"), "offering")).toBe("Bob declined");
  expect(attempt(asked("caller_left"), "ended")).toBe("Bob was asked: The caller left");
});

test("whoever is asked now is next, then where they are", () => {
  expect(attempt(asked(null), "preparing")).toBe("Bob is next");
  expect(attempt(asked(null), "offering")).toBe("Bob: Ringing");
});
