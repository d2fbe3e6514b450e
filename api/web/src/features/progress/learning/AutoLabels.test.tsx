import { act, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../../../client/http";
import type { AutolabelRun } from "../../../client/types";
import { language } from "../../../components/language";
import { aBusyProject } from "../../../testing/factories";
import { openHub } from "../../../testing/fakeHub";
import { aCertifiedRun, aRun } from "../../../testing/figures/learning";
import { figureRoutes } from "../../../testing/figures/routes";
import { AutoLabels } from "./AutoLabels";

const ALL = { canManage: true, canOwn: true };

async function look(runs: AutolabelRun[], may = ALL) {
  const hub = openHub(figureRoutes({ "GET /v1/projects/*/autolabels": () => runs }));
  render(<AutoLabels progress={aBusyProject()} {...may} />);
  await act(async () => Promise.resolve());
  return hub;
}

const heading = (name: string | RegExp) => screen.findByRole("heading", { name });
const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));
const accepted = (): AutolabelRun => {
  const run = aCertifiedRun({
    state: "accepted",
    running: { right: 58, wrong: 1, waiting: 3, gone: 0 },
  });
  if (run.certificate) run.certificate.accepted = 500;
  return run;
};

describe("before anything is spent", () => {
  it("shows what an audit would bring, as a range, and its price", async () => {
    await look([aRun()]);
    await heading("An audit would certify about 40.0 – 62.0% of the pool");
    expect(document.body).toHaveTextContent("takes 400 – 800 judgments and costs $8.00 – $16.00");
  });

  it("calls no range an expectation that says nothing", async () => {
    const run = aRun();
    const expected = run.preview?.expected.map((one) => ({ ...one, low: 0, high: 1, n_known: 40 }));
    if (run.preview && expected) run.preview.expected = expected;
    await look([run]);
    await heading("What an audit would bring cannot be told yet");
    expect(document.body).toHaveTextContent("With 40 labelled items of the random test sample");
  });

  it("offers a look where no run has been", async () => {
    const hub = await look([]);
    hub.on("POST /v1/projects/*/autolabels/preview", () => aRun({ state: "scoring" }));
    await heading("No label is the model’s own");
    await press("See what auto-labels would bring");
    expect(hub.bodies("POST /v1/projects/*/autolabels/preview")).toEqual([{}]);
  });

  it("offers no audit that is larger than the pool, and says so", async () => {
    await look([aRun({ n_pool: 0 })]);
    await heading(/An audit would certify/);
    expect(document.body).toHaveTextContent("No audit can start: 0 items are left");
    expect(screen.queryByRole("button", { name: "Start the audit" })).toBeNull();
  });

  it("starts the audit only for who manages the project", async () => {
    await look([aRun()], { canManage: false, canOwn: false });
    await heading(/An audit would certify/);
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("a certificate", () => {
  it("shows classes that stay with people with the reason, so that none is missing", async () => {
    await look([aCertifiedRun()]);
    await heading("50% of the pool may be labelled under a certificate");
    const rows = within(screen.getByRole("region", { name: "Certificate" })).getAllByRole("row");
    expect(rows[1]).toHaveTextContent("Billingcertified0.9450.0%2002");
    expect(rows[2]).toHaveTextContent("stays with people");
    expect(rows[2]).toHaveTextContent("hold more errors than 0.95 allows");
  });

  it("is accepted only after a look at the would-be labels", async () => {
    HTMLDialogElement.prototype.showModal = vi.fn();
    HTMLDialogElement.prototype.close = vi.fn();
    const hub = await look([aCertifiedRun()]);
    hub.on("GET /v1/projects/*/autolabels/2/sample", () => ({
      certificate_id: 3,
      labels: [{ item_id: 4, key: "t-4", data: { text: "Money is wrong" }, label: "billing" }],
    }));
    hub.on("POST /v1/projects/*/autolabels/2/accept", () => accepted());
    await press("Look at some of each class, then accept…");
    expect(await screen.findByText("Money is wrong")).toBeInTheDocument();
    await userEvent.click(screen.getByText("Accept these auto-labels"));
    expect(hub.bodies("POST /v1/projects/*/autolabels/2/accept")).toEqual([{ certificate_id: 3 }]);
  });

  it("offers no acceptance to who does not own the project", async () => {
    await look([aCertifiedRun()], { canManage: true, canOwn: false });
    await heading("50% of the pool may be labelled under a certificate");
    expect(screen.queryByRole("button", { name: /accept/ })).toBeNull();
  });
});

describe("accepted auto-labels", () => {
  it("say how many, under what promise, and what checks since have found", async () => {
    await look([accepted(), aRun({ n: 1, state: "cancelled" })]);
    await heading("500 items carry the model’s label under a certificate: 50% of the pool");
    expect(document.body).toHaveTextContent(
      "Precision at least 95% with 95% confidence, for each class by itself.",
    );
    expect(document.body).toHaveTextContent("Checked at random since: 58 right, 1 wrong.");
    await userEvent.selectOptions(screen.getByRole("combobox", { name: "Run" }), "1");
    expect(screen.getByText("cancelled")).toBeInTheDocument();
  });

  it("are taken back with a reason", async () => {
    HTMLDialogElement.prototype.showModal = vi.fn();
    HTMLDialogElement.prototype.close = vi.fn();
    const hub = await look([accepted()]);
    let tries = 0;
    hub.on("POST /v1/projects/*/autolabels/2/revoke", () => {
      tries += 1;
      if (tries === 1) throw new Problem(409, "conflict", "Conflict", "It is being revoked.");
      return aCertifiedRun({ state: "revoking" });
    });
    await press("Revoke the auto-labels…");
    await userEvent.type(screen.getByLabelText("Why?"), "The classes changed");
    await userEvent.click(screen.getByText("Revoke"));
    expect(await screen.findByText("It is being revoked.")).toBeInTheDocument();
    await userEvent.click(screen.getByText("Revoke"));
    expect(hub.bodies("POST /v1/projects/*/autolabels/2/revoke")).toEqual(
      Array(2).fill({ reason: "The classes changed" }),
    );
  });
});

it("speaks Chinese, the reasons of classes included", async () => {
  language.set("zh");
  await look([aCertifiedRun()]);
  await heading("数据池的 50% 可在证书保证下自动标注");
  expect(document.body).toHaveTextContent("最有把握的 59 个已检查预测中的错误多于 0.95 所允许的");
});
