import { Problem } from "../../client/http";
import { hub } from "../../client/hub";
import type {
  Assignment,
  Correction,
  Leases,
  OwnAnswer,
  Receipt,
  Region,
  Standing,
} from "../../client/types";
import { Activity } from "./activity";
import { Courier } from "./courier";
import { Drafts } from "./drafts";
import { History } from "./history";
import { Hand } from "./leases";
import { type KeptAnswer, Outbox } from "./outbox";
import { beforeOpening, type DeskState } from "./state";

/** Items held at once: the one on the screen and three behind it. */
const HELD = 4;
/** How many of one's own answers can be looked through. */
const RECENT = 20;
const HEARTBEAT_MS = 10_000;
/** A lease is not prolonged for somebody who has left. */
const AWAY_MS = 10 * 60_000;
/** A submit this old is worth a word; a quicker one is not. */
const SLOW_MS = 1_000;

/** The second half of a double click this soon was meant for the item before. */
const DOUBLE_CLICK_MS = 250;

/** One person's desk in one project: what is in hand, what was answered, what is on its way. */
export class LabelDesk {
  private state: DeskState;
  private readonly listeners = new Set<() => void>();
  private readonly outbox: Outbox;
  private readonly drafts: Drafts;
  private readonly courier: Courier;
  private readonly hand = new Hand();
  private readonly history = new History();
  private readonly activity = new Activity();
  private lastSign = Date.now();
  private leasing = false;
  private shownAt = 0;
  private undoKey: string = crypto.randomUUID();
  private stopping: AbortController | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly slug: string,
    private readonly user: string,
    storage: Storage,
  ) {
    this.outbox = new Outbox(storage, user, slug);
    this.drafts = new Drafts(storage, user, slug);
    this.courier = new Courier(this.outbox, HELD, {
      changed: () => this.publish({}),
      delivered: (kept, receipt) => this.delivered(kept, receipt),
      refused: () => void this.refill(),
    });
    this.state = beforeOpening(this.outbox);
  }

  readonly getState = (): DeskState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Opens the desk; the returned function closes it (kept answers stay kept). */
  readonly start = (): (() => void) => {
    const stopping = new AbortController();
    this.stopping = stopping;
    const { signal } = stopping;
    const beat = setInterval(() => void this.beat(), HEARTBEAT_MS);
    addEventListener("online", () => this.wake(), { signal });
    document.addEventListener(
      "visibilitychange",
      () => (document.hidden ? this.activity.pause() : this.wake()),
      { signal },
    );
    for (const sign of ["pointermove", "pointerdown", "keydown", "wheel"])
      addEventListener(sign, () => this.sign(), { signal, passive: true });
    void this.load();
    return () => {
      stopping.abort();
      clearInterval(beat);
      clearTimeout(this.retry);
      clearTimeout(this.slowTimer);
      this.courier.stop();
    };
  };

  readonly load = async (): Promise<void> => {
    this.publish({ error: null });
    void this.courier.send();
    try {
      const [desk, mine] = await Promise.all([
        hub.desk(this.slug),
        hub.myAnswers(this.slug, 20),
        this.refill(),
      ]);
      this.history.fill(mine.answers);
      this.publish({ desk, today: desk.today.answers });
    } catch (error) {
      this.publish({ error });
    }
  };

  get justShown(): boolean {
    return performance.now() - this.shownAt < DOUBLE_CLICK_MS;
  }

  /** Where an answer begins: with what was begun before a reload, or was taken back. */
  begun({ handle, previous }: Assignment): Region[] {
    return this.drafts.of(handle) ?? previous?.result ?? [];
  }

  /** Keeps an answer that is not sent yet. */
  draft(handle: string, result: Region[]): void {
    this.drafts.keep(handle, result);
  }

  answer(result: Region[]): void {
    this.put("answer", null, result);
  }

  skip(reason: string): void {
    this.put("skip", reason, []);
  }

  flag(reason: string): void {
    this.put("flag", reason, []);
  }

  /** Takes the latest answer back and shows its item again, with the old answer selected. */
  async undo(): Promise<void> {
    const last = this.history.latest;
    if (!last || this.state.undoing) return;
    const kept = this.outbox.of(last.handle);
    if (kept && !kept.sent && last.assignment) {
      this.outbox.remove(kept);
      this.tookBack({ ...last.assignment, previous: { result: kept.result } });
      return;
    }
    this.publish({ undoing: true, undoFailed: null });
    try {
      await this.courier.send();
      if (this.outbox.of(last.handle)) throw new Error("the answer has not reached the hub yet");
      this.tookBack(await hub.undo(last.handle, this.undoKey));
      this.undoKey = crypto.randomUUID();
    } catch (error) {
      if (error instanceof Problem && !error.passing) {
        this.undoKey = crypto.randomUUID();
        this.history.remove(last.handle);
      }
      this.publish({ undoing: false, undoFailed: error });
    }
  }

  /** One's own last answers, newest first; those still on their way are brought first. */
  async recent(): Promise<OwnAnswer[]> {
    await this.courier.send();
    const { answers } = await hub.myAnswers(this.slug, RECENT);
    return answers.filter((answer) => answer.can_undo || answer.rejected !== null);
  }

  /** Replaces an answer by another one, in one step. */
  async correct(handle: string, correction: Correction): Promise<void> {
    await hub.edit(handle, correction);
    this.publish({ last: null, note: null });
  }

  /** Takes what was skipped or reported back and shows its item again. */
  async answerNow(handle: string): Promise<void> {
    this.tookBack(await hub.undo(handle, crypto.randomUUID()));
  }

  /** The person has read what a training question teaches. */
  readonly goOn = (): void => {
    this.activity.restart();
    this.publish({ taught: null });
  };

  /** Where one stands with training, the test and a pause. */
  readonly standing = (): Promise<Standing> => hub.standing(this.slug);

  /** Objects to a pause, or to a test that was not passed. */
  readonly appeal = (text: string): Promise<unknown> => hub.appeal(this.slug, text);

  /** The person has read why an answer was refused. */
  dismiss(answer: KeptAnswer): void {
    this.outbox.remove(answer);
    this.publish({});
  }

  /** Asks for work, where there is room in the hand. */
  readonly refill = async (): Promise<void> => {
    if (this.leasing) return;
    this.leasing = true;
    clearTimeout(this.retry);
    try {
      this.took(await hub.lease(this.slug, HELD + this.outbox.waiting.length));
    } catch (error) {
      this.missed(error);
    } finally {
      this.leasing = false;
    }
  };

  private put(kind: KeptAnswer["kind"], reason: string | null, result: Region[]): void {
    const item = this.hand.current;
    if (!item || this.state.undoing) return;
    const spent = this.activity.restart();
    this.shownAt = performance.now();
    this.outbox.add({
      client_key: crypto.randomUUID(),
      user: this.user,
      project: this.slug,
      handle: item.handle,
      lease_n: item.lease_n,
      kind,
      reason,
      result,
      active_ms: spent,
      at: Date.now(),
      item: briefly(item.data),
      sent: false,
      refused: null,
    });
    this.drafts.drop(item.handle);
    this.hand.shift();
    this.history.add(item, spent);
    this.publish({
      last: { kind, result },
      today: this.state.today + (kind === "answer" && !item.previous?.result.length ? 1 : 0),
      note: null,
      undoFailed: null,
    });
    this.watchSlow();
    void this.courier.send();
  }

  private tookBack(assignment: Assignment): void {
    this.history.remove(assignment.handle);
    this.hand.putBack(assignment);
    this.activity.restart();
    this.publish({ undoing: false, last: null, undoFailed: null, noWork: null });
  }

  private delivered(kept: KeptAnswer, receipt: Receipt): void {
    if (receipt.feedback) {
      this.history.remove(kept.handle);
      this.publish({ taught: { item: kept.item, feedback: receipt.feedback } });
    }
    if (receipt.next) this.took(receipt.next);
    else if (this.hand.queue.length < HELD) void this.refill();
    if (receipt.note) this.publish({ note: receipt.note });
  }

  private took(leases: Leases): void {
    this.hand.merge(leases.assignments.filter((a) => !this.outbox.of(a.handle)));
    const empty = this.hand.queue.length === 0;
    const noWork = empty ? leases.reason : null;
    this.courier.reached();
    this.publish({ noWork, error: null });
    if (noWork) this.later(noWork.retry_after_s * 1000);
    void this.renewWords();
  }

  private missed(error: unknown): void {
    if (error instanceof Problem && error.status === 401) this.courier.line = "signed_out";
    else if (error instanceof Problem && !error.passing) this.publish({ error });
    else {
      this.courier.line = "offline";
      this.later(5_000);
    }
    this.publish({});
  }

  /** The schema or the guideline moved on while this page was open. */
  private async renewWords(): Promise<void> {
    const { desk } = this.state;
    const item = this.hand.current;
    if (!desk || !item) return;
    const moved =
      item.schema_version > desk.schema.version || item.guideline_version > desk.guideline.version;
    if (!moved) return;
    try {
      const renewed = await hub.desk(this.slug);
      this.publish({ desk: renewed });
    } catch (error) {
      this.missed(error);
    }
  }

  private later(ms: number): void {
    clearTimeout(this.retry);
    if (this.stopping?.signal.aborted) return;
    this.retry = setTimeout(() => void this.refill(), Math.max(1_000, ms));
  }

  private wake(): void {
    this.activity.touch();
    void this.courier.send();
    void this.refill();
  }

  private sign(): void {
    this.lastSign = Date.now();
    this.activity.touch();
  }

  private async beat(): Promise<void> {
    if (document.hidden || Date.now() - this.lastSign > AWAY_MS) return;
    for (const item of this.hand.nearExpiry) {
      try {
        const { expires_at } = await hub.heartbeat(item.handle, item.lease_n);
        this.hand.extend(item.handle, expires_at);
      } catch (error) {
        if (!(error instanceof Problem) || error.passing) return;
        this.hand.drop(item.handle);
        void this.refill();
      }
    }
    this.publish({});
  }

  private watchSlow(): void {
    clearTimeout(this.slowTimer);
    this.slowTimer = setTimeout(() => this.publish({ slow: true }), SLOW_MS);
  }

  private publish(change: Partial<DeskState>): void {
    const waiting = this.outbox.waiting.length;
    this.state = {
      ...this.state,
      slow: this.state.slow && waiting > 0,
      ...change,
      queue: this.hand.queue,
      waiting,
      durable: this.outbox.durable,
      line: this.courier.line,
      refused: this.outbox.refused,
      canUndo: this.history.latest !== undefined,
      pace: this.history.pace,
    };
    this.listeners.forEach((listener) => listener());
  }
}

/** An item in a few words. */
export function briefly(data: Record<string, unknown>): string {
  const words = Object.values(data).filter((value) => typeof value === "string");
  return words.join(" · ").slice(0, 120);
}
