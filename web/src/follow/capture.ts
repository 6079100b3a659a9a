/** How a browser captures sound, and what stands in for a microphone that isn't there. */

import { atNextGesture } from "./gesture";
import type { Capture } from "./microphone";

/** The browser's microphones, cleaned up for talking. */
export const browserCapture: Capture = {
  async microphone(deviceId) {
    if (!("mediaDevices" in navigator))
      throw new DOMException("No microphone here", "NotFoundError");
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        deviceId: deviceId ? { exact: deviceId } : undefined,
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
      },
    });
    const [track] = stream.getAudioTracks();
    if (!track) throw new DOMException("This device has no sound", "NotFoundError");
    return { track, stop: () => track.stop() };
  },

  silence() {
    const context = openAudio();
    const out = context.createMediaStreamDestination();
    // With nothing connected, Chromium sends no packet at all, and a server that receives none
    // counts nobody as present.
    const nothing = new ConstantSourceNode(context, { offset: 0 });
    nothing.connect(out);
    nothing.start();
    const [track] = out.stream.getAudioTracks();
    if (!track) throw new Error("This browser can't make a silent track.");
    const stop = () => {
      track.stop();
      void context.close();
    };
    return { track, stop };
  },
};

/**
 * Open a context for sound. Without a click since the page was loaded, browsers let none begin, not
 * even silence: it begins with the next click or key.
 */
export function openAudio(): AudioContext {
  const context = new AudioContext();
  atNextGesture(() => {
    if (context.state !== "closed") void context.resume();
  });
  return context;
}
