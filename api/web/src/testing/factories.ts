import type {
  Assignment,
  Desk,
  Leases,
  Me,
  Progress,
  Question,
  Receipt,
  Region,
} from "../client/types";

const MINUTE = 60_000_000;
export const nowMicros = (): number => Date.now() * 1000;

export const aMe = (over: Partial<Me> = {}): Me => ({
  id: 7,
  name: "Ada",
  email: null,
  has_password: false,
  is_operator: false,
  memberships: [
    { project: "tickets", title: "Support tickets", role: "annotator", can_annotate: true },
  ],
  ...over,
});

const topic = (key: string, en: string, zh: string, hotkey: string) => ({
  key,
  names: { en, zh },
  hotkey,
  color: null,
});

/** A question of one choice; its limits are null, as those of other kinds are not its own. */
export const aQuestion = (over: Partial<Question> = {}): Question => ({
  name: "label",
  to_name: "text",
  title: "What is this about?",
  kind: "choice",
  required: true,
  classes: [topic("billing", "Billing", "账单", "1"), topic("other", "Other", "其他", "2")],
  minimum: null,
  maximum: null,
  step: null,
  max_rating: null,
  max_characters: null,
  max_regions: null,
  beside: null,
  ...over,
});

export function aDesk(over: Partial<Desk> = {}): Desk {
  return {
    project: { slug: "tickets", title: "Support tickets", simulated: false },
    schema: {
      version: 1,
      question: aQuestion(),
      questions: [aQuestion()],
      objects: [{ name: "text", kind: "text", field: "text" }],
    },
    guideline: { version: 2, text: "# Billing\nMoney is wrong." },
    today: { answers: 3, active_ms: 9000 },
    skip_reasons: ["unsure", "none_fits", "cannot_see", "rather_not"],
    undo: { last: 20, minutes: 15 },
    ...over,
  };
}

/** A desk of handwritten digits, each class its own key. */
export function aDigitDesk(): Desk {
  const desk = aDesk({ project: { slug: "tickets", title: "Digits", simulated: true } });
  desk.schema.question.classes = "0123456789".split("").map((d) => topic(d, d, d, d));
  desk.schema.objects = [{ name: "image", kind: "picture", field: "image" }];
  return desk;
}

export const anAssignment = (n: number, over: Partial<Assignment> = {}): Assignment => ({
  handle: `item-${n}`,
  kind: "work",
  lease_n: 1,
  expires_at: nowMicros() + 10 * MINUTE,
  schema_version: 1,
  guideline_version: 2,
  data: { text: `Message number ${n}`, image: `/picture/${n}` },
  previous: null,
  sent_back: null,
  assigned: null,
  ...over,
});

export const leases = (...numbers: number[]): Leases => ({
  assignments: numbers.map((n) => anAssignment(n)),
  reason: null,
});

export const noWork = (): Leases => ({
  assignments: [],
  reason: { code: "queue_empty", text: "Twelve reviews wait.", retry_after_s: 15 },
});

export const aReceipt = (next: Leases | null, over: Partial<Receipt> = {}): Receipt => ({
  handle: "item-1",
  revision: 1,
  counted: true,
  surplus: false,
  paid_micros: 0,
  note: null,
  feedback: null,
  next,
  ...over,
});

export const choosing = (key: string): Region[] => [
  { from_name: "label", to_name: "text", type: "choices", value: { choices: [key] } },
];

/** A project nobody has touched: everything that can be undefined is. */
export function aNewProject(): Progress {
  return {
    project: {
      slug: "tickets",
      title: "Support tickets",
      simulated: false,
      currency: "USD",
      created_at: nowMicros(),
      strategy: "auto",
      question: { name: "label", classes: [{ key: "billing", names: { en: "Billing" } }] },
    },
    items: { total: 12, accepted: 0, pending: 0, disputed: 0, set_aside: 0, unlabelled: 12 },
    answers: 0,
    people: { active: 1 },
    money: { cap_micros: null, reserved_micros: 0, spent_micros: 0, by_workforce: [] },
    queue: { open_tasks: 12, live_leases: 0, last_round: null },
    curve: [],
    baseline: null,
    agreement: {
      coefficient: "krippendorff_alpha",
      value: null,
      low: null,
      high: null,
      n_items: 0,
      reason: "one person so far.",
      basis: "random_sample",
    },
    annotators: [],
    models: [],
    live: null,
  };
}

export const aCurvePoint = (answers: number, accuracy: number, half: number) => ({
  answers,
  spend_micros: answers * 50_000,
  accuracy,
  low: accuracy - half,
  high: Math.min(1, accuracy + half),
  n: 360,
  at: nowMicros(),
});

/** The same project in full swing, simulated. */
export function aBusyProject(): Progress {
  const fresh = aNewProject();
  return {
    ...fresh,
    project: { ...fresh.project, simulated: true },
    items: { total: 100, accepted: 40, pending: 5, disputed: 2, set_aside: 0, unlabelled: 53 },
    answers: 94,
    money: {
      cap_micros: 10_000_000,
      reserved_micros: 100_000,
      spent_micros: 4_700_000,
      by_workforce: [
        {
          name: "crowd",
          kind: "crowd",
          simulated: true,
          answers: 94,
          price_micros: 50_000,
          spent_micros: 4_700_000,
        },
      ],
    },
    curve: [aCurvePoint(40, 0.7, 0.04), aCurvePoint(94, 0.95, 0.02)],
    baseline: {
      title: "random",
      curve: [aCurvePoint(40, 0.6, 0.05), aCurvePoint(94, 0.88, 0.03)],
    },
    agreement: {
      ...fresh.agreement,
      value: 0.78,
      low: 0.75,
      high: 0.81,
      n_items: 40,
      reason: null,
    },
    annotators: [
      annotator("c-1", { value: 0.95, low: 0.92, high: 0.97, n: 50 }),
      annotator("c-2", { value: 0.6, low: 0.5, high: 0.7, n: 40 }),
      annotator("c-3", null),
    ],
    models: [
      model(1, "none", { live: false, deployed_at: nowMicros() }),
      model(2, "pass", { live: true, deployed_at: nowMicros() }),
      model(3, "inconclusive", { needs_n: 1810, why: "The interval crosses the margin." }),
    ],
    live: { model_version: 2, since: nowMicros(), actor: "Lena", reason: "Passed its gate." },
  };
}

const annotator = (name: string, agreement: Progress["annotators"][number]["agreement"]) => ({
  name,
  workforce: "crowd",
  kind: "crowd" as const,
  simulated: true,
  answers: 50,
  agreement,
  self_agreement: { value: null, low: null, high: null, n: 0, reason: "asked again 0 times" },
});

const model = (
  n: number,
  verdict: Progress["models"][number]["verdict"],
  over: Partial<Progress["models"][number]>,
): Progress["models"][number] => ({
  n,
  created_at: nowMicros(),
  trainer: "logistic_regression",
  accuracy: 0.9,
  low: 0.87,
  high: 0.93,
  n_test: 360,
  reason: null,
  nearness: null,
  verdict,
  needs_n: null,
  why: "",
  live: false,
  deployed_at: null,
  ...over,
});
