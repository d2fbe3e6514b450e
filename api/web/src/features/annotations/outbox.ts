import type { Region } from "../../client/types";

const PREFIX = "labelloop.answer.";

/** One answer as the browser keeps it until the hub has confirmed it. */
export interface KeptAnswer {
  client_key: string;
  user: string;
  project: string;
  handle: string;
  lease_n: number;
  kind: "answer" | "skip" | "flag";
  reason: string | null;
  result: Region[];
  active_ms: number;
  /** When it was given: milliseconds, by this browser. */
  at: number;
  /** The item in a few words, so that a refused answer can still be recognised. */
  item: string;
  /** Whether it has ever left the browser: then only the hub knows what became of it. */
  sent: boolean;
  refused: { title: string; detail: string } | null;
}

/** An answer as it is given: what the browser needs to keep it, the outbox adds. */
export type GivenAnswer = Omit<
  KeptAnswer,
  "client_key" | "user" | "project" | "at" | "sent" | "refused"
>;

/**
 * The answers of one person in one project that the hub has not confirmed.
 *
 * Each lies under a key of its own, written before anything is sent, so neither a reload nor a
 * second tab can lose one. Where storage is forbidden or full they live in memory (`durable` says
 * so).
 */
export class Outbox {
  durable = true;
  private kept: KeptAnswer[];

  constructor(
    private readonly storage: Storage,
    private readonly user: string,
    private readonly project: string,
  ) {
    this.kept = readAll(storage).filter((a) => a.user === user && a.project === project);
  }

  add(given: GivenAnswer): void {
    const answer: KeptAnswer = {
      ...given,
      client_key: crypto.randomUUID(),
      user: this.user,
      project: this.project,
      at: Date.now(),
      sent: false,
      refused: null,
    };
    this.kept.push(answer);
    this.write(answer);
  }

  /** Notes that an answer is about to leave the browser. */
  markSent(answer: KeptAnswer): void {
    if (answer.sent) return;
    answer.sent = true;
    this.write(answer);
  }

  refuse(answer: KeptAnswer, title: string, detail: string): void {
    answer.refused = { title, detail };
    this.write(answer);
  }

  /** Forgets a confirmed, taken-back or acknowledged answer. */
  remove(answer: KeptAnswer): void {
    this.kept = this.kept.filter((other) => other.client_key !== answer.client_key);
    this.storage.removeItem(PREFIX + answer.client_key);
  }

  /** Not yet confirmed, oldest first. */
  get waiting(): KeptAnswer[] {
    return this.kept.filter((answer) => answer.refused === null);
  }

  get refused(): KeptAnswer[] {
    return this.kept.filter((answer) => answer.refused !== null);
  }

  of(handle: string): KeptAnswer | undefined {
    return this.waiting.find((answer) => answer.handle === handle);
  }

  private write(answer: KeptAnswer): void {
    try {
      this.storage.setItem(PREFIX + answer.client_key, JSON.stringify(answer));
    } catch {
      this.durable = false;
    }
  }
}

/** How many answers of a person this browser still keeps, over all projects. */
export function countWaiting(storage: Storage, user: string): number {
  return readAll(storage).filter((answer) => answer.user === user && !answer.refused).length;
}

function readAll(storage: Storage): KeptAnswer[] {
  const found: KeptAnswer[] = [];
  for (let i = 0; i < storage.length; i++) {
    const key = storage.key(i);
    if (!key?.startsWith(PREFIX)) continue;
    found.push(JSON.parse(storage.getItem(key) ?? "") as KeptAnswer);
  }
  return found.sort((a, b) => a.at - b.at);
}
