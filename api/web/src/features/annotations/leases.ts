import { hubNow } from "../../client/http";
import type { Assignment } from "../../client/types";

/** The items in hand: the first is on the screen, the others wait behind it. */
export class Hand {
  queue: Assignment[] = [];
  /** handle → lease number already answered here, so that a slow reply cannot bring it back. */
  private readonly done = new Map<string, number>();
  /** handle → how long its lease was when it came, in ms. */
  private readonly spans = new Map<string, number>();

  get current(): Assignment | undefined {
    return this.queue[0];
  }

  /** Takes in what the hub says one holds; a higher lease number replaces a lower one. */
  merge(held: Assignment[]): void {
    const fresh = held.filter((a) => (this.done.get(a.handle) ?? -1) < a.lease_n);
    const byHandle = new Map(fresh.map((a) => [a.handle, a]));
    const kept = this.queue.filter((a, i) => i === 0 || byHandle.has(a.handle) || !expired(a));
    const known = new Set(kept.map((a) => a.handle));
    this.queue = [
      ...kept.map((a) => newer(a, byHandle.get(a.handle))),
      ...fresh.filter((a) => !known.has(a.handle)),
    ];
    fresh.forEach((a) => this.spans.set(a.handle, remaining(a)));
  }

  /** Takes the answered item off the front. */
  shift(): Assignment | undefined {
    const first = this.queue[0];
    if (!first) return undefined;
    this.done.set(first.handle, first.lease_n);
    this.queue = this.queue.slice(1);
    return first;
  }

  /** Puts an item whose answer was taken back onto the screen. */
  putBack(assignment: Assignment): void {
    this.done.delete(assignment.handle);
    this.spans.set(assignment.handle, remaining(assignment));
    this.queue = [assignment, ...this.queue.filter((a) => a.handle !== assignment.handle)];
  }

  drop(handle: string): void {
    this.queue = this.queue.filter((a, i) => i === 0 || a.handle !== handle);
  }

  /** Those that have less than a third of their lease left. */
  get nearExpiry(): Assignment[] {
    return this.queue.filter((a) => remaining(a) < (this.spans.get(a.handle) ?? 0) / 3);
  }

  extend(handle: string, expiresAt: number): void {
    this.queue = this.queue.map((a) => (a.handle === handle ? { ...a, expires_at: expiresAt } : a));
  }
}

const remaining = (a: Assignment): number => a.expires_at / 1000 - hubNow();
const expired = (a: Assignment): boolean => remaining(a) <= 0;
const newer = (held: Assignment, told: Assignment | undefined): Assignment =>
  told && told.lease_n >= held.lease_n
    ? { ...told, previous: held.previous ?? told.previous }
    : held;
