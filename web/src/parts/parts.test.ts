import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test, vi } from "vitest";
import type { Transfer } from "../api/client";
import type { AgentDesk } from "../desk/agentDesk";
import type { AgentFollower } from "../follow";
import { Server } from "../follow/stage";
import { AudienceBanner } from "./AudienceBanner";
import { Masthead } from "./basics";
import { MicrophonePart } from "./MicrophonePart";
import { Offer } from "./Offer";

vi.mock("@livekit/components-react", () => ({
  useMediaDevices: () => [{ deviceId: "built-in" }, { deviceId: "headset" }],
}));

const DESK = { busy: null } as unknown as AgentDesk;
const OFFER = { agent_a: { name: "Ada" }, created_at: "2026-11-29T08:00:00Z" } as Transfer;

test("what rings is read aloud once, and not again with every second of its clock", () => {
  const html = renderToStaticMarkup(createElement(Offer, { desk: DESK, offer: OFFER }));
  expect(html).toContain('<span role="alert">Ada asks you to take over</span>');
  expect(html.match(/role="alert"/g)).toHaveLength(1);
  expect(html).toContain('<time role="timer"');
});

test("the banner doesn't say that the caller hears whoever is muted or has no microphone", async () => {
  const { microphone } = new Server();
  const banner = () =>
    renderToStaticMarkup(createElement(AudienceBanner, { audience: "caller", microphone }));
  expect(banner()).toContain("Whatever you say now, the caller hears.");
  microphone.mute(true);
  expect(banner()).toContain("You are muted");
  expect(banner()).not.toContain("The caller hears you");
  microphone.mute(false);
  vi.spyOn(microphone, "isOut", "get").mockReturnValue(true);
  expect(banner()).toContain("Nobody hears you");
  expect(banner()).not.toContain("Whatever you say now");
});

test("during a call nothing in a page's head leads away from it", () => {
  const head = (isInCall: boolean) =>
    renderToStaticMarkup(createElement(Masthead, { title: "Caller", isInCall }));
  expect(head(false)).toContain("href");
  expect(head(true)).not.toContain("href");
});

test("the microphone that is shown is the one in use, though nobody chose it", () => {
  const microphone = { state: "live", usedDevice: "headset", deviceId: null, sound: null };
  const follower = { microphone } as unknown as AgentFollower;
  const html = renderToStaticMarkup(createElement(MicrophonePart, { follower }));
  expect(html).toContain('<option value="headset" selected="">');
});
