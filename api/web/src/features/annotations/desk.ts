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
import { watchPresence } from "./presence";
import { beforeOpening, type DeskState, heldNow, isOutdated } from "./state";
import { briefly } from "./said";
import { Supply } from "./supply";

/** Items held at once: the one on the screen and three behind it. */
const HELD = 4;
/** How many of one's own answers can be looked through. */
const RECENT = 20;
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
  private readonly supply: Supply;
  private shownAt = 0;
  private undoKey: string = crypto.randomUUID();
  private slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly slug: string,
    user: string,
    storage: Storage,
  ) {
    this.outbox = new Outbox(storage, user, slug);
    this.drafts = new Drafts(storage, user, slug);
    this.courier = new Courier(this.outbox, HELD, {
      changed: () => this.publish({}),
      delivered: (kept, receipt) => this.delivered(kept, receipt),
      refused: () => void this.refill(),
    });
    this.supply = new Supply(slug, this.hand, () => HELD + this.outbox.waiting.length, {
      took: (leases) => this.took(leases),
      missed: (error) => this.missed(error),
      changed: () => this.publish({}),
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
    const leave = watchPresence({
      sign: () => this.sign(),
      away: () => this.activity.pause(),
      back: () => this.wake(),
    });
    this.supply.start();
    void this.load();
    return () => {
      leave();
      this.supply.stop();
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
  readonly refill = (): Promise<void> => this.supply.refill();

  private put(kind: KeptAnswer["kind"], reason: string | null, result: Region[]): void {
    const item = this.hand.current;
    if (!item || this.state.undoing) return;
    const spent = this.activity.restart();
    this.shownAt = performance.now();
    this.outbox.add({
      handle: item.handle,
      lease_n: item.lease_n,
      kind,
      reason,
      result,
      active_ms: spent,
      item: briefly(item.data),
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
    if (noWork) this.supply.later(noWork.retry_after_s * 1000);
    void this.renewWords();
  }

  private missed(error: unknown): void {
    if (error instanceof Problem && error.status === 401) this.courier.line = "signed_out";
    else if (error instanceof Problem && !error.passing) this.publish({ error });
    else {
      this.courier.line = "offline";
      this.supply.later(5_000);
    }
    this.publish({});
  }

  /** The schema or the guideline moved on while this page was open. */
  private async renewWords(): Promise<void> {
    const { desk } = this.state;
    const item = this.hand.current;
    if (!desk || !item || !isOutdated(desk, item)) return;
    try {
      const renewed = await hub.desk(this.slug);
      this.publish({ desk: renewed });
    } catch (error) {
      this.missed(error);
    }
  }

  private wake(): void {
    this.activity.touch();
    void this.courier.send();
    void this.refill();
  }

  private sign(): void {
    this.supply.sign();
    this.activity.touch();
  }

  private watchSlow(): void {
    clearTimeout(this.slowTimer);
    this.slowTimer = setTimeout(() => this.publish({ slow: true }), SLOW_MS);
  }

  private publish(change: Partial<DeskState>): void {
    const { hand, outbox, courier, history } = this;
    const slow = this.state.slow && outbox.waiting.length > 0;
    const held = heldNow({ hand, outbox, courier, history });
    this.state = { ...this.state, slow, ...change, ...held };
    this.listeners.forEach((listener) => listener());
  }
}
