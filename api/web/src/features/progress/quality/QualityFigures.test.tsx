import { act, render, screen, within, renderHook } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { formatFor } from "../../../components/format";
import { language } from "../../../components/language";
import { aBusyProject } from "../../../testing/factories";
import { openHub } from "../../../testing/fakeHub";
import { someLikelyErrors } from "../../../testing/figures/learning";
import {
  aMeasure,
  anUndefined,
  aStopScore,
  someAgreement,
  someAnnotators,
  someConfusions,
  someEvidence,
  someGuideline,
  someHardItems,
} from "../../../testing/figures/quality";
import { figureRoutes } from "../../../testing/figures/routes";
import { useCoefficients } from "../coefficients";
import { findingOf } from "./AgreementFigure";
import { findingOf as promiseOf } from "./ConfidenceFigure";
import { QualityFigures } from "./QualityFigures";
import { words } from "./words";

const told = {
  "GET /v1/projects/*/quality/agreement": someAgreement,
  "GET /v1/projects/*/quality/annotators": someAnnotators,
  "GET /v1/projects/*/quality/confusions": someConfusions,
  "GET /v1/projects/*/quality/confidence": () => aStopScore(),
  "GET /v1/projects/*/quality/evidence": someEvidence,
  "GET /v1/projects/*/quality/guideline": someGuideline,
  "GET /v1/projects/*/quality/hard-items": someHardItems,
  "GET /v1/projects/*/quality/likely-errors": someLikelyErrors,
};

async function look(over: Record<string, () => unknown> = {}, canManage = true) {
  const hub = openHub(figureRoutes({ ...told, ...over }));
  render(<QualityFigures progress={aBusyProject()} canManage={canManage} />);
  await act(async () => Promise.resolve());
  return hub;
}

const heading = (name: string | RegExp) => screen.findByRole("heading", { name });

describe("agreement over time", () => {
  it("titles the picture with the finding and has the table behind it", async () => {
    await look();
    expect(
      await heading("People agree more than they did: α from 0.60 to 0.78"),
    ).toBeInTheDocument();
    const table = screen.getByRole("table", { name: "Agreement over time", hidden: true });
    const rows = within(table).getAllByRole("row", { hidden: true });
    expect(rows[2]).toHaveTextContent("undefined: one person so far");
    expect(rows[4]).toHaveTextContent("chosen items");
  });

  it("names the coefficient of the question's kind", () => {
    const named = renderHook(useCoefficients).result.current;
    expect(named.short("krippendorff_alpha")).toBe("α");
    expect(named.short("span_f1_partial")).toBe("F1 of spans (partial)");
    expect(named.full("one_of_tomorrow")).toBe("one_of_tomorrow");
    const moment = { at: 1, ...aMeasure({ value: 0.7 }) };
    const name = named.short("region_iou");
    expect(findingOf([moment], name, words.en.agreement, formatFor("en"))).toBe(
      "Agreement so far: IoU of regions is 0.70",
    );
  });

  it("calls it a change only where the intervals stand apart", () => {
    const moment = (value: number, half: number) => ({
      at: value,
      ...aMeasure({ value, low: value - half, high: value + half }),
    });
    const say = (...moments: Parameters<typeof findingOf>[0]) =>
      findingOf(moments, "α", words.en.agreement, formatFor("en"));
    expect(say(moment(0.6, 0.1), moment(0.7, 0.1))).toContain("Agreement holds");
    expect(say(moment(0.8, 0.01), moment(0.7, 0.01))).toContain("agree less");
    expect(say({ at: 1, ...aMeasure(anUndefined("one person so far")) })).toContain("undefined");
  });
});

describe("annotators", () => {
  it("gives each with whiskers, and says in words what is undefined", async () => {
    await look();
    const table = within(await screen.findByRole("region", { name: "Annotators" }));
    const rows = table.getAllByRole("row");
    expect(rows[1]).toHaveTextContent("95.0% n = 40");
    expect(rows[2]).toHaveTextContent("undefined: no known item was answered");
    expect(table.getAllByRole("img")).toHaveLength(3);
    expect(table.getAllByText("simulated")).toHaveLength(2);
  });

  it("tells habits in words with their interval and their n", async () => {
    await look();
    expect(
      await screen.findByText(
        (_, element) =>
          element?.tagName === "LI" &&
          element.textContent ===
            "c-2 says other for Billing in 31% (17.0 – 49.0%) of 29 (by the consensus)",
      ),
    ).toBeInTheDocument();
  });
});

describe("confusions", () => {
  it("begins with what rests on the random sample where no truth is known", async () => {
    await look();
    await heading("Billing is called other in 31% of cases");
    expect(screen.getByRole("button", { name: "Consensus, random sample" })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
  });

  it("marks the view on chosen items", async () => {
    await look();
    await userEvent.click(await screen.findByRole("button", { name: "Consensus, chosen items" }));
    const figure = within(
      (await heading("No class is given for another")).closest("figure") ?? document.body,
    );
    expect(figure.getByText("on chosen items")).toBeInTheDocument();
  });
});

describe("confidence", () => {
  it("is a stop score until it has been calibrated", async () => {
    await look();
    await heading("The stop score is no probability yet");
    expect(screen.getByText(/12 of 50 checked items/)).toBeInTheDocument();
  });

  it("keeps its promise, or says how far it misses", () => {
    const bin = { n: 100, promised: 0.95, right: 0.8, low: 0.7, high: 0.9 };
    const found = aStopScore({ kind: "calibrated", calibrated: [bin], error: 0.15, floor: 0.03 });
    const say = (over: object) =>
      promiseOf({ ...found, ...over }, words.en.confidence, formatFor("en"))[0];
    expect(say({})).toBe("The confidence promises 15.0 points more than it keeps");
    expect(say({ error: 0.05 })).toBe("The confidence keeps its promise");
    expect(say({ kind: "share" })).toContain("no single truth");
  });
});

describe("the guideline", () => {
  it("is named where good annotators differ, with what a change would do and the items", async () => {
    await look();
    await heading("The guideline leaves Billing or other open: good annotators differ");
    expect(document.body).toHaveTextContent(
      "α is 0.78; at best 0.84 under a clearer rule, 0.90 as one class, 0.82 with a class between.",
    );
    const table = screen.getByRole("table", {
      name: "Items that a rule must decide",
      hidden: true,
    });
    expect(table).toHaveTextContent("ticket-7");
  });
});

describe("evidence about a person", () => {
  it("is a fact with its numbers and a next step, and says that it is no verdict", async () => {
    await look();
    await heading("The answers of one annotator deserve a look");
    expect(document.body).toHaveTextContent("Got 6 of 20 known items right; 90% is usual");
    expect(document.body).toHaveTextContent("By chance: p < 0.0001.");
    expect(document.body).toHaveTextContent("nothing here pauses or rejects anybody");
  });

  it("says nothing of anybody where the project shows workforces only", async () => {
    await look({
      "GET /v1/projects/*/quality/annotators": () => ({ ...someAnnotators(), by: "workforce" }),
      "GET /v1/projects/*/quality/evidence": () => ({ ...someEvidence(), findings: [] }),
    });
    await heading("What the answers of each workforce are worth");
    await heading(/workforces only: nothing is said of anybody/);
    expect(screen.queryByText(/stand out/)).toBeNull();
  });

  it("is for nobody whom the hub refuses it, nor is the report", async () => {
    await look(figureRoutes());
    expect(screen.queryByText(/deserve a look/)).toBeNull();
    expect(screen.queryByRole("link", { name: "Report in one file" })).toBeNull();
  });
});

describe("likely errors", () => {
  it("are sent to review, those that are not there yet, and what came of it is said", async () => {
    const hub = await look();
    hub.on("POST /v1/projects/*/quality/likely-errors/review", () => ({
      opened: [1],
      passed_over: 1,
      words: "1 items are now open for review",
    }));
    await heading("3 of 40 accepted labels are likely wrong");
    await userEvent.click(
      screen.getByRole("button", { name: "Send the 2 most doubtful to review" }),
    );
    expect(hub.bodies("POST /v1/projects/*/quality/likely-errors/review")).toEqual([
      { item_ids: [1, 3] },
    ]);
    expect(await screen.findByText(/1 items are now open for review/)).toHaveTextContent(
      "1 were passed over",
    );
  });

  it("are nobody's to send but who manages the project", async () => {
    await look({}, false);
    await heading("3 of 40 accepted labels are likely wrong");
    expect(screen.queryByRole("button", { name: /to review/ })).toBeNull();
  });
});

it("lists the hard items with what people said", async () => {
  await look();
  await heading("People differ on 6 of 40 items");
  const table = screen.getByRole("table", { name: /people differ most/, hidden: true });
  expect(table).toHaveTextContent("ticket-7Billing × 2, other × 2Billing66%");
});

it("shows nothing to whom the hub shows nothing", async () => {
  openHub(figureRoutes());
  render(<QualityFigures progress={aBusyProject()} canManage />);
  await act(async () => Promise.resolve());
  expect(screen.queryByRole("figure")).toBeNull();
  expect(screen.queryByRole("heading")).toBeNull();
});

it("speaks Chinese, reasons included", async () => {
  language.set("zh");
  await look();
  await heading("一致性提高了：α 从 0.60 升至 0.78");
  await heading("31% 的“Billing”被答成“other”");
  expect(document.body).toHaveTextContent("未定义：到目前为止只有一个人");
  expect(document.body).toHaveTextContent("20 条已知条目答对 30%；通常为 90%。");
  expect(document.body).toHaveTextContent("在至少 10 条已知条目上答对 80% 以上");
});
