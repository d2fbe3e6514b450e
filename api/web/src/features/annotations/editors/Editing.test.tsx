import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Question, Region } from "../../../client/types";
import { aHub, show, SUBMIT, UNDO } from "../../../testing/annotate";
import { aDesk, anAssignment, aQuestion, leases } from "../../../testing/factories";
import type { FakeHub } from "../../../testing/fakeHub";
import { OtherSheet } from "../Sheets";

const limits = { max_regions: 500 };

async function open(...questions: Question[]): Promise<FakeHub> {
  const desk = aDesk();
  desk.schema.objects.push({ name: "image", kind: "picture", field: "image" });
  const [question = aQuestion()] = questions;
  desk.schema = { ...desk.schema, question, questions };
  const hub = aHub({ desk, first: leases(1, 2, 3) });
  await OtherSheet.fetch();
  show();
  await waitFor(() => expect(document.querySelector(".questions")).not.toBeNull());
  await act(async () => Promise.resolve()); // until its keys are heard
  return hub;
}

const press = (...keys: string[]) =>
  keys.forEach((key) => fireEvent.keyDown(document.activeElement ?? document.body, { key }));

async function sent(hub: FakeHub, n = 1): Promise<Region[]> {
  await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(n));
  return (hub.bodies(SUBMIT)[n - 1] as { result: Region[] }).result;
}

// A text field is only focused by itself where there is a mouse.
beforeEach(() => {
  globalThis.matchMedia = () => ({ matches: false }) as MediaQueryList;
});

describe("several choices", () => {
  const several = aQuestion({ kind: "choices" });

  it("are put on and off by keys, and sent by Enter", async () => {
    const hub = await open(several);
    press("2", "1", "2", "2", "Enter");
    expect(await sent(hub)).toMatchObject([
      { type: "choices", value: { choices: ["billing", "other"] } },
    ]);
    expect(screen.getByRole("group", { name: "Item" })).toHaveTextContent("Message number 2");
    expect(screen.queryByRole("checkbox", { checked: true })).toBeNull();
  });

  it("are not sent while none is chosen, unless none may be", async () => {
    const hub = await open(several);
    press("Enter");
    expect(screen.getByText("Not answered yet")).toBeInTheDocument();
    expect(hub.bodies(SUBMIT)).toHaveLength(0);
    cleanup();
    const other = await open({ ...several, required: false });
    await userEvent.click(screen.getByRole("button", { name: "Submit" }));
    expect(await sent(other)).toEqual([]);
  });

  it("that were begun are there after a reload, and gone once they are sent", async () => {
    await open(several);
    press("2");
    cleanup();
    const hub = await open(several);
    expect(screen.getByRole("checkbox", { name: "Other" })).toBeChecked();
    press("Enter");
    await sent(hub);
    expect(Object.keys(localStorage).filter((key) => key.includes("draft"))).toEqual([]);
  });

  it("that were taken back are shown as they were", async () => {
    const hub = await open(several);
    press("1", "Enter");
    const result = await sent(hub);
    hub.on(UNDO, () => anAssignment(1, { lease_n: 2, previous: { result } }));
    press("z");
    await waitFor(() => expect(screen.getByRole("checkbox", { name: "Billing" })).toBeChecked());
    press("2", "Enter");
    expect(await sent(hub, 2)).toMatchObject([{ value: { choices: ["billing", "other"] } }]);
  });
});

describe("a rating", () => {
  it("is sent by its digit; one beyond the most is not heard", async () => {
    const hub = await open(aQuestion({ kind: "rating", max_rating: 5, classes: [] }));
    press("7", "4");
    expect(await sent(hub)).toMatchObject([{ type: "rating", value: { rating: 4 } }]);
    expect(screen.getByRole("status")).toHaveTextContent("Last: 4 ★");
    expect(screen.getByRole("button", { name: "2 of 5" })).toBeInTheDocument();
  });
});

describe("a number", () => {
  const number = aQuestion({ kind: "number", classes: [], minimum: 0, maximum: 10, step: 0.5 });

  it("is typed wherever the focus is, and sent by Enter", async () => {
    const hub = await open(number);
    press("7");
    const field = screen.getByRole("textbox", { name: "Your number" });
    expect(field).toHaveFocus();
    await userEvent.type(field, ".5{Enter}");
    expect(await sent(hub)).toMatchObject([{ type: "number", value: { number: 7.5 } }]);
    expect(field).toHaveValue("");
  });

  it("is refused in words while it does not fit, and letters stay commands", async () => {
    const hub = await open({ ...number, required: false });
    const field = screen.getByRole("textbox", { name: "Your number" });
    await userEvent.type(field, "12{Enter}");
    expect(field).toHaveAccessibleDescription("Too large. From 0 to 10, in steps of 0.5.");
    expect(hub.bodies(SUBMIT)).toHaveLength(0);
    fireEvent.keyDown(field, { key: "?" });
    expect(screen.getByRole("dialog")).toHaveTextContent("Type the number");
  });
});

describe("own words", () => {
  const text = aQuestion({ kind: "text", classes: [], max_characters: 200 });

  it("take Enter as a new line and go by Ctrl + Enter, not while composing", async () => {
    const hub = await open(text);
    const field = screen.getByRole("textbox", { name: "Your words" });
    expect(field).toHaveFocus();
    await userEvent.type(field, "one{Enter}two");
    fireEvent.keyDown(field, { key: "Enter", ctrlKey: true, isComposing: true });
    expect(hub.bodies(SUBMIT)).toHaveLength(0);
    fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
    expect(await sent(hub)).toMatchObject([{ type: "textarea", value: { text: ["one\ntwo"] } }]);
    expect(field).toHaveValue("");
  });

  it("are left by Escape, so that keys are keys again, and found by T", async () => {
    await open(text);
    const field = screen.getByRole("textbox", { name: "Your words" });
    press("Escape");
    expect(field).not.toHaveFocus();
    press("t");
    expect(field).toHaveFocus();
  });
});

describe("a pair", () => {
  it("is answered by a side's key", async () => {
    const hub = await open(aQuestion({ kind: "pair", classes: [], beside: "image" }));
    expect(screen.getByRole("region", { name: "Left" })).toHaveTextContent("Message number 1");
    press("ArrowRight");
    expect(await sent(hub)).toMatchObject([{ type: "pairwise", value: { selected: "right" } }]);
  });
});

describe("spans", () => {
  const spans = aQuestion({ kind: "spans", required: false, ...limits });

  it("are picked by arrows, labelled by a key, stretched, relabelled and removed", async () => {
    const hub = await open(spans);
    press("ArrowRight");
    fireEvent.keyDown(document.body, { key: "ArrowRight", shiftKey: true });
    press("1", "ArrowRight", "2");
    fireEvent.keyDown(document.body, { key: "ArrowLeft", shiftKey: true });
    press("ArrowLeft", "2", "Delete");
    const list = screen.getByRole("region", { name: "Marked" });
    await userEvent.click(within(list).getByRole("button", { name: /^Other “/ }));
    press("1", "Enter");
    expect(await sent(hub)).toMatchObject([
      { type: "labels", value: { start: 0, end: 14, text: "Message number" } },
      { type: "labels", value: { start: 8, end: 16, text: "number 1", labels: ["billing"] } },
    ]);
  });

  it("go by character after C, and are submitted empty where nothing is to be marked", async () => {
    const hub = await open(spans);
    press("c", "ArrowRight", "1");
    expect(screen.getByRole("region", { name: "Marked" })).toHaveTextContent("“M”");
    press("Backspace", "Enter");
    expect(await sent(hub)).toEqual([]);
  });
});

describe("boxes", () => {
  const boxes = aQuestion({ kind: "boxes", to_name: "image", required: false, ...limits });

  it("are made, moved, resized and named by keys alone", async () => {
    const hub = await open(boxes);
    press("n", "2", "ArrowLeft", "ArrowLeft");
    fireEvent.keyDown(document.body, { key: "ArrowDown", shiftKey: true });
    press("Enter");
    expect(await sent(hub)).toMatchObject([
      {
        type: "rectanglelabels",
        value: { x: 39.5, y: 40, width: 20, height: 20.25, rectanglelabels: ["other"] },
      },
    ]);
  });

  it("are removed from their list", async () => {
    await open(boxes);
    press("n");
    await userEvent.click(screen.getByRole("button", { name: /^Remove 1: Billing/ }));
    expect(screen.getByText(/Drag a box/)).toBeInTheDocument();
  });
});

describe("outlines", () => {
  it("are set corner by corner by a cross, and closed by Enter before it submits", async () => {
    const hub = await open(
      aQuestion({ kind: "polygons", to_name: "image", required: false, ...limits }),
    );
    press("n", " ", "ArrowRight", " ", "ArrowDown", " ", "Enter");
    expect(hub.bodies(SUBMIT)).toHaveLength(0);
    press("Enter");
    expect(await sent(hub)).toMatchObject([
      {
        type: "polygonlabels",
        value: {
          points: [
            [50, 50],
            [50.25, 50],
            [50.25, 50.25],
          ],
        },
      },
    ]);
  });
});

describe("several questions", () => {
  it("are answered in turn, and sent together", async () => {
    const hub = await open(
      aQuestion({ title: "Topic" }),
      aQuestion({ name: "stars", title: "Stars", kind: "rating", max_rating: 5, classes: [] }),
      aQuestion({ name: "why", title: "Why", kind: "text", required: false, classes: [] }),
    );
    expect(screen.getByText("Still open: Topic, Stars")).toBeInTheDocument();
    press("2");
    expect(screen.getByText("Still open: Stars")).toBeInTheDocument();
    press("3", "Enter");
    expect(await sent(hub)).toMatchObject([
      { from_name: "label", value: { choices: ["other"] } },
      { from_name: "stars", value: { rating: 3 } },
    ]);
  });
});
