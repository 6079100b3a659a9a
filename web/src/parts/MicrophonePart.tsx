/** The microphone: mute, choose, see that it works; and a way out when it doesn't. */

import { useMediaDevices } from "@livekit/components-react";
import { useEffect, useRef } from "react";
import { type AgentFollower, type CallerFollower, openAudio } from "../follow";
import { Action } from "./basics";
import { useKeys } from "./hooks";

interface Props {
  follower: CallerFollower | AgentFollower;
}

/** Mute key, level meter and choice of a microphone. */
export function MicrophonePart({ follower }: Props) {
  const { microphone } = follower;
  const toggle = () => void follower.mute(!microphone.isMuted);
  useKeys({ m: toggle });
  return (
    <section className="microphone" aria-label="Microphone">
      {microphone.isOut ? (
        <NoMicrophone follower={follower} />
      ) : (
        <>
          <Action hotkey="m" onPress={toggle} pressed={microphone.isMuted}>
            {microphone.isMuted ? "Unmute" : "Mute"}
          </Action>
          <Level track={microphone.sound} />
        </>
      )}
      {(microphone.state === "live" || microphone.state === "muted") && (
        <Choice follower={follower} />
      )}
    </section>
  );
}

/** What to do when the browser gives no microphone; one still hears everything. */
function NoMicrophone({ follower }: Props) {
  return (
    <div className="notice warn" role="alert" data-testid="no-microphone">
      <p>You hear everything, but nobody hears you: {whyNot(follower)}</p>
      <Action onPress={() => void follower.switchMicrophone()}>Try again</Action>
    </div>
  );
}

function whyNot({ microphone }: Props["follower"]): string {
  if (!isSecureContext)
    return "browsers give pages a microphone only over https. Ask whoever runs this page.";
  if (microphone.state === "missing")
    return "no microphone was found. Plug one in, then try again.";
  return "this page may not use your microphone. Allow it by the icon beside the address, then try again.";
}

function Choice({ follower }: Props) {
  const devices = useMediaDevices({ kind: "audioinput" });
  const { usedDevice, deviceId } = follower.microphone;
  if (devices.length < 2) return null;
  return (
    <label className="choice">
      <span>Microphone</span>
      <select
        value={usedDevice ?? deviceId ?? "default"}
        onChange={(event) => void follower.switchMicrophone(event.target.value)}
      >
        {devices.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || "Microphone"}
          </option>
        ))}
      </select>
    </label>
  );
}

/** How loud the microphone is, ten times a second. */
function Level({ track }: { track: MediaStreamTrack | null }) {
  const meter = useRef<HTMLMeterElement>(null);
  useEffect(() => {
    if (!track) return;
    const context = openAudio();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      if (meter.current) meter.current.value = Math.min(1, Math.sqrt(power) * 6);
    }, 100);
    const shown = meter.current;
    return () => {
      clearInterval(timer);
      if (shown) shown.value = 0;
      void context.close();
    };
  }, [track]);
  return <meter ref={meter} className="level" min={0} max={1} value={0} aria-label="Your level" />;
}
