import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Api } from "./client";

const fetched = vi.fn<(url: URL, sent: RequestInit) => Promise<Response>>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { querySelector: () => null, baseURI: "http://test/" });
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  fetched.mockReset();
});

/** A network that swallows everything: only the request's own patience ends it. */
function swallowed(_: URL, { signal }: RequestInit): Promise<Response> {
  return new Promise((_done, reject) => {
    signal?.addEventListener("abort", () => reject(new DOMException("late", "TimeoutError")));
  });
}

test("a request that is never answered is given up, and sent again with the same key", async () => {
  fetched.mockImplementationOnce(swallowed);
  fetched.mockImplementation(() => Promise.resolve(Response.json({ id: "call_1" })));
  const ended = new Api("token").end("call_1");
  await vi.advanceTimersByTimeAsync(12_000);
  await expect(ended).resolves.toEqual({ id: "call_1" });
  const keys = fetched.mock.calls.map(([, { headers }]) =>
    new Headers(headers).get("Idempotency-Key"),
  );
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test("what is away is told in words for people", async () => {
  const detail = "Repeat with the same key.";
  fetched.mockImplementation(() => Promise.resolve(Response.json({ detail }, { status: 503 })));
  const ended = expect(new Api("token").end("call_1")).rejects.toThrow("Try again in a moment.");
  await vi.advanceTimersByTimeAsync(20_000);
  await ended;
});

test("what an answer brings may take longer than its beginning", async () => {
  fetched.mockImplementation((_, { signal }) => {
    const sound = new ReadableStream({
      start(body) {
        signal?.addEventListener("abort", () => body.error(signal.reason));
        setTimeout(() => body.close(), 30_000);
      },
    });
    return Promise.resolve(new Response(sound));
  });
  const spoken = expect(new Api("token").speech("call_1", "Hello.")).resolves.toBeInstanceOf(Blob);
  await vi.advanceTimersByTimeAsync(31_000);
  await spoken;
});
