/** The hub answered, and refused: RFC 9457 problem+json. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }

  /** True where the same request may well pass later: keep it and send it again. */
  get passing(): boolean {
    return this.status >= 500 || [408, 425, 429].includes(this.status);
  }
}

/** No answer came: the line, or the hub, is down. Nothing is known about the request's effect. */
export class Unreachable extends Error {}

const PATIENCE_MS = 15_000;

let clockOffsetMs = 0;

/** Milliseconds since the epoch by the hub's clock, as its last reply showed it. */
export function hubNow(): number {
  return Date.now() + clockOffsetMs;
}

/**
 * Sends one request and returns its JSON (undefined for 204).
 *
 * @throws Problem where the hub refuses, Unreachable where no answer comes within 15 s.
 */
export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const reply = await send(method, path, body);
  noteClock(reply);
  if (!reply.ok) throw await problemOf(reply);
  if (reply.status === 204) return undefined as T;
  try {
    return (await reply.json()) as T;
  } catch (cause) {
    throw new Unreachable(`${method} ${path}: the reply broke off`, { cause });
  }
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  const init: RequestInit = {
    method,
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { Accept: "application/json", "Content-Type": "application/json" },
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  try {
    return await fetch(path, init);
  } catch (cause) {
    throw new Unreachable(`${method} ${path}: no answer`, { cause });
  }
}

function noteClock(reply: Response): void {
  const date = Date.parse(reply.headers.get("Date") ?? "");
  if (!Number.isNaN(date)) clockOffsetMs = date - Date.now();
}

async function problemOf(reply: Response): Promise<Problem> {
  let told: { type?: string; title?: string; detail?: unknown };
  try {
    told = (await reply.json()) as typeof told;
  } catch {
    told = {}; // a proxy's HTML page says nothing we could show
  }
  const detail = typeof told.detail === "string" ? told.detail : "";
  return new Problem(
    reply.status,
    told.type ?? "about:blank",
    told.title ?? `HTTP ${reply.status}`,
    detail,
  );
}
