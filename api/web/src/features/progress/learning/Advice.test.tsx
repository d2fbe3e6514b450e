import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../../../client/http";
import type { Advice as AdviceFigures } from "../../../client/types";
import { language } from "../../../components/language";
import { aBusyProject } from "../../../testing/factories";
import { openHub } from "../../../testing/fakeHub";
import { DAY } from "../../../testing/figures/days";
import { someAdvice } from "../../../testing/figures/learning";
import { figureRoutes } from "../../../testing/figures/routes";
import { Advice } from "./Advice";

async function look(advice: AdviceFigures, canManage = true) {
  const hub = openHub(figureRoutes({ "GET /v1/projects/*/advice": () => advice }));
  render(<Advice progress={aBusyProject()} canManage={canManage} />);
  await act(async () => Promise.resolve());
  return hub;
}

const heading = (name: string | RegExp) => screen.findByRole("heading", { name });

describe("the scheduler's advice", () => {
  it("says what the next money is best spent on, and the saving as a range", async () => {
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(700);
    await look(someAdvice());
    await heading("The next money is best spent on: one more answer on a doubtful item, crowd");
    expect(document.body).toHaveTextContent(
      "saves about 22% (10.0 – 31.0%, 90% range) of what new items alone would cost, some $2.20",
    );
    const picture = screen.getByRole("img", { name: /best spent on/ });
    expect(picture.querySelectorAll("rect")).toHaveLength(2);
  });

  it("has every option with its why in the table, also what costs nothing", async () => {
    await look(someAdvice());
    const table = await screen.findByRole("table", {
      name: /What could be asked next/,
      hidden: true,
    });
    const rows = within(table).getAllByRole("row", { hidden: true });
    expect(rows).toHaveLength(4);
    expect(rows[3]).toHaveTextContent("free");
  });

  it("is undefined in words, in both languages, where nothing was compared", async () => {
    const reason = "20 labels are needed before a model can be asked about them, and there are 3";
    await look(someAdvice({ options: [], relabels: [], reason }));
    await heading("What to ask next cannot be compared yet");
    expect(document.body).toHaveTextContent(`undefined: ${reason}`);
    act(() => language.set("zh"));
    expect(document.body).toHaveTextContent("需要 20 个标签才能询问模型，现有 3 个");
  });

  it("is switched from advice to action by whoever manages the project", async () => {
    const hub = await look(someAdvice());
    hub.on("PATCH /v1/projects/*/policy", () => ({}));
    await userEvent.click(await screen.findByRole("button", { name: "Let it act" }));
    expect(hub.bodies("PATCH /v1/projects/*/policy")).toEqual([{ learning: { scheduler: "act" } }]);
  });

  it("offers nothing to press to others", async () => {
    await look(someAdvice(), false);
    await heading(/best spent on/);
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("why an item was asked about", () => {
  const task = {
    task_id: 5,
    created_at: DAY,
    kind: "label",
    family: "answer",
    state: "open",
    close_reason: null,
    wanted: 1,
    reason: { round: 3, action: "new", why: "margin 0.04: between billing and other" },
  };

  it("is told from its tasks", async () => {
    const hub = await look(someAdvice());
    hub.on("GET /v1/projects/*/items/17/tasks", () => [task]);
    await userEvent.type(screen.getByLabelText("Item’s number"), "17");
    await userEvent.click(screen.getByRole("button", { name: "Tell me" }));
    const list = await screen.findByRole("list", { name: "Why was an item asked about?" });
    expect(list).toHaveTextContent("Question, open");
    expect(list).toHaveTextContent("margin 0.04: between billing and other");
  });

  it("shows the hub's words for an item that is not there", async () => {
    const hub = await look(someAdvice());
    hub.on("GET /v1/projects/*/items/99/tasks", () => {
      throw new Problem(404, "not-found", "Not found", "There is no such item.");
    });
    await userEvent.type(screen.getByLabelText("Item’s number"), "99");
    await userEvent.click(screen.getByRole("button", { name: "Tell me" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no such item.");
  });
});
