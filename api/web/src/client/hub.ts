import { request } from "./http";
import type {
  Accepted,
  Advice,
  AgreementFigures,
  AnnotatorFigures,
  Assignment,
  AutolabelRun,
  AutolabelSample,
  Confidence,
  ConfusionFigures,
  Corrected,
  Correction,
  DataRequest,
  Desk,
  EvidenceFigures,
  Forecast,
  RandomChoice,
  GroupsShown,
  GuidelineFigures,
  HardItems,
  InvitationSeen,
  Leases,
  LikelyErrors,
  Me,
  Overruling,
  OwnAnswer,
  OwnAttributes,
  Person,
  Policy,
  Progress,
  Receipt,
  SentToReview,
  SignedIn,
  Standing,
  Submission,
  TaskReason,
} from "./types";

const project = (slug: string) => `/v1/projects/${encodeURIComponent(slug)}`;
const assignment = (handle: string) => `/v1/assignments/${encodeURIComponent(handle)}`;

/** Every request the page makes, under the hub's own words. */
export const hub = {
  signIn: (link: string) => request<SignedIn>("POST", "/v1/sessions", { link }),
  signInWith: (login: string, password: string) =>
    request<SignedIn>("POST", "/v1/sessions", { login, password }),
  askReset: (email: string) => request<undefined>("POST", "/v1/password-resets", { email }),
  resetPassword: (link: string, password: string) =>
    request<SignedIn>("POST", "/v1/password-resets/completions", { link, password }),
  setPassword: (next: string, current: string | null) =>
    request<undefined>("PUT", "/v1/me/password", { new: next, current }),
  lookAtInvitation: (invitation: string) =>
    request<InvitationSeen>("POST", "/v1/invitations/preview", { invitation }),
  acceptInvitation: (invitation: string, person: Person) =>
    request<Accepted>("POST", "/v1/invitations/acceptances", { invitation, ...person }),
  signOutElsewhere: () => request<undefined>("DELETE", "/v1/sessions"),
  signOut: () => request<undefined>("DELETE", "/v1/sessions/current"),
  me: () => request<Me>("GET", "/v1/me"),
  desk: (slug: string) => request<Desk>("GET", `${project(slug)}/desk`),
  lease: (slug: string, count: number) =>
    request<Leases>("POST", `${project(slug)}/leases`, { count }),
  submit: (handle: string, submission: Submission) =>
    request<Receipt>("POST", `${assignment(handle)}/submit`, submission),
  undo: (handle: string, clientKey: string) =>
    request<Assignment>("POST", `${assignment(handle)}/undo`, { client_key: clientKey }),
  edit: (handle: string, correction: Correction) =>
    request<Corrected>("POST", `${assignment(handle)}/edit`, correction),
  heartbeat: (handle: string, leaseN: number) =>
    request<{ expires_at: number }>("POST", `${assignment(handle)}/heartbeat`, { lease_n: leaseN }),
  myAnswers: (slug: string, limit: number) =>
    request<{ answers: OwnAnswer[] }>("GET", `${project(slug)}/my/answers?limit=${limit}`),
  standing: (slug: string) => request<Standing>("GET", `${project(slug)}/my/standing`),
  appeal: (slug: string, text: string) =>
    request<Standing["appeal"]>("POST", `${project(slug)}/my/appeal`, { text }),
  ownAttributes: (slug: string) => request<OwnAttributes>("GET", `${project(slug)}/my/attributes`),
  giveAttributes: (slug: string, attributes: Record<string, string>) =>
    request<OwnAttributes>("PUT", `${project(slug)}/my/attributes`, { consent: true, attributes }),
  withdrawAttributes: (slug: string) =>
    request<undefined>("DELETE", `${project(slug)}/my/attributes`),
  progress: (slug: string) => request<Progress>("GET", `${project(slug)}/progress`),
  forecast: (slug: string) => request<Forecast>("GET", `${project(slug)}/forecast`),
  randomChoice: (slug: string) => request<RandomChoice>("GET", `${project(slug)}/forecast/random`),
  overrule: (slug: string, overruling: Overruling) =>
    request<Forecast>("POST", `${project(slug)}/forecast/overrule`, overruling),
  agreement: (slug: string) =>
    request<AgreementFigures>("GET", `${project(slug)}/quality/agreement`),
  groups: (slug: string) => request<GroupsShown>("GET", `${project(slug)}/quality/groups`),
  annotators: (slug: string) =>
    request<AnnotatorFigures>("GET", `${project(slug)}/quality/annotators`),
  confusions: (slug: string) =>
    request<ConfusionFigures>("GET", `${project(slug)}/quality/confusions`),
  confidence: (slug: string) => request<Confidence>("GET", `${project(slug)}/quality/confidence`),
  evidence: (slug: string) => request<EvidenceFigures>("GET", `${project(slug)}/quality/evidence`),
  guideline: (slug: string) =>
    request<GuidelineFigures>("GET", `${project(slug)}/quality/guideline`),
  hardItems: (slug: string) => request<HardItems>("GET", `${project(slug)}/quality/hard-items`),
  likelyErrors: (slug: string) =>
    request<LikelyErrors>("GET", `${project(slug)}/quality/likely-errors`),
  sendToReview: (slug: string, items: number[]) =>
    request<SentToReview>("POST", `${project(slug)}/quality/likely-errors/review`, {
      item_ids: items,
    }),
  reportPath: (slug: string, lang: string) =>
    `${project(slug)}/quality/report.html?lang=${encodeURIComponent(lang)}`,
  advice: (slug: string) => request<Advice>("GET", `${project(slug)}/advice`),
  whyItem: (slug: string, item: number) =>
    request<TaskReason[]>("GET", `${project(slug)}/items/${item}/tasks`),
  policy: (slug: string) => request<Policy>("GET", `${project(slug)}/policy`),
  changePolicy: (slug: string, sections: Record<string, unknown>) =>
    request<unknown>("PATCH", `${project(slug)}/policy`, sections),
  autolabels: (slug: string) => request<AutolabelRun[]>("GET", `${project(slug)}/autolabels`),
  previewAutolabels: (slug: string) =>
    request<AutolabelRun>("POST", `${project(slug)}/autolabels/preview`, {}),
  auditAutolabels: (slug: string, n: number) =>
    request<AutolabelRun>("POST", `${project(slug)}/autolabels/${n}/audit`),
  cancelAutolabels: (slug: string, n: number) =>
    request<AutolabelRun>("POST", `${project(slug)}/autolabels/${n}/cancel`),
  autolabelSample: (slug: string, n: number) =>
    request<AutolabelSample>("GET", `${project(slug)}/autolabels/${n}/sample`),
  acceptAutolabels: (slug: string, n: number, certificate: number) =>
    request<AutolabelRun>("POST", `${project(slug)}/autolabels/${n}/accept`, {
      certificate_id: certificate,
    }),
  revokeAutolabels: (slug: string, n: number, reason: string) =>
    request<AutolabelRun>("POST", `${project(slug)}/autolabels/${n}/revoke`, { reason }),
  dataRequest: (slug: string) => request<DataRequest>("GET", `${project(slug)}/data-request`),
  eventsPath: (slug: string) => `${project(slug)}/events`,
};
