import { expect, test } from "vitest";
import { CallerFollower } from "./caller";
import type { SeatNotice } from "./contract";
import { freshly, type Server, seated } from "./stage";

const STANDBY: SeatNotice = {
  call_id: "call_1",
  transfer_id: "tr_1",
  room: "room-b",
  why: "standby",
};
const AGENT_A = { who: "agt_a", stamp: 0, muted: false };
const AGENT_B = { who: "agt_b", stamp: 0, muted: false };

let server: Server;
let caller: CallerFollower;

freshly((fresh) => {
  server = fresh;
  caller = new CallerFollower(server, server.openLine, server.microphone);
});

/** The caller talks with A and sits, deaf and mute, in room B. */
async function onStandby(): Promise<void> {
  await seated(server, caller);
  server.line("room-a").heard = [AGENT_A];
  server.roomB = "room-b";
  void caller.offered(STANDBY);
  await server.pass(200);
}

async function flipped(): Promise<void> {
  server.callRoom = "room-b";
  server.line("room-b").allow(true, true);
  server.line("room-b").heard = [AGENT_B];
  await server.pass(1000);
}

test("a caller is heard in the room they joined", async () => {
  await seated(server, caller);
  await server.pass(100);
  expect(caller.heardIn).toEqual(["room-a"]);
  expect(caller.homeRoom).toBe("room-a");
});

test("the standby seat is taken beside the old room, and nothing is published there", async () => {
  await onStandby();
  expect([...caller.places.keys()]).toEqual(["room-a", "room-b"]);
  expect(caller.heardIn).toEqual(["room-a"]);
  expect(server.line("room-b").published).toBe(0);
});

test("a standby seat that is there before the room one is served in is no home", async () => {
  server.roomB = "room-b";
  void caller.offered(STANDBY);
  await server.pass(100);
  await seated(server, caller);
  expect(caller.homeRoom).toBe("room-a");
  server.line("room-a").heard = [AGENT_A];
  await flipped();
  expect([...caller.places.keys()]).toEqual(["room-b"]);
  expect(server.reports).toHaveLength(1);
});

test("the move: heard in the new room, then gone from the old one, and reported", async () => {
  await onStandby();
  await flipped();
  expect(caller.homeRoom).toBe("room-b");
  expect([...caller.places.keys()]).toEqual(["room-b"]);
  expect(caller.heardIn).toEqual(["room-b"]);
  expect(server.reports).toHaveLength(1);
  expect(server.reports[0]).toBeLessThanOrEqual(0);
});

test("there is never a moment with zero rooms", async () => {
  await onStandby();
  await flipped();
  expect(Math.min(...server.rooms)).toBeGreaterThanOrEqual(1);
});

test("there is never a moment in which nobody can hear the caller", async () => {
  await onStandby();
  await flipped();
  expect(Math.min(...server.microphones)).toBeGreaterThanOrEqual(1);
});

test("the microphone is captured once, however many rooms there are", async () => {
  await onStandby();
  await flipped();
  expect(server.captured).toBe(1);
});

test("the old room is left only 150 ms after agent B is heard", async () => {
  await onStandby();
  server.line("room-b").allow(true, true);
  await server.pass(800);
  expect([...caller.places.keys()]).toEqual(["room-a", "room-b"]);
  server.line("room-b").heard = [AGENT_B];
  await server.pass(120);
  expect(server.line("room-a").state).toBe("connected");
  await server.pass(80);
  expect(server.line("room-a").state).toBe("gone");
});

test("what the briefer says is no arrival", async () => {
  await onStandby();
  server.line("room-b").allow(true, true);
  server.line("room-b").heard = [{ ...AGENT_B, who: "briefer-1" }];
  await server.pass(2000);
  expect(caller.homeRoom).toBe("room-a");
});

test("an agent who is muted at the move has arrived all the same", async () => {
  await onStandby();
  server.line("room-b").allow(true, true);
  server.line("room-b").heard = [{ ...AGENT_B, muted: true }];
  await server.pass(1000);
  expect(caller.homeRoom).toBe("room-b");
});

test("a track that nobody gets within a second is published again", async () => {
  await onStandby();
  server.line("room-b").nobodySubscribes = 1;
  await flipped();
  await server.pass(1000);
  expect(server.line("room-b").published).toBe(2);
  expect(caller.homeRoom).toBe("room-b");
});

test("a publish whose answer is lost is tried again", async () => {
  await onStandby();
  server.line("room-b").failures = 1;
  await flipped();
  expect(caller.homeRoom).toBe("room-b");
  expect(caller.heardIn).toEqual(["room-b"]);
});

test("rejoin: a caller whose standby seat is lost comes to room B before leaving room A", async () => {
  await onStandby();
  server.unreachable = true;
  server.line("room-b").end("failed");
  await server.pass(300);
  server.unreachable = false;
  server.grants["room-b"] = { speak: true, hear: true };
  void caller.offered({ ...STANDBY, why: "rejoin" });
  await server.pass(700);
  server.line("room-b").heard = [AGENT_B];
  await server.pass(1000);
  expect(caller.homeRoom).toBe("room-b");
  expect(Math.min(...server.rooms)).toBeGreaterThanOrEqual(1);
});

test("an undone move leaves the caller where they are heard", async () => {
  await onStandby();
  server.line("room-b").allow(true, true);
  await server.pass(500);
  server.line("room-b").end("removed");
  await server.pass(500);
  expect(caller.homeRoom).toBe("room-a");
  expect(caller.heardIn).toEqual(["room-a"]);
});

test("called back to room A, a caller with only the standby seat left takes the call's seat", async () => {
  await onStandby();
  server.callRoom = "";
  server.line("room-a").end("removed");
  await server.pass(300);
  expect([...caller.places.keys()]).toEqual(["room-b"]);
  server.callRoom = "room-a";
  void caller.offered({ ...STANDBY, room: "room-a", why: "back" });
  await server.pass(300);
  expect(caller.homeRoom).toBe("room-a");
  expect(caller.heardIn).toEqual(["room-a"]);
});

test("a room that is closed under the caller sends them to where they belong", async () => {
  await onStandby();
  server.line("room-b").allow(true, true);
  server.callRoom = "room-b";
  await server.pass(300);
  server.line("room-a").end("closed");
  await server.pass(300);
  expect(caller.homeRoom).toBe("room-b");
  expect(caller.heardIn).toEqual(["room-b"]);
});

test("a connection that is being mended keeps its microphone", async () => {
  await seated(server, caller);
  server.line("room-a").lose();
  await server.pass(500);
  server.line("room-a").mend();
  await server.pass(100);
  expect(server.line("room-a").published).toBe(1);
  expect(caller.heardIn).toEqual(["room-a"]);
});

test("a call that is over is not come back to", async () => {
  await seated(server, caller);
  server.callRoom = "";
  server.line("room-a").end("closed");
  await server.pass(2000);
  expect(caller.places.size).toBe(0);
});

test("a second tab has the call, and the first one steps back without a fight", async () => {
  await onStandby();
  server.line("room-b").leavesAfterMs = 1000;
  server.line("room-a").end("elsewhere");
  void caller.offered({ ...STANDBY, room: "room-a", why: "back" }); // while it steps back
  await server.pass(2000);
  expect(caller.isElsewhere).toBe(true);
  expect(caller.places.size).toBe(0);
  void caller.offered(STANDBY);
  await server.pass(500);
  expect(caller.places.size).toBe(0);
});

test("a caller without a microphone publishes silence, and is told why", async () => {
  server.hasMicrophone = false;
  await seated(server, caller);
  expect(caller.microphone.state).toBe("denied");
  expect(server.line("room-a").isPublished).toBe(true);
  server.hasMicrophone = true;
  void caller.switchMicrophone();
  await server.pass(100);
  expect(caller.microphone.state).toBe("live");
  expect(server.line("room-a").track?.isLive).toBe(true);
});

test("a muted caller stays muted through the move, and is heard again by choice", async () => {
  await onStandby();
  await caller.mute(true);
  await server.pass(50);
  server.microphones.length = 0;
  await flipped();
  expect(Math.max(...server.microphones)).toBe(0);
  await caller.mute(false);
  await server.pass(50);
  expect(server.line("room-b").track?.isLive).toBe(true);
});

test("hanging up lets go of every room and of the microphone", async () => {
  await onStandby();
  await caller.leaveAll();
  await server.pass(100);
  expect(caller.places.size).toBe(0);
  expect(server.tracks.filter((track) => !track.ended)).toEqual([]);
});
