import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { play, silence } from "./speaker";

const started = vi.fn(() => Promise.resolve());

beforeEach(() => {
  started.mockClear();
  vi.stubGlobal("document", { body: { append() {} } });
  vi.stubGlobal(
    "Audio",
    class extends EventTarget {
      src = "blob:sound";
      play = started;
      pause() {}
      remove() {}
    },
  );
});
afterEach(() => {
  silence();
  vi.unstubAllGlobals();
});

test("what is stopped while it is being fetched isn't played, and nothing is done for it", async () => {
  let arrives: (sound: Blob) => void = () => {};
  const fetched = new Promise<Blob>((resolve) => {
    arrives = resolve;
  });
  const first = vi.fn(() => Promise.resolve());
  const playing = play(fetched, { first });
  silence();
  arrives(new Blob());
  await playing;
  expect(first).not.toHaveBeenCalled();
  expect(started).not.toHaveBeenCalled();
});

test("what isn't stopped is played, once what must come first is done", async () => {
  await play(Promise.resolve(new Blob()), {
    first: async () => expect(started).not.toHaveBeenCalled(),
  });
  expect(started).toHaveBeenCalledOnce();
});

test("whoever stops it as it begins is told of no error", async () => {
  started.mockImplementationOnce(() => {
    silence();
    return Promise.reject(new DOMException("interrupted", "AbortError"));
  });
  await play(Promise.resolve(new Blob()));
  expect(started).toHaveBeenCalledOnce();
});
