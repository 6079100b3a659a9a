import { DisconnectReason, RoomEvent } from "livekit-client";
import { expect, test } from "vitest";
import { LiveKitLine } from "./livekit";

function whyGone(reason: DisconnectReason): string | null {
  const line = new LiveKitLine();
  line.room.emit(RoomEvent.Disconnected, reason);
  expect(line.state).toBe("gone");
  return line.whyGone;
}

test("a navigation that began, and was stopped, is no goodbye", () => {
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
