import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Parser } from "./parse";
import { EventStream } from "./stream";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function answer(...pieces: string[]): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  return new Response(body);
}

test("events are read wherever the pieces of text end", () => {
  const text =
    ': hello\n\nretry: 1000\n\nid: 7\nevent: call\ndata: {"a":\ndata: 1}\n\nevent: x\n\n';
  for (let cut = 0; cut < text.length; cut++) {
    const parser = new Parser();
    const events = [...parser.read(text.slice(0, cut)), ...parser.read(text.slice(cut))];
    expect(events).toEqual([{ id: "7", kind: "call", data: '{"a":\n1}' }]);
  }
});

test("a stream that is cut goes on after the last event that was heeded", async () => {
  const asked: (string | null)[] = [];
  const told: unknown[] = [];
  const stream = new EventStream(
    async (lastId) => {
      asked.push(lastId);
      return asked.length === 1
        ? answer("event: call\ndata: 1\n\nid: 5\nevent: call\ndata: 2\n\nid: 6\nevent: call\nda")
        : answer("id: 6\nevent: call\ndata: 3\n\n");
    },
    (_, view) => told.push(view),
    () => {},
  );
  void stream.start();
  await vi.advanceTimersByTimeAsync(600);
  expect(asked).toEqual([null, "5"]);
  expect(told).toEqual([1, 2, 3]);
  stream.stop();
});

test("the page is told that the stream is lost, and that it is back", async () => {
  const states: string[] = [];
  let tries = 0;
  const stream = new EventStream(
    async () => {
      if (++tries === 2) throw new TypeError("no network");
      return answer(": hello\n\n");
    },
    () => {},
    () => states.push(stream.state),
  );
  void stream.start();
  await vi.advanceTimersByTimeAsync(1200);
  expect(states.slice(0, 3)).toEqual(["open", "lost", "open"]);
  stream.stop();
});

test("a stream that says nothing for twenty seconds is dead, and opened anew", async () => {
  let opened = 0;
  const stream = new EventStream(
    (_, signal) => {
      opened++;
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new DOMException("cut", "AbortError")));
      });
    },
    () => {},
    () => {},
  );
  void stream.start();
  await vi.advanceTimersByTimeAsync(21_000);
  expect(opened).toBe(2);
  stream.stop();
});

test("giving way to another tab is no loss", async () => {
  const states: string[] = [];
  const asked: (string | null)[] = [];
  let yields = () => {};
  const stream = new EventStream(
    async (lastId, signal) => {
      asked.push(lastId);
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("id: 3\nevent: call\ndata: 1\n\n"));
          signal.addEventListener("abort", () => controller.error(new DOMException("cut")));
        },
      });
      return new Response(body);
    },
    () => {},
    () => states.push(stream.state),
    (use, cut) => {
      yields = cut;
      return use();
    },
  );
  void stream.start();
  await vi.advanceTimersByTimeAsync(10);
  yields();
  await vi.advanceTimersByTimeAsync(10);
  expect(states).toEqual(["open"]);
  expect(asked).toEqual([null, "3"]);
  stream.stop();
});

test("an expired sign-in ends it", async () => {
  let opened = 0;
  const stream = new EventStream(
    async () => {
      opened++;
      return new Response(null, { status: 401 });
    },
    () => {},
    () => {},
  );
  void stream.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(stream.state).toBe("over");
  expect(opened).toBe(1);
});

test("a proxy that knows no api for a moment, as in a release, ends nothing", async () => {
  let opened = 0;
  const stream = new EventStream(
    async () => new Response(null, { status: ++opened === 1 ? 404 : 401 }),
    () => {},
    () => {},
  );
  void stream.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(opened).toBe(2);
  expect(stream.state).toBe("over");
});
