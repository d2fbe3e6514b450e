import { Problem } from "../client/http";

type Answer = (body: unknown, path: string) => unknown;

interface Asked {
  route: string;
  body: unknown;
}

const realFetch = globalThis.fetch;
let unexpected: string[] = [];

/** What a hub in the test was asked, in order. */
export interface FakeHub {
  asked: Asked[];
  /** The bodies of all requests to a route. */
  bodies: (route: string) => unknown[];
  /** While true no request gets an answer. */
  down: boolean;
  /** Adds or replaces an answer. */
  on: (route: string, answer: Answer) => void;
}

/**
 * Stands in for the hub behind `fetch`: routes are "METHOD /path", `*` matches one part.
 *
 * An answer is JSON, undefined (204), or a thrown Problem; a request nobody expected fails the test.
 */
export function openHub(routes: Record<string, Answer>): FakeHub {
  const table = new Map(Object.entries(routes));
  const hub: FakeHub = {
    asked: [],
    down: false,
    bodies: (route) => hub.asked.filter((one) => one.route === route).map((one) => one.body),
    on: (route, answer) => table.set(route, answer),
  };
  globalThis.fetch = async (input, init) => {
    await Promise.resolve();
    const path = input instanceof Request ? input.url : input.toString();
    if (hub.down) throw new TypeError("network down");
    const asked = `${init?.method ?? "GET"} ${path.split("?")[0] ?? ""}`;
    const route = [...table.keys()].find((pattern) => matches(pattern, asked));
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    if (route === undefined) {
      unexpected.push(asked);
      return problem(new Problem(404, "unexpected", "Unexpected request", asked));
    }
    hub.asked.push({ route, body });
    return reply(table.get(route), body, path);
  };
  return hub;
}

/** Puts the real fetch back and returns what nobody expected. */
export function closeHub(): string[] {
  globalThis.fetch = realFetch;
  const left = unexpected;
  unexpected = [];
  return left;
}

function reply(answer: Answer | undefined, body: unknown, path: string): Response {
  try {
    const told = answer?.(body, path);
    return told === undefined ? new Response(null, { status: 204 }) : Response.json(told);
  } catch (error) {
    if (error instanceof Problem) return problem(error);
    throw error;
  }
}

function problem({ status, type, title, detail }: Problem): Response {
  return Response.json({ type, title, status, detail }, { status });
}

function matches(pattern: string, asked: string): boolean {
  const [wanted, given] = [pattern.split("/"), asked.split("/")];
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => part === given[i] || (part === "*" && given[i] !== ""))
  );
}
