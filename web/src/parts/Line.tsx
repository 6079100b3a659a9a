/** How the connection to the rooms is, and the click that some browsers want before they play. */

import { StartAudio, useConnectionQualityIndicator } from "@livekit/components-react";
import { ConnectionQuality, type Room } from "livekit-client";
import { type AgentFollower, type CallerFollower, LiveKitLine } from "../follow";

const WORDS: Record<ConnectionQuality, string> = {
  [ConnectionQuality.Excellent]: "Connection: excellent",
  [ConnectionQuality.Good]: "Connection: good",
  [ConnectionQuality.Poor]: "Connection: poor",
  [ConnectionQuality.Lost]: "Connection: lost, coming back",
  [ConnectionQuality.Unknown]: "Connection: being measured",
};

/** The connection of every room one hears. */
export function LinePart({ follower }: { follower: CallerFollower | AgentFollower }) {
  const lines = [...follower.places.values()].map((place) => place.line);
  const heard = lines.filter((line) => line instanceof LiveKitLine && line.maySubscribe);
  const isLost = lines.length > 0 && lines.every((line) => line.state !== "connected");
  if (isLost) return <Bars quality={ConnectionQuality.Lost} />;
  return heard.map((line) =>
    line instanceof LiveKitLine ? <Heard key={line.room.name} room={line.room} /> : null,
  );
}

function Heard({ room }: { room: Room }) {
  const { quality } = useConnectionQualityIndicator({ participant: room.localParticipant });
  return (
    <>
      <Bars quality={quality} />
      <span role="alert">
        <StartAudio room={room} label="Click to hear the call" className="action main" />
      </span>
    </>
  );
}

const BARS: Record<ConnectionQuality, number> = {
  [ConnectionQuality.Excellent]: 3,
  [ConnectionQuality.Good]: 2,
  [ConnectionQuality.Poor]: 1,
  [ConnectionQuality.Lost]: 0,
  [ConnectionQuality.Unknown]: 0,
};

function Bars({ quality }: { quality: ConnectionQuality }) {
  return (
    <span
      className={`quality ${quality}`}
      role="img"
      aria-label={WORDS[quality]}
      title={WORDS[quality]}
    >
      {[1, 2, 3].map((bar) => (
        <i key={bar} className={bar <= BARS[quality] ? "on" : ""} />
      ))}
    </span>
  );
}
