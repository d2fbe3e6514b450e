import { act, render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Problem } from "../../client/http";
import type { Progress } from "../../client/types";
import { language } from "../../components/language";
import { FakeEventSource } from "../../testing/FakeEventSource";
import { aBusyProject, aNewProject } from "../../testing/factories";
import { figureRoutes } from "../../testing/figures/routes";
import { openHub } from "../../testing/fakeHub";
import { ProjectPage } from "./ProjectPage";

function watch(progress: Progress, canAnnotate = true): FakeEventSource {
  openHub(figureRoutes());
  render(<ProjectPage slug="tickets" canAnnotate={canAnnotate} canManage={false} canOwn={false} />);
  const events = FakeEventSource.opened.at(-1);
  if (!events) throw new Error("the page opened no stream");
  act(() => events.send("progress", progress));
  return events;
}

const section = (name: string) => screen.getByRole("region", { name });

describe("a new project", () => {
  it("says in words what is undefined, and draws no zero for it", () => {
    watch(aNewProject());
    expect(section("Where are we?")).toHaveTextContent("No model is live yet");
    expect(section("Where are we?")).toHaveTextContent("undefined");
    expect(section("What will the target cost, and when?")).toHaveTextContent(
      "No model has been tested yet",
    );
    expect(section("How good are the answers, and whose?")).toHaveTextContent(
      "Agreement α is undefined, because one person so far.",
    );
    expect(section("Which model is live, and why?")).toHaveTextContent("No model is live yet.");
    expect(document.body).not.toHaveTextContent("0.0%");
  });

  it("invites to take a seat, where one may", () => {
    watch(aNewProject());
    expect(screen.getByRole("link", { name: /Take a seat/ })).toHaveAttribute(
      "href",
      "/projects/tickets/annotate",
    );
  });

  it("does not invite who may not annotate", () => {
    watch(aNewProject(), false);
    expect(screen.queryByRole("link", { name: /Take a seat/ })).toBeNull();
  });
});

describe("a busy project", () => {
  it("gives accuracy with its interval and its n", () => {
    watch(aBusyProject());
    expect(section("Where are we?")).toHaveTextContent("90.0%87.0 – 93.0%, 360 test items");
    expect(section("Where are we?")).toHaveTextContent("$4.70");
  });

  it("titles the curve with the finding and has the table behind it", () => {
    watch(aBusyProject());
    const cost = section("What will the target cost, and when?");
    expect(
      within(cost).getByRole("heading", {
        name: "For the same money, 7.0 points ahead of random choice",
      }),
    ).toBeInTheDocument();
    const table = within(cost).getByRole("table", { name: /random test sample/, hidden: true });
    expect(within(table).getAllByRole("row", { hidden: true })).toHaveLength(5);
  });

  it("names who agrees less than the others, with the evidence", () => {
    watch(aBusyProject());
    expect(section("What holds us back?")).toHaveTextContent("c-2 agrees less than the others");
  });

  it("says how near a model is to the answers where there is no single truth", () => {
    const busy = aBusyProject();
    const near = {
      brier: 0.081,
      low: 0.06,
      high: 0.1,
      cross_entropy: 0.6,
      noise: 0.04,
      n: 120,
    };
    const reason = "there is no single truth";
    const models = busy.models.map((one) => ({
      ...one,
      accuracy: null,
      low: null,
      high: null,
      reason,
      nearness: near,
    }));
    watch({ ...busy, models });
    const rows = within(section("Which model is live, and why?")).getAllByRole("row");
    expect(rows[1]).toHaveTextContent("no accuracy, as there is no single truth: 0.08");
    expect(within(section("Where are we?")).getByText(/there is no single truth/)).toBeVisible();
  });

  it("lists every model with its verdict, newest first", () => {
    watch(aBusyProject());
    const rows = within(section("Which model is live, and why?")).getAllByRole("row");
    expect(rows[1]).toHaveTextContent("v3");
    expect(rows[1]).toHaveTextContent("inconclusive");
    expect(rows[1]).toHaveTextContent("needs 1,810 test items");
    expect(rows[2]).toHaveTextContent("v2");
    expect(rows[2]).toHaveTextContent("live");
  });

  it("says simulated at the title and beside each simulated workforce", () => {
    watch(aBusyProject());
    expect(screen.getAllByText("simulated")).toHaveLength(2);
  });

  it("follows the hub", () => {
    const events = watch(aBusyProject());
    const next = aBusyProject();
    act(() => events.send("progress", { ...next, answers: 1234 }));
    expect(section("Where are we?")).toHaveTextContent("1,234");
  });

  it("keeps the old figures and says so while the line is down", () => {
    const events = watch(aBusyProject());
    act(() => events.fail());
    expect(screen.getByRole("status")).toHaveTextContent("these figures may be old");
    expect(section("Where are we?")).toHaveTextContent("$4.70");
  });

  it("speaks Chinese throughout", () => {
    watch(aBusyProject());
    act(() => language.set("zh"));
    expect(section("现在到哪一步了？")).toHaveTextContent("线上模型在随机测试集上答对");
    expect(section("线上是哪个模型，为什么？")).toHaveTextContent("无定论");
  });
});

describe("a project one may not see", () => {
  it("shows the hub's words", async () => {
    openHub({
      "GET /v1/projects/tickets/progress": () => {
        throw new Problem(403, "not-allowed", "Not for you", "Ask the owner to add you.");
      },
    });
    render(<ProjectPage slug="tickets" canAnnotate={false} canManage={false} canOwn={false} />);
    act(() => FakeEventSource.opened.at(-1)?.fail({ forGood: true }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Ask the owner to add you.");
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("not for you to see");
    expect(screen.getByRole("link", { name: "Your projects" })).toHaveAttribute("href", "/");
  });
});
