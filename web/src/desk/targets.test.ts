import { expect, test } from "vitest";
import type { Agent, Transfer } from "../api/client";
import { colleagues, instead, nextOnes, toggled } from "./targets";

function agent(name: string, state: Agent["state"] = "available"): Agent {
  return { id: `agt_${name}`, name, state };
}

const ADA = agent("ada", "on_call");
const BEA = agent("bea");
const CARL = agent("carl", "on_call");
const DAN = agent("dan", "away");
const ALL = [ADA, DAN, CARL, BEA];

test("whoever is free comes first, and one isn't one's own colleague", () => {
  expect(colleagues(ALL, ADA.id)).toEqual([BEA, DAN, CARL]);
});

test("next may be whoever isn't asked first; being busy passes, being away doesn't", () => {
  expect(nextOnes(colleagues(ALL, ADA.id), BEA.id)).toEqual([CARL]);
});

test("they are asked in the order in which they were picked", () => {
  const picked = ["agt_carl", "agt_bea"].reduce(toggled, []);
  expect(picked).toEqual(["agt_carl", "agt_bea"]);
  expect(toggled(picked, "agt_carl")).toEqual(["agt_bea"]);
});

test("no more are picked than the api takes", () => {
  const many = Array.from({ length: 12 }, (_, index) => `agt_${index}`);
  expect(many.reduce(toggled, [])).toHaveLength(9);
});

test("instead of whoever is asked now, somebody else who is free may be asked", () => {
  const transfer = { to: { agent: BEA.id } } as Transfer;
  const eve = agent("eve");
  expect(instead([...ALL, eve], ADA.id, transfer)).toEqual([eve]);
});
