import type { Policy } from "../../../client/types";

/** The parts of a project's policy that its page can change; shares are 0…1. */
export type Settings = Policy["policy"];

/** What a form holds: shares as percentages, empty where there is none. */
export interface Draft {
  accuracy: string;
  classRecall: string;
  strategy: string;
  randomShare: string;
  scheduler: Settings["learning"]["scheduler"];
  autolabel: boolean;
  precision: string;
  confidence: string;
  scope: Settings["autolabel"]["scope"];
}

export const STRATEGIES = [
  "auto",
  "cluster_margin",
  "margin",
  "entropy",
  "least_confidence",
  "committee",
  "typiclust",
  "random",
];

/** A share as a percentage; without it 0.97 × 100 would read 97.00000000000001. */
const percent = (share: number | null): string =>
  share === null ? "" : String(Number((share * 100).toFixed(4)));
const share = (typed: string): number | null =>
  typed.trim() === "" ? null : Number((Number(typed) / 100).toFixed(6));

export const draftOf = (policy: Settings): Draft => ({
  accuracy: percent(policy.target.accuracy),
  classRecall: percent(policy.target.class_recall),
  strategy: policy.strategy,
  randomShare: percent(policy.random_share),
  scheduler: policy.learning.scheduler,
  autolabel: policy.autolabel.enabled,
  precision: percent(policy.autolabel.precision),
  confidence: percent(1 - policy.autolabel.delta),
  scope: policy.autolabel.scope,
});

/** The settings that a draft means; what must not be empty stays as it was. */
export function settingsOf(draft: Draft, before: Settings): Settings {
  const confidence = share(draft.confidence);
  const { autolabel } = before;
  return {
    strategy: draft.strategy,
    random_share: share(draft.randomShare) ?? before.random_share,
    target: { accuracy: share(draft.accuracy), class_recall: share(draft.classRecall) },
    learning: { scheduler: draft.scheduler },
    autolabel: {
      enabled: draft.autolabel,
      precision: share(draft.precision) ?? autolabel.precision,
      delta: confidence === null ? autolabel.delta : Number((1 - confidence).toFixed(6)),
      scope: draft.scope,
    },
  };
}

type Changes = { [part in keyof Settings]?: Settings[part] | Record<string, unknown> };

/** Only what differs, as the hub takes it: a section holds its changed settings alone. */
export function changes(before: Settings, after: Settings): Changes {
  const found: Changes = {};
  if (after.strategy !== before.strategy) found.strategy = after.strategy;
  if (after.random_share !== before.random_share) found.random_share = after.random_share;
  for (const part of ["target", "learning", "autolabel"] as const) {
    const old: Record<string, unknown> = before[part];
    const differing = Object.entries(after[part]).filter(([name, value]) => old[name] !== value);
    if (differing.length > 0) found[part] = Object.fromEntries(differing);
  }
  return found;
}
