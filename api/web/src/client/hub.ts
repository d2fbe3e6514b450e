import { request } from "./http";
import type {
  Assignment,
  Corrected,
  Correction,
  Desk,
  Leases,
  Me,
  OwnAnswer,
  Progress,
  Receipt,
  SignedIn,
  Submission,
} from "./types";

const project = (slug: string) => `/v1/projects/${encodeURIComponent(slug)}`;
const assignment = (handle: string) => `/v1/assignments/${encodeURIComponent(handle)}`;

/** Every request the page makes, under the hub's own words. */
export const hub = {
  signIn: (link: string) => request<SignedIn>("POST", "/v1/sessions", { link }),
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
  progress: (slug: string) => request<Progress>("GET", `${project(slug)}/progress`),
  eventsPath: (slug: string) => `${project(slug)}/events`,
};
