import { type ComponentType, createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

// Rendered once, as it is now: there is nothing to be told of changes.
vi.mock("../parts/hooks", async (original) => ({
  ...(await original<typeof import("../parts/hooks")>()),
  useChanges: <T>(observable: T) => observable,
}));

const ADA = { id: "agt_ada", name: "Ada", role: "agent" };
const MAYA = { id: "caller_1", name: "Maya" };
const TALKING = {
  id: "call_1",
  caller: MAYA,
  agent: ADA,
  state: "talking",
  people: [],
  created_at: "2026-11-29T08:00:00Z",
};

/** What this tab remembers of itself, and what each opening of the event stream tells it. */
function stage(remembered: object, ...streams: Response[]): void {
  vi.stubGlobal("sessionStorage", { getItem: () => JSON.stringify(remembered), setItem() {} });
  vi.stubGlobal("fetch", (url: URL) => {
    const next = url.pathname === "/v1/me/events" ? streams.shift() : undefined;
    return next ? Promise.resolve(next) : new Promise(() => {});
  });
}

function told(...events: [string, unknown][]): Response {
  const lines = events.map(([kind, view]) => `event: ${kind}\ndata: ${JSON.stringify(view)}\n\n`);
  return new Response(lines.join(""));
}

async function shown(page: ComponentType): Promise<string> {
  await vi.advanceTimersByTimeAsync(2000);
  return renderToStaticMarkup(createElement(page));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { querySelector: () => null, baseURI: "http://test/" });
  vi.stubGlobal("location", { search: "", pathname: "/" });
  vi.stubGlobal("window", { addEventListener() {}, removeEventListener() {} });
  vi.stubGlobal("navigator", {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The caller's page, in a call of this state and in a transfer that is being consulted about. */
async function calling(state: string): Promise<string> {
  const transfer = { phase: "consulting", text: "Ada talks with a colleague." };
  stage(
    { token: "t", callId: "call_1" },
    told(["call", { ...TALKING, state }], ["transfer", transfer]),
  );
  return shown((await import("./CallerPage")).CallerPage);
}

test("a caller's clock is in nothing that is read aloud when it changes, and no key hangs up", async () => {
  const html = await calling("talking");
  expect(html).toContain('<p class="headline" role="status">Ada talks with a colleague.</p>');
  expect(html).toContain('<div class="happening" data-testid="happening">');
  expect(html).toContain('<time role="timer"');
  expect(html).not.toContain('aria-keyshortcuts="x"');
});

test("whoever hears hold audio isn't told to go on talking", async () => {
  expect(await calling("on_hold")).toContain("You hear music while you wait.");
});

test("whoever still talks isn't told of music", async () => {
  expect(await calling("talking")).toContain("You can go on talking.");
});

/** The agent's page in a call; the stream is opened a second time with this. */
async function serving(again: Response): Promise<string> {
  stage({ token: "t", person: ADA }, told(["call", TALKING], ["agents", []]), again);
  return shown((await import("./AgentPage")).AgentPage);
}

const SIGN_OUT = /<button[^>]*>Sign out/;

test("nobody signs out during a call", async () => {
  expect((await serving(told())).match(SIGN_OUT)?.[0]).toContain("disabled");
});

test("a sign-in that expires during a call can be renewed", async () => {
  const html = await serving(new Response(null, { status: 401 }));
  expect(html).toContain("Your sign-in has expired.");
  expect(html.match(SIGN_OUT)?.[0]).not.toContain("disabled");
});
