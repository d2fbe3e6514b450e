import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Problem } from "../../../client/http";
import { openHub } from "../../../testing/fakeHub";
import { SettingsDialog } from "./SettingsDialog";

const POLICY = "PATCH /v1/projects/*/policy";

const policy = {
  strategy: "auto",
  random_share: 0.1,
  target: { accuracy: null, class_recall: null },
  learning: { scheduler: "advise" },
  autolabel: { enabled: false, precision: 0.95, delta: 0.05, scope: "pooled" },
};

async function open() {
  const onSaved = vi.fn();
  const hub = openHub({
    "GET /v1/projects/*/policy": () => ({ version: 4, policy }),
    [POLICY]: () => ({ version: 5, policy }),
  });
  render(<SettingsDialog slug="tickets" onClose={() => undefined} onSaved={onSaved} />);
  await act(async () => Promise.resolve());
  return { hub, onSaved };
}

it("sets a target, and sends nothing else", async () => {
  const { hub, onSaved } = await open();
  expect(screen.getByRole("dialog")).toHaveTextContent("policy version 4");
  await userEvent.type(screen.getByLabelText(/Accuracy to reach/), "97");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(hub.bodies(POLICY)).toEqual([{ target: { accuracy: 0.97 } }]);
  expect(onSaved).toHaveBeenCalledOnce();
});

it("says that nothing is changed, and asks the hub for nothing", async () => {
  const { hub } = await open();
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(screen.getByRole("status")).toHaveTextContent("Nothing is changed yet.");
  expect(hub.bodies(POLICY)).toEqual([]);
});

it("shows why the hub refuses, and keeps what was typed", async () => {
  const { hub, onSaved } = await open();
  hub.on(POLICY, () => {
    throw new Problem(422, "invalid", "Does not fit", "random_share: at most 1");
  });
  await userEvent.click(screen.getByRole("checkbox"));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("random_share: at most 1");
  expect(screen.getByRole("checkbox")).toBeChecked();
  expect(onSaved).not.toHaveBeenCalled();
});
