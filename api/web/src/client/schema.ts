/** The shapes the hub speaks, in the form openapi-typescript gives them. */
export interface components {
  schemas: {
    Names: { en?: string; zh?: string };
    User: { id: number | string; name: string };
    SignedIn: { user: components["schemas"]["User"]; next: string };
    Membership: {
      project: string;
      title: string;
      role: "owner" | "reviewer" | "annotator" | "operator";
      can_annotate: boolean;
    };
    Me: {
      id: number | string;
      name: string;
      is_operator: boolean;
      memberships: components["schemas"]["Membership"][];
    };
    ChoiceClass: { key: string; names: components["schemas"]["Names"]; hotkey: string | null };
    Question: {
      name: string;
      to_name: string;
      title: components["schemas"]["Names"];
      classes: components["schemas"]["ChoiceClass"][];
    };
    DataObject: { name: string; type: "Text" | "Image"; field: string };
    Desk: {
      project: { slug: string; title: string; simulated: boolean };
      schema: {
        version: number;
        question: components["schemas"]["Question"];
        objects: components["schemas"]["DataObject"][];
      };
      guideline: { version: number; text: string };
      today: { answers: number; active_ms: number };
      skip_reasons: string[];
      undo: { last: number; minutes: number };
    };
    Region: {
      from_name: string;
      to_name: string;
      type: string;
      value: { choices: string[] };
    };
    Assignment: {
      handle: string;
      lease_n: number;
      expires_at: number;
      schema_version: number;
      guideline_version: number;
      data: Record<string, unknown>;
      previous: { result: components["schemas"]["Region"][] } | null;
    };
    NoWork: {
      code: "queue_empty" | "budget_spent" | "paused" | "project_finished";
      text: string;
      retry_after_s: number;
    };
    Leases: {
      assignments: components["schemas"]["Assignment"][];
      reason: components["schemas"]["NoWork"] | null;
    };
    Submission: {
      lease_n: number;
      client_key: string;
      kind: "answer" | "skip" | "flag";
      reason: string | null;
      result: components["schemas"]["Region"][];
      active_ms: number;
      lease_next: number;
    };
    Receipt: {
      handle: string;
      revision: number;
      counted: boolean;
      surplus: boolean;
      paid_micros: number;
      note: string | null;
      next: components["schemas"]["Leases"] | null;
    };
    OwnAnswer: {
      handle: string;
      submitted_at: number;
      kind: "answer" | "skip" | "flag";
      result: components["schemas"]["Region"][];
      data: Record<string, unknown>;
      can_undo: boolean;
    };
    WorkforceSpend: {
      name: string;
      kind: "in_house" | "crowd" | "vendor" | "model";
      simulated: boolean;
      answers: number;
      price_micros: number;
      spent_micros: number;
    };
    CurvePoint: {
      answers: number;
      spend_micros: number;
      accuracy: number;
      low: number;
      high: number;
      n: number;
      at: number;
    };
    AnnotatorLine: {
      name: string;
      workforce: string;
      kind: "in_house" | "crowd" | "vendor" | "model";
      simulated: boolean;
      answers: number;
      agreement: { value: number; low: number; high: number; n: number } | null;
    };
    ModelLine: {
      n: number;
      created_at: number;
      trainer: string;
      accuracy: number | null;
      low: number | null;
      high: number | null;
      n_test: number;
      verdict: "pass" | "fail" | "inconclusive" | "first";
      needs_n: number | null;
      why: string;
      live: boolean;
      deployed_at: number | null;
    };
    Progress: {
      project: {
        slug: string;
        title: string;
        simulated: boolean;
        currency: string;
        created_at: number;
        strategy: string;
        question: { name: string; classes: { key: string; names: components["schemas"]["Names"] }[] };
      };
      items: {
        total: number;
        accepted: number;
        pending: number;
        disputed: number;
        unlabelled: number;
      };
      answers: number;
      people: { active: number };
      money: {
        cap_micros: number | null;
        reserved_micros: number;
        spent_micros: number;
        by_workforce: components["schemas"]["WorkforceSpend"][];
      };
      queue: {
        open_tasks: number;
        live_leases: number;
        last_round: {
          n: number;
          strategy: string;
          seconds: number;
          finished_at: number;
          fallback_reason: string | null;
        } | null;
      };
      curve: components["schemas"]["CurvePoint"][];
      baseline: { title: string; curve: components["schemas"]["CurvePoint"][] } | null;
      agreement: {
        coefficient: string;
        value: number | null;
        low: number | null;
        high: number | null;
        n_items: number;
        reason: string | null;
        basis: "random_sample" | "chosen_items";
      };
      annotators: components["schemas"]["AnnotatorLine"][];
      models: components["schemas"]["ModelLine"][];
      live: { model_version: number; since: number; actor: string; reason: string } | null;
    };
  };
}
