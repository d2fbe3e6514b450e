import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Forecast } from "../../client/types";
import { language } from "../../components/language";
import { aBusyProject } from "../../testing/factories";
import { openHub } from "../../testing/fakeHub";
import { aForecast } from "../../testing/figures/learning";
import { figureRoutes } from "../../testing/figures/routes";
import { Cost } from "./Cost";
import { budgetEnd, shownAhead } from "./CurvePlot";

async function look(forecast: Forecast, canManage = true) {
  const hub = openHub(figureRoutes({ "GET /v1/projects/*/forecast": () => forecast }));
  render(<Cost progress={aBusyProject()} canManage={canManage} onSettings={null} />);
  await act(async () => Promise.resolve());
  return hub;
}

const question = () => screen.findByRole("region", { name: /What will the target cost/ });

describe("the cost of the target", () => {
  it("is a range of money, answers and days, with what the budget says to it", async () => {
    await look(aForecast());
    expect(await question()).toHaveTextContent(
      "$3.00 – $10.50 and 60 – 210 more answers to reach 97.0%, 2 – 8 more days at the pace so far",
    );
    expect(await question()).toHaveTextContent("lies within this range: it may not be enough");
  });

  it("names no upper end where there is none", async () => {
    const open = { low: 60, high: null, reason: null };
    const to_target = { target: 0.97, answers: open, money_micros: open, days: open };
    await look(aForecast({ to_target }));
    expect(await question()).toHaveTextContent("At least $0.00 and 60 more answers");
    expect(await question()).toHaveTextContent("it is open whether this pool and model ever do");
  });

  it("is undefined in words where nothing can be told", async () => {
    const why = "no plausible curve reaches 0.99 with this pool and model";
    const unknown = { low: null, high: null, reason: why };
    const to_target = { target: 0.99, answers: unknown, money_micros: unknown, days: unknown };
    await look(aForecast({ to_target }));
    expect(await question()).toHaveTextContent(`Undefined: what the target will cost`);
    act(() => language.set("zh"));
    expect(document.body).toHaveTextContent("没有合理的曲线能达到 0.99");
  });
});

describe("the curve with its forecast", () => {
  it("goes on as a band, with the target and the range on it, and in the table", async () => {
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
    await look(aForecast());
    const cost = within(await question());
    expect(await cost.findByText("target 97.0%")).toBeInTheDocument();
    expect(cost.getByText("forecast, 90% range")).toBeInTheDocument();
    expect(cost.getByText("today: a rule says stop")).toBeInTheDocument();
    expect(cost.getByText("the budget ends")).toBeInTheDocument();
    const table = cost.getByRole("table", { name: /random test sample/, hidden: true });
    expect(within(table).getAllByText("Forecast")).toHaveLength(3);
  });

  it("shows as far as the range to the target goes, not all that was computed", () => {
    expect(shownAhead(aForecast())).toBeCloseTo(1.15 * 304);
    expect(shownAhead(aForecast({ to_target: null }))).toBe(2.5 * 94);
  });
});

it("the budget ends where its free part is spent at the price so far", () => {
  const busy = aBusyProject();
  expect(budgetEnd(busy)).toBeCloseTo(94 + 5.2 / 0.05);
  expect(budgetEnd({ ...busy, money: { ...busy.money, cap_micros: null } })).toBeNull();
});

describe("random choice", () => {
  it("is replayed when asked for, and says why it cannot be", async () => {
    const reason =
      "unknown: 12 of the 50 labels on items drawn at random that are needed are there";
    const hub = openHub(
      figureRoutes({
        "GET /v1/projects/*/forecast": () => aForecast(),
        "GET /v1/projects/*/forecast/random": () => ({
          basis: "random_sample",
          round: 3,
          n_random: 12,
          n_draws: 0,
          curve: [],
          reason,
        }),
      }),
    );
    const progress = { ...aBusyProject(), baseline: null };
    render(<Cost progress={progress} canManage onSettings={null} />);
    await userEvent.click(
      await screen.findByRole("button", { name: "Compare with random choice" }),
    );
    expect(await screen.findByText(`Random choice: ${reason}.`)).toBeInTheDocument();
    expect(hub.asked.filter((one) => one.route.endsWith("/random"))).toHaveLength(1);
  });

  it("is not offered where its curve is known", async () => {
    await look(aForecast());
    await question();
    expect(screen.queryByRole("button", { name: "Compare with random choice" })).toBeNull();
  });
});

describe("stop rules", () => {
  it("say what they advise and why, in words", async () => {
    await look(aForecast(), false);
    const cost = within(await question());
    expect(
      await cost.findByRole("heading", { name: "It is time to stop, says at least one rule" }),
    ).toBeInTheDocument();
    expect(cost.getAllByText("cannot tell")).toHaveLength(1);
    expect(cost.queryByRole("button", { name: "Go on anyway…" })).toBeNull();
  });

  it("can be overruled with a reason by whoever manages the project", async () => {
    const hub = await look(aForecast());
    hub.on("POST /v1/projects/*/forecast/overrule", () => aForecast({ stop: false }));
    await userEvent.click(await screen.findByRole("button", { name: "Go on anyway…" }));
    await userEvent.type(screen.getByLabelText(/^Why/), "New data next week");
    await userEvent.click(screen.getByRole("button", { name: "Go on" }));
    expect(hub.bodies("POST /v1/projects/*/forecast/overrule")).toEqual([
      { rule: "plateau", reason: "New data next week", until_answers: null },
    ]);
    expect(hub.asked.filter((one) => one.route.startsWith("GET"))).toHaveLength(2);
  });
});
