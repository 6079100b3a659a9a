import { expect, test, vi } from "vitest";
import { AgentFollower } from "./agent";
import { CallerFollower } from "./caller";
import { Refused, Unconnected } from "./contract";
import { freshly, type Server, seated } from "./stage";

let server: Server;
let caller: CallerFollower;

freshly((fresh) => {
  server = fresh;
  caller = new CallerFollower(server, server.openLine, server.microphone);
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

test("a line that LiveKit refuses is asked for by one voice, with pauses", async () => {
  await seated(server, caller);
  server.asked = 0;
  server.refusesJoins = true;
  server.line("room-a").end("failed");
  await server.pass(3000);
  expect(server.asked).toBeLessThan(8);
  server.refusesJoins = false;
  await server.pass(1000);
  expect(caller.heardIn).toEqual(["room-a"]);
});

test("entering in an outage fails, is tried all the same, and comes about with the network", async () => {
  server.grants["room-a"] = { speak: true, hear: true };
  server.unreachable = true;
  const entered = expect(caller.enter("call_1")).rejects.toThrow(Unconnected);
  await server.pass(500);
  await entered;
  server.unreachable = false;
  await server.pass(1000);
  expect(caller.heardIn).toEqual(["room-a"]);
});

test("agent A's way to room B is tried until it is free", async () => {
  const agent = new AgentFollower(server, server.openLine, server.microphone);
  server.roomB = "room-b";
  server.grants["room-b"] = { speak: true, hear: true };
  server.refusesJoins = true;
  const went = expect(agent.goToRoomB("call_1", "tr_1", { a: "room-a" })).rejects.toThrow();
  await server.pass(500);
  await went;
  server.refusesJoins = false;
  await server.pass(1000);
  expect(agent.heardIn).toEqual(["room-b"]);
});

test("whoever is refused is refused: nothing is asked twice", async () => {
  server.callRoom = "";
  const entered = expect(caller.enter("call_1")).rejects.toThrow(Refused);
  await server.pass(2000);
  await entered;
  expect(server.asked).toBe(1);
});

test("whoever hangs up in an outage sits nowhere when it is over", async () => {
  await seated(server, caller);
  server.unreachable = true;
  server.line("room-a").end("failed");
  await server.pass(300);
  server.unreachable = false;
  await server.pass(206);
  void caller.leaveAll();
  await server.pass(1000);
  expect(caller.places.size).toBe(0);
});

test("what is tried by itself is known for as long as it is", async () => {
  server.grants["room-a"] = { speak: true, hear: true };
  server.refusesJoins = true;
  const entered = expect(caller.enter("call_1")).rejects.toThrow(Unconnected);
  await server.pass(100);
  await entered;
  expect(caller.isTrying).toBe(true);
  server.refusesJoins = false;
  await server.pass(1000);
  expect(caller.isTrying).toBe(false);
  expect(caller.heardIn).toEqual(["room-a"]);
});

test("a call that ends while its seat is asked for is not joined, and nothing is said", async () => {
  const entered = caller.enter("call_1");
  await caller.leaveAll();
  await server.pass(200);
  await expect(entered).resolves.toBeUndefined();
  expect(server.lines).toEqual([]);
});

test("nobody is told of trying who has hung up before the line failed", async () => {
  server.refusesJoins = true;
  const entered = caller.enter("call_1");
  await server.pass(10);
  await caller.leaveAll();
  await server.pass(200);
  await expect(entered).resolves.toBeUndefined();
  expect(caller.isTrying).toBe(false);
});

test("a mute ends with its call, and not with a glance at another tab", async () => {
  await seated(server, caller);
  await caller.mute(true);
  server.line("room-a").end("elsewhere");
  await server.pass(100);
  await seated(server, caller);
  expect(caller.microphone.isMuted).toBe(true);
  await caller.leaveAll();
  await seated(server, caller);
  expect(server.line("room-a").track?.isLive).toBe(true);
});
