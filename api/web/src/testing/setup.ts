import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, expect } from "vitest";
import { language } from "../components/language";
import { closeHub } from "./fakeHub";
import { FakeEventSource } from "./FakeEventSource";

beforeEach(() => {
  localStorage.clear();
  language.set("en");
  history.replaceState(null, "", "/");
  fillGaps();
});

afterEach(() => {
  cleanup();
  expect(closeHub(), "requests that the test did not expect").toEqual([]);
});

/** What happy-dom lacks and the page needs. */
function fillGaps(): void {
  globalThis.EventSource = FakeEventSource as unknown as typeof EventSource;
  FakeEventSource.opened = [];
}
