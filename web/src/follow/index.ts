/**
 * Follows a warm transfer for a caller's or an agent's page; nothing in here knows of a framework.
 * README.md beside this file shows how to take it into a page of one's own.
 */

import { AgentFollower } from "./agent";
import { CallerFollower } from "./caller";
import { browserCapture, openAudio } from "./capture";
import type { SeatApi } from "./contract";
import { LiveKitLine } from "./livekit";
import { Microphone } from "./microphone";

export type { Seat, SeatApi, SeatNotice } from "./contract";
export { Refused, Unconnected } from "./contract";
export type { MicrophoneState } from "./microphone";
export { AgentFollower, CallerFollower, LiveKitLine, Microphone, openAudio };

const openLine = () => new LiveKitLine();

/** A caller's page in a browser. */
export function followAsCaller(api: SeatApi): CallerFollower {
  return new CallerFollower(api, openLine, new Microphone(browserCapture));
}

/** An agent's page in a browser. */
export function followAsAgent(api: SeatApi): AgentFollower {
  return new AgentFollower(api, openLine, new Microphone(browserCapture));
}
