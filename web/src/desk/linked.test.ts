import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Transfer } from "../api/client";
import { AgentDesk } from "./agentDesk";
import { openLinked } from "./linked";
import { takeWish } from "./rehearsal";

const TRANSFER = { id: "tr_1" } as Transfer;
const opened = vi.fn<(transfer: Transfer) => void>();
let desk: AgentDesk;

function visit(address: string): void {
  vi.stubGlobal("location", new URL(address, "http://test"));
}

beforeEach(() => {
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  vi.stubGlobal("history", {
    replaceState: (_: unknown, __: string, to: URL) => (location.href = to.href),
  });
  visit("/agent?name=Ada&transfer=tr_1");
  desk = new AgentDesk();
});
afterEach(() => {
  vi.unstubAllGlobals();
  opened.mockReset();
});

test("a link opens its transfer once, and leaves the rest of the address as it is", async () => {
  vi.spyOn(desk.api, "transfer").mockResolvedValue(TRANSFER);
  openLinked(desk, opened);
  await vi.waitFor(() => expect(opened).toHaveBeenCalledWith(TRANSFER));
  expect(location.href).toBe("http://test/agent?name=Ada");
});

test("a link opens while somebody signs in", async () => {
  vi.spyOn(desk.api, "transfer").mockResolvedValue(TRANSFER);
  vi.spyOn(desk, "busy", "get").mockReturnValue("sign-in");
  openLinked(desk, opened);
  await vi.waitFor(() => expect(opened).toHaveBeenCalled());
});

test("a link that couldn't be opened yet is kept", async () => {
  const asked = vi.spyOn(desk.api, "transfer").mockRejectedValueOnce(new Error("away"));
  openLinked(desk, opened);
  await vi.waitFor(() => expect(desk.problem).not.toBe(""));
  asked.mockResolvedValue(TRANSFER);
  openLinked(desk, opened)();
  await new Promise((done) => setTimeout(done));
  expect(opened).not.toHaveBeenCalled();
  expect(location.search).toContain("transfer=tr_1");
});

test("a wish is taken once, and leaves the rest of the address as it is", () => {
  visit("/caller?try=caller&about=My+parcel&name=Maya#here");
  expect(takeWish()).toEqual({ seat: "caller", problem: "My parcel" });
  expect(takeWish()).toBe(null);
  expect(location.href).toBe("http://test/caller?name=Maya#here");
});
