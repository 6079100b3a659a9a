import { expect, test } from "vitest";
import { AgentFollower } from "./agent";
import { Unconnected } from "./contract";
import { freshly, type Server, seated } from "./stage";

let server: Server;
let agent: AgentFollower;

freshly((fresh) => {
  server = fresh;
  agent = new AgentFollower(server, server.openLine, server.microphone);
});

/** Agent A talks with B: fenced off from the caller first, then opened in room B. */
async function consulting(): Promise<void> {
  await seated(server, agent);
  server.roomB = "room-b";
  void agent.goToRoomB("call_1", "tr_1", { a: "room-a" });
  await server.pass(200);
  server.line("room-a").allow(false, false);
  await server.pass(20);
  server.line("room-b").allow(true, true);
  await server.pass(200);
}

test("agent A stays with the caller until the server lets her speak in room B", async () => {
  await seated(server, agent);
  server.roomB = "room-b";
  void agent.goToRoomB("call_1", "tr_1", { a: "room-a" });
  await server.pass(200);
  expect(agent.heardIn).toEqual(["room-a"]);
});

test("in the consultation agent A is heard in room B alone", async () => {
  await consulting();
  expect(agent.heardIn).toEqual(["room-b"]);
});

test("the caller is in room B as soon as they are seen there", async () => {
  await consulting();
  server.line("room-b").company = ["agt_b", "briefer-1"];
  expect(agent.callersRooms).toEqual([]);
  server.line("room-b").company = ["agt_b", "caller_1"];
  expect(agent.callersRooms).toEqual(["room-b"]);
});

test("back to the caller, and to B once more", async () => {
  await consulting();
  for (const [from, to] of [
    ["room-b", "room-a"],
    ["room-a", "room-b"],
  ] as const) {
    server.line(from).allow(false, false);
    await server.pass(20);
    server.line(to).allow(true, true);
    await server.pass(200);
    expect(agent.heardIn).toEqual([to]);
  }
});

test("one live microphone at any instant", async () => {
  await consulting();
  server.line("room-b").allow(false, false);
  server.line("room-a").allow(true, true);
  await server.pass(200);
  expect(Math.max(...server.microphones)).toBe(1);
});

test("one live microphone even where the news of two rooms comes in the wrong order", async () => {
  await seated(server, agent);
  server.roomB = "room-b";
  void agent.goToRoomB("call_1", "tr_1", { a: "room-a" });
  await server.pass(200);
  server.line("room-b").allow(true, true);
  await server.pass(100);
  server.line("room-a").allow(false, false);
  await server.pass(100);
  expect(Math.max(...server.microphones)).toBe(1);
  expect(agent.heardIn).toEqual(["room-b"]);
});

test("an agent who is put out of both rooms is silent and asks for nothing", async () => {
  await consulting();
  server.line("room-a").end("closed");
  server.line("room-b").end("removed");
  await server.pass(1000);
  expect(agent.places.size).toBe(0);
  expect(agent.heardIn).toEqual([]);
});

test("mirror: agent B takes a second seat in the caller's room, and speaks there when it is opened", async () => {
  server.roomB = "room-b";
  server.grants["room-b"] = { speak: true, hear: true };
  void agent.goToRoomB("call_1", "tr_1", { a: "room-a" });
  await server.pass(200);
  expect(agent.heardIn).toEqual(["room-b"]);
  void agent.offered({ call_id: "call_1", transfer_id: "tr_1", room: "room-a", why: "mirror" });
  await server.pass(200);
  expect(agent.heardIn).toEqual(["room-b"]);
  server.line("room-a").allow(true, true);
  await server.pass(200);
  expect(agent.heardIn).toEqual(["room-a"]);
});

test("a lost room B is come back to while agent A consults", async () => {
  await consulting();
  server.unreachable = true;
  server.line("room-b").end("failed");
  await server.pass(1000);
  server.unreachable = false;
  server.grants["room-b"] = { speak: true, hear: true };
  await server.pass(1000);
  expect(agent.heardIn).toEqual(["room-b"]);
});

test("a seat in room B that a button asked for in vain isn't taken later", async () => {
  await seated(server, agent);
  server.roomB = "room-b";
  server.unreachable = true;
  const pressed = expect(agent.goToRoomB("call_1", "tr_1", { a: "room-a" })).rejects.toThrow();
  await server.pass(500);
  await pressed;
  expect(agent.isTrying).toBe(false);
  server.unreachable = false;
  await server.pass(10_000);
  expect([...agent.places.keys()]).toEqual(["room-a"]);
});

test("room B is come back to after a reload in an outage", async () => {
  server.roomB = "room-b";
  server.grants["room-b"] = { speak: true, hear: true };
  server.unreachable = true;
  const reloaded = agent.returnToRoomB("call_1", "tr_1", { a: "room-a" });
  const told = expect(reloaded).rejects.toThrow(Unconnected);
  await server.pass(500);
  await told;
  server.unreachable = false;
  await server.pass(1000);
  expect(agent.heardIn).toEqual(["room-b"]);
});
