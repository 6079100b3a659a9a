import { DisconnectReason, RoomEvent } from "livekit-client";
import { afterEach, expect, test, vi } from "vitest";
import { LiveKitLine } from "./livekit";

const SEAT = { url: "ws://test", room: "room-a", identity: "me", token: "token" };

afterEach(() => {
  vi.unstubAllGlobals();
});

function whyGone(reason: DisconnectReason): string | null {
  const line = new LiveKitLine();
  line.room.emit(RoomEvent.Disconnected, reason);
  expect(line.state).toBe("gone");
  return line.whyGone;
}

test("a page that was frozen is no goodbye", () => {
  expect(whyGone(DisconnectReason.CLIENT_INITIATED)).toBe("failed");
});

test("what the server has decided is not asked for again", () => {
  expect(whyGone(DisconnectReason.PARTICIPANT_REMOVED)).toBe("removed");
  expect(whyGone(DisconnectReason.DUPLICATE_IDENTITY)).toBe("elsewhere");
  expect(whyGone(DisconnectReason.ROOM_DELETED)).toBe("closed");
});

test("whoever leaves has left", async () => {
  const line = new LiveKitLine();
  await line.leave();
  expect(line.whyGone).toBe("left");
});

/** Why a line is gone after its page was hidden; kept: to be come back to. */
async function hidden(persisted: boolean): Promise<string | null> {
  const page = new EventTarget();
  vi.stubGlobal("window", page);
  const line = new LiveKitLine();
  vi.spyOn(line.room, "connect").mockResolvedValue();
  const disconnect = vi.spyOn(line.room, "disconnect").mockImplementation(async () => {
    line.room.emit(RoomEvent.Disconnected, DisconnectReason.CLIENT_INITIATED);
  });
  await line.connect(SEAT);
  page.dispatchEvent(new Event("beforeunload"));
  expect(disconnect).not.toHaveBeenCalled();
  const hides = () => page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));
  hides();
  hides();
  expect(disconnect).toHaveBeenCalledOnce();
  return line.whyGone;
}

test("a page says goodbye when it goes, not when a navigation begins that may be stopped", async () => {
  expect(new LiveKitLine().room.options.disconnectOnPageLeave).toBe(false);
  expect(await hidden(false)).toBe("left");
});

test("what a browser holds back until the page is clicked is played at any click or key", () => {
  const line = new LiveKitLine();
  const page = new EventTarget();
  vi.stubGlobal("document", page);
  const mayPlay = vi.spyOn(line.room, "canPlaybackAudio", "get").mockReturnValue(true);
  const play = vi.spyOn(line.room, "startAudio").mockResolvedValue();
  line.room.emit(RoomEvent.AudioPlaybackStatusChanged, true);
  page.dispatchEvent(new Event("keydown"));
  expect(play).not.toHaveBeenCalled();
  mayPlay.mockReturnValue(false);
  line.room.emit(RoomEvent.AudioPlaybackStatusChanged, false);
  page.dispatchEvent(new Event("keydown"));
  expect(play).toHaveBeenCalledOnce();
});

test("a page that is kept to be come back to comes back to its call", async () => {
  expect(await hidden(true)).toBe("failed");
});
