import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Problem } from "../client/http";
import { aMe } from "../testing/factories";
import { type FakeHub, openHub } from "../testing/fakeHub";
import { App } from "./App";

const signedOut = () => {
  throw new Problem(401, "not-signed-in", "Not signed in", "Open a sign-in link.");
};
const letsIn = (hub: () => FakeHub, next: string) => () => {
  hub().on("GET /v1/me", () => aMe());
  return { user: { id: 7, name: "Ada" }, project: "p", role: "annotator", next };
};

describe("the door with a password", () => {
  it("signs in by name and password", async () => {
    const hub = openHub({
      "GET /v1/me": signedOut,
      "POST /v1/sessions": letsIn(() => hub, "/"),
    });
    render(<App />);
    await userEvent.type(await screen.findByLabelText("Name or e-mail address"), "ada");
    await userEvent.type(screen.getByLabelText("Password"), "a long phrase");
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("heading", { name: "Your projects" })).toBeInTheDocument();
    expect(hub.bodies("POST /v1/sessions")).toEqual([{ login: "ada", password: "a long phrase" }]);
  });

  it("says how long to wait after too many attempts, and keeps what was typed", async () => {
    openHub({
      "GET /v1/me": signedOut,
      "POST /v1/sessions": () => {
        throw new Problem(429, "too-many-attempts", "Too many attempts", "Try again in 8 s.");
      },
    });
    render(<App />);
    const login = await screen.findByLabelText("Name or e-mail address");
    await userEvent.type(login, "ada");
    await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Try again in 8 s.");
    expect(login).toHaveValue("ada");
  });

  it("has a link sent, and never says whether there is such an account", async () => {
    const hub = openHub({
      "GET /v1/me": signedOut,
      "POST /v1/password-resets": () => ({ text: "…" }),
    });
    render(<App />);
    await userEvent.type(await screen.findByLabelText("Name or e-mail address"), "a@b.example");
    await userEvent.click(screen.getByRole("button", { name: "Forgotten your password?" }));
    await userEvent.click(screen.getByRole("button", { name: "Send me a link" }));
    expect(await screen.findByRole("status")).toHaveTextContent("If an account has this address");
    expect(hub.bodies("POST /v1/password-resets")).toEqual([{ email: "a@b.example" }]);
  });
});

describe("an invitation", () => {
  it("is accepted by somebody new, with a password or without", async () => {
    const hub = openHub({
      "POST /v1/invitations/preview": () => ({
        project: "p",
        title: "Reviews",
        role: "annotator",
        name: "",
        signed_in_as: null,
      }),
      "POST /v1/invitations/acceptances": letsIn(() => hub, "/"),
    });
    history.replaceState(null, "", "/join#s3cret");
    render(<App />);
    expect(await screen.findByText("To “Reviews”, as annotator.")).toBeInTheDocument();
    expect(location.hash).toBe("");
    await userEvent.type(screen.getByLabelText("Your name"), "Ada");
    await userEvent.click(screen.getByRole("button", { name: "Join" }));
    expect(await screen.findByRole("heading", { name: "Your projects" })).toBeInTheDocument();
    expect(hub.bodies("POST /v1/invitations/acceptances")).toEqual([
      { invitation: "s3cret", name: "Ada", email: null, password: null },
    ]);
  });

  it("is accepted as oneself where one is signed in", async () => {
    const hub = openHub({
      "POST /v1/invitations/preview": () => ({
        project: "p",
        title: "Reviews",
        role: "reviewer",
        name: "",
        signed_in_as: "Ada",
      }),
      "POST /v1/invitations/acceptances": letsIn(() => hub, "/"),
    });
    history.replaceState(null, "", "/join#s3cret");
    render(<App />);
    await userEvent.click(await screen.findByRole("button", { name: "Join as Ada" }));
    expect(await screen.findByRole("heading", { name: "Your projects" })).toBeInTheDocument();
    expect(hub.bodies("POST /v1/invitations/acceptances")).toEqual([{ invitation: "s3cret" }]);
  });

  it("says why it opens nothing", async () => {
    openHub({
      "POST /v1/invitations/preview": () => {
        throw new Problem(404, "not-found", "Not found", "This invitation is used up.");
      },
    });
    history.replaceState(null, "", "/join#old");
    render(<App />);
    expect(await screen.findByRole("alert")).toHaveTextContent("This invitation is used up.");
  });
});

describe("a new password", () => {
  it("replaces a forgotten one by the link in the address", async () => {
    const hub = openHub({ "POST /v1/password-resets/completions": letsIn(() => hub, "/") });
    history.replaceState(null, "", "/reset#s3cret");
    render(<App />);
    await userEvent.type(await screen.findByLabelText("New password"), "a long enough phrase");
    await userEvent.click(screen.getByRole("button", { name: "Keep it and sign in" }));
    expect(await screen.findByRole("heading", { name: "Your projects" })).toBeInTheDocument();
    expect(hub.bodies("POST /v1/password-resets/completions")).toEqual([
      { link: "s3cret", password: "a long enough phrase" },
    ]);
  });

  it("is set in one's account, where the present one is asked for", async () => {
    const hub = openHub({
      "GET /v1/me": () => ({ ...aMe(), has_password: true }),
      "PUT /v1/me/password": () => undefined,
      "GET /v1/projects/*/my/attributes": () => ({ asked: {}, given: {}, least_n: 5 }),
    });
    history.replaceState(null, "", "/account");
    render(<App />);
    await userEvent.type(await screen.findByLabelText("Present password"), "the old phrase");
    await userEvent.type(screen.getByLabelText("New password"), "a long enough phrase");
    await userEvent.click(screen.getByRole("button", { name: "Change password" }));
    expect(await screen.findByText(/other browsers are signed out/)).toBeInTheDocument();
    expect(hub.bodies("PUT /v1/me/password")).toEqual([
      { new: "a long enough phrase", current: "the old phrase" },
    ]);
  });
});

describe("what one says of oneself", () => {
  const MINE = "/v1/projects/tickets/my/attributes";
  const asked = { age_band: ["18-29", "30-49"], region: ["north", "south"] };

  async function account(given: Record<string, string>) {
    const hub = openHub({
      "GET /v1/me": () => aMe(),
      [`GET ${MINE}`]: () => ({ asked, given, least_n: 5 }),
      [`PUT ${MINE}`]: (body) => ({ asked, given: givenIn(body), least_n: 5 }),
      [`DELETE ${MINE}`]: () => undefined,
    });
    history.replaceState(null, "", "/account");
    render(<App />);
    await screen.findByRole("heading", { name: "About you, for “Support tickets”" });
    return hub;
  }

  it("goes with consent, for one project, and only what one likes", async () => {
    const hub = await account({});
    expect(screen.getByText(/fewer than 5 people/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Take it back" })).toBeNull();
    await userEvent.selectOptions(screen.getByLabelText("age band"), "30-49");
    await userEvent.click(screen.getByRole("checkbox", { name: /I agree/ }));
    await userEvent.click(screen.getByRole("button", { name: "Save what I say" }));
    expect(await screen.findByText("Saved.")).toBeInTheDocument();
    expect(hub.bodies(`PUT ${MINE}`)).toEqual([
      { consent: true, attributes: { age_band: "30-49" } },
    ]);
  });

  it("is not sent without consent", async () => {
    const hub = await account({});
    expect(screen.getByRole("checkbox", { name: /I agree/ })).toBeRequired();
    await userEvent.click(screen.getByRole("button", { name: "Save what I say" }));
    expect(hub.bodies(`PUT ${MINE}`)).toEqual([]);
  });

  it("is taken back and deleted", async () => {
    const hub = await account({ region: "north" });
    expect(screen.getByLabelText("region")).toHaveValue("north");
    await userEvent.click(screen.getByRole("button", { name: "Take it back" }));
    expect(await screen.findByText("Taken back and deleted.")).toBeInTheDocument();
    expect(hub.bodies(`DELETE ${MINE}`)).toHaveLength(1);
    expect(screen.getByLabelText("region")).toHaveValue("");
    expect(screen.queryByRole("button", { name: "Take it back" })).toBeNull();
  });
});

const givenIn = (body: unknown) => (body as { attributes: Record<string, string> }).attributes;
