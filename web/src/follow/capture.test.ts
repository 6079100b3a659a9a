import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { browserCapture, openAudio } from "./capture";

/** As browsers have it: suspended until somebody has clicked. */
class FakeContext {
  state = "suspended";
  createMediaStreamDestination() {
    return { stream: { getAudioTracks: () => [{ stop() {} }] } };
  }
  async resume() {
    this.state = "running";
  }
  async close() {
    this.state = "closed";
  }
}

let click: () => void;
let opened: FakeContext[];

beforeEach(() => {
  opened = [];
  const page = new EventTarget();
  click = () => page.dispatchEvent(new Event("pointerdown"));
  vi.stubGlobal("document", page);
  vi.stubGlobal(
    "AudioContext",
    class extends FakeContext {
      constructor() {
        super();
        opened.push(this);
      }
    },
  );
  vi.stubGlobal(
    "ConstantSourceNode",
    class {
      connect() {}
      start() {}
    },
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

test("sound that a browser holds back begins with the next click", () => {
  const context = openAudio();
  click();
  expect(context.state).toBe("running");
});

test("what stands in for a microphone ends with its call, and no click wakes it", () => {
  browserCapture.silence().stop();
  click();
  expect(opened.map(({ state }) => state)).toEqual(["closed"]);
});
