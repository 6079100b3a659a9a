import { afterEach, expect, test, vi } from "vitest";
import { takeLinked } from "./linked";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a link opens its transfer once, and leaves the rest of the address as it is", () => {
  const location = { href: "http://test/agent?name=Ada&transfer=tr_1" };
  vi.stubGlobal("location", location);
  vi.stubGlobal("history", {
    replaceState: (_: unknown, __: string, to: URL) => (location.href = to.href),
  });
  expect([takeLinked(), takeLinked()]).toEqual(["tr_1", null]);
  expect(location.href).toBe("http://test/agent?name=Ada");
});
