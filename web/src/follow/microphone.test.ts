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

test("whose headset is unplugged is heard by another microphone", async () => {
  await seated(server, caller);
  server.device?.unplug();
  await server.pass(100);
  expect(caller.microphone.state).toBe("live");
  expect(server.line("room-a").track?.isLive).toBe(true);
});

test("whose permission is withdrawn is told that nobody hears them", async () => {
  await seated(server, caller);
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
