import { expect, test, vi } from "vitest";
import { CallerFollower } from "./caller";
import { freshly, type Server, seated } from "./stage";

let server: Server;
let caller: CallerFollower;

freshly((fresh) => {
  server = fresh;
  caller = new CallerFollower(server, server.openLine, server.microphone);
});

test("whose headset is unplugged is heard by another microphone", async () => {
  await seated(server, caller);
  await server.pass(1000);
  server.device?.unplug();
  await server.pass(100);
  expect(caller.microphone.state).toBe("live");
  expect(server.line("room-a").track?.isLive).toBe(true);
});

test("whose permission is withdrawn is told that nobody hears them", async () => {
  await seated(server, caller);
  await server.pass(1000);
  server.hasMicrophone = false;
  server.device?.unplug();
  await server.pass(100);
  expect(caller.microphone.state).toBe("denied");
  expect(server.line("room-a").isPublished).toBe(true);
});

test("a chosen microphone that is gone gives way to the default, for good", async () => {
  await seated(server, caller);
  server.goneDevice = "headset";
  await caller.switchMicrophone("headset");
  expect(caller.microphone.state).toBe("live");
  expect(caller.microphone.deviceId).toBe(null);
});

test("letting go of the microphone is not losing it", async () => {
  await seated(server, caller);
  const { device } = server;
  await caller.leaveAll();
  device?.unplug();
  await server.pass(100);
  expect(server.captured).toBe(1);
  expect(caller.microphone.state).toBe("off");
});

test("a microphone is let go of only when every room has the next one", async () => {
  await seated(server, caller);
  const { device } = server;
  const replace = vi.spyOn(server.line("room-a"), "replace").mockImplementation(async () => {
    expect(device?.ended).toBe(false);
  });
  await caller.switchMicrophone("headset");
  expect(replace).toHaveBeenCalled();
  expect(device?.ended).toBe(true);
});

/** What is captured and not let go of, with the copies that rooms have. */
function live(): number {
  return server.tracks.filter((track) => !track.ended).length;
}

test("a microphone that is there only after somebody has hung up is let go of", async () => {
  await seated(server, caller);
  await server.pass(1000);
  server.captureMs = 50;
  server.device?.unplug();
  await caller.leaveAll();
  await server.pass(200);
  expect(live()).toBe(0);
  expect(caller.microphone.state).toBe("off");
});

test("whoever chooses while another microphone is still being asked for has the chosen one alone", async () => {
  await seated(server, caller);
  await server.pass(1000);
  server.captureMs = 50;
  server.device?.unplug();
  void caller.switchMicrophone("headset");
  await server.pass(200);
  expect(caller.microphone.deviceId).toBe("headset");
  expect(live()).toBe(2);
});

test("what is unplugged while another one is being chosen changes nothing about the choice", async () => {
  await seated(server, caller);
  await server.pass(1000);
  server.captureMs = 50;
  void caller.switchMicrophone("headset");
  server.device?.unplug();
  await server.pass(200);
  expect(caller.microphone.deviceId).toBe("headset");
  expect(server.captured).toBe(2);
});

test("a microphone that ends at once is not asked for again and again", async () => {
  await seated(server, caller);
  server.device?.unplug();
  await server.pass(100);
  expect(server.captured).toBe(1);
  expect(caller.microphone.state).toBe("missing");
  expect(server.line("room-a").isPublished).toBe(true);
  await caller.switchMicrophone();
  expect(caller.microphone.state).toBe("live");
});

test("a microphone that can't take the last one's place in a room is published anew", async () => {
  await seated(server, caller);
  vi.spyOn(server.line("room-a"), "replace").mockRejectedValueOnce(new Error("no sender"));
  void caller.switchMicrophone("headset");
  await server.pass(100);
  expect(server.line("room-a").published).toBe(2);
  expect(caller.heardIn).toEqual(["room-a"]);
  expect(live()).toBe(2);
});
