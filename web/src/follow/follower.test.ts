import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CallerFollower } from "./caller";
import { Server, seated } from "./stage";

let server: Server;
let caller: CallerFollower;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  caller = new CallerFollower(server, server.openLine, server.microphone);
});

afterEach(() => {
  vi.useRealTimers();
});

test("a connection that is lost for good is made anew as soon as there is a network", async () => {
  await seated(server, caller);
  server.unreachable = true;
  server.line("room-a").end("failed");
  await server.pass(3000);
  server.unreachable = false;
  await server.pass(1000);
  expect(caller.heardIn).toEqual(["room-a"]);
});

test("a long outage is asked about ever less often, and its end is still seen soon", async () => {
  await seated(server, caller);
  server.unreachable = true;
  server.line("room-a").end("failed");
  await vi.advanceTimersByTimeAsync(600_000);
  expect(server.asked).toBeLessThan(200);
  server.unreachable = false;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(caller.heardIn).toEqual(["room-a"]);
});
