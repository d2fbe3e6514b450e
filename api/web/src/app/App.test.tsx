import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../client/http";
import type { Membership } from "../client/types";
import { aMe } from "../testing/factories";
import { openHub } from "../testing/fakeHub";
import { App } from "./App";
import { routeOf } from "./routes";

const signedOut = () => {
  throw new Problem(401, "not-signed-in", "Not signed in", "Open a sign-in link.");
};

describe("signing in", () => {
  it("posts the link, takes it out of the address and goes on", async () => {
    const hub = openHub({
      "POST /v1/sessions": () => {
        hub.on("GET /v1/me", () => aMe());
        return { user: { id: 7, name: "Ada" }, next: "/" };
      },
    });
    history.replaceState(null, "", "/signin#se%63ret");
    render(<App />);
    expect(await screen.findByRole("heading", { name: "Your projects" })).toBeInTheDocument();
    expect(location.hash).toBe("");
    expect(hub.bodies("POST /v1/sessions")).toEqual([{ link: "secret" }]);
    expect(location.pathname).toBe("/");
  });

  it("never leaves this origin", async () => {
    const hub = openHub({
      "POST /v1/sessions": () => {
        hub.on("GET /v1/me", () => aMe());
        return { user: { id: 7, name: "Ada" }, next: "//elsewhere.example/x" };
      },
    });
    history.replaceState(null, "", "/signin#secret");
    render(<App />);
    expect(await screen.findByRole("heading", { name: "Your projects" })).toBeInTheDocument();
    expect(location.pathname).toBe("/");
  });

  it("says how to get a link, without one", async () => {
    openHub({ "GET /v1/me": signedOut });
    render(<App />);
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeInTheDocument();
    expect(screen.getByText(/ask them for a link/)).toBeInTheDocument();
  });

  it("says why a link is refused", async () => {
    openHub({
      "POST /v1/sessions": () => {
        throw new Problem(401, "link-used", "This link was used", "Ask for a new one.");
      },
    });
    history.replaceState(null, "", "/signin#old");
    render(<App />);
    expect(await screen.findByRole("alert")).toHaveTextContent("expired");
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });
});

describe("the list of projects", () => {
  const as = (over: Partial<Membership>) => {
    const [membership] = aMe().memberships;
    if (!membership) throw new Error("the factory has a membership");
    openHub({ "GET /v1/me": () => aMe({ memberships: [{ ...membership, ...over }] }) });
  };

  it("links to labelling and progress", async () => {
    as({ role: "reviewer" });
    render(<App />);
    const label = await screen.findByRole("link", { name: "Label: Support tickets" });
    expect(label).toHaveAttribute("href", "/projects/tickets/annotate");
    expect(screen.getByRole("link", { name: "Progress: Support tickets" })).toBeInTheDocument();
  });

  it("offers no labelling to who may not", async () => {
    as({ role: "viewer", can_annotate: false });
    render(<App />);
    expect(await screen.findByRole("link", { name: /^Progress/ })).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: /^Label:/ })).toBeNull();
  });

  it("leads who only labels to no figures", async () => {
    as({ role: "annotator" });
    render(<App />);
    const title = await screen.findByRole("link", { name: "Support tickets" });
    expect(title).toHaveAttribute("href", "/projects/tickets/annotate");
    expect(screen.queryByRole("link", { name: /^Progress/ })).toBeNull();
  });
});

describe("signing out", () => {
  it("gives the session back", async () => {
    const hub = openHub({
      "GET /v1/me": () => aMe(),
      "DELETE /v1/sessions/current": () => undefined,
    });
    render(<App />);
    await userEvent.click(await screen.findByRole("button", { name: "Sign out" }));
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeInTheDocument();
    expect(hub.bodies("DELETE /v1/sessions/current")).toHaveLength(1);
  });

  it("asks first where answers have not been sent", async () => {
    localStorage.setItem("labelloop.answer.k", JSON.stringify({ user: "7", refused: null, at: 1 }));
    const hub = openHub({ "GET /v1/me": () => aMe() });
    const asked = vi.fn(() => false);
    vi.stubGlobal("confirm", asked);
    render(<App />);
    await userEvent.click(await screen.findByRole("button", { name: "Sign out" }));
    await waitFor(() => expect(asked).toHaveBeenCalledOnce());
    expect(hub.asked.map((one) => one.route)).toEqual(["GET /v1/me"]);
    vi.unstubAllGlobals();
  });
});

describe("a hub that is down", () => {
  it("is said, and tried again by hand", async () => {
    const hub = openHub({ "GET /v1/me": () => aMe() });
    hub.down = true;
    render(<App />);
    expect(await screen.findByRole("alert")).toHaveTextContent("The hub does not answer.");
    hub.down = false;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "Your projects" })).toBeInTheDocument();
  });
});

it.each([
  ["/", { page: "home" }],
  ["/signin", { page: "signin" }],
  ["/projects/a%20b", { page: "project", slug: "a b" }],
  ["/projects/x/annotate", { page: "annotate", slug: "x" }],
  ["/projects/x/annotate/y", { page: "nowhere" }],
  ["/projects", { page: "nowhere" }],
  ["/else", { page: "nowhere" }],
])("reads %s", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});
