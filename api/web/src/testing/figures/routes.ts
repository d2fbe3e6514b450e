import { Problem } from "../../client/http";

const refuse = () => {
  throw new Problem(403, "not-allowed", "Not for you", "Ask the owner.");
};

/** The figures of a project that the reader may not see, or those given. */
export const figureRoutes = (
  told: Record<string, () => unknown> = {},
): Record<string, () => unknown> => ({
  "GET /v1/projects/*/advice": refuse,
  "GET /v1/projects/*/data-request": refuse,
  "GET /v1/projects/*/autolabels": refuse,
  "GET /v1/projects/*/forecast": refuse,
  "GET /v1/projects/*/quality/agreement": refuse,
  "GET /v1/projects/*/quality/groups": refuse,
  "GET /v1/projects/*/quality/annotators": refuse,
  "GET /v1/projects/*/quality/confusions": refuse,
  "GET /v1/projects/*/quality/confidence": refuse,
  "GET /v1/projects/*/quality/evidence": refuse,
  "GET /v1/projects/*/quality/guideline": refuse,
  "GET /v1/projects/*/quality/likely-errors": refuse,
  "GET /v1/projects/*/quality/hard-items": refuse,
  ...told,
});
