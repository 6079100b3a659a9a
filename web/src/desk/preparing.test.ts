import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { askUntil } from "./again";
import { watchPreparing } from "./preparing";
import { Rehearsal } from "./rehearsal";

const NOBODY = () => Promise.reject(new TypeError("nothing listens"));
const fetched = vi.fn<(url: URL | string) => Promise<Response>>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { querySelector: () => null, baseURI: "http://test/" });
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  fetched.mockReset();
});

test("the page goes on looking while nothing listens between the first start and the api", async () => {
  const building = () =>
    Promise.resolve(Response.json({ detail: "Building LiveKit." }, { status: 503 }));
  fetched.mockImplementationOnce(building).mockImplementationOnce(NOBODY);
  fetched.mockImplementation(() => Promise.resolve(Response.json({})));
  const told: string[] = [];
  watchPreparing((doing) => told.push(doing));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told).toEqual(["Building LiveKit.", ""]);
  expect(fetched).toHaveBeenCalledTimes(3);
});

test("whoever stops looking is told nothing more", async () => {
  fetched.mockImplementation(NOBODY);
  const stop = watchPreparing(() => expect.unreachable());
  await vi.advanceTimersByTimeAsync(100);
  stop();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(fetched).toHaveBeenCalledTimes(1);
});

test("robots that start last are found all the same", async () => {
  let areThere = false;
  fetched.mockImplementation((url) => {
    if (url instanceof URL) {
      return Promise.resolve(Response.json({ sign_in: "name", rehearsal_url: "http://robots" }));
    }
    return areThere ? Promise.resolve(Response.json({})) : NOBODY();
  });
  const rehearsal = new Rehearsal();
  rehearsal.lookOut();
  await vi.advanceTimersByTimeAsync(100);
  expect(rehearsal.url).toBe(null);
  areThere = true;
  await vi.advanceTimersByTimeAsync(4_000);
  expect(rehearsal.url).toBe("http://robots");
});

test("whoever plays with no robots asks nobody for them", async () => {
  fetched.mockImplementation(NOBODY);
  new Rehearsal().goOn();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(fetched).not.toHaveBeenCalled();
});

test("an api that is away for a while is asked until it answers", async () => {
  const ask = vi.fn<() => Promise<string>>().mockRejectedValueOnce(new Error("away"));
  ask.mockResolvedValue("token");
  const told: string[] = [];
  askUntil(ask, (answer) => told.push(answer) > 0);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told).toEqual(["token"]);
});
