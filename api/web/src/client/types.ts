import type { components } from "./schema";

type Schemas = components["schemas"];

/** The generated shapes under the names the page uses. */
export type Accepted = Schemas["Accepted"];
export type ChoiceClass = Schemas["ClassOut"];
export type CurvePoint = Schemas["CurvePoint"];
export type Desk = Schemas["DeskOut"];
export type InvitationSeen = Schemas["InvitationSeen"];
export type Me = Schemas["Me"];
export type Membership = Schemas["Membership"];
export type ModelLine = Schemas["ModelInfo"];
export type Names = ChoiceClass["names"];
export type NoWork = Schemas["NoWorkOut"];
export type Advice = Schemas["AdviceOut"];
export type AgreementFigures = Schemas["AgreementFigures"];
export type AnnotatorFigures = Schemas["AnnotatorFigures"];
export type Confidence = Schemas["ConfidenceOut"];
export type ConfusionFigures = Schemas["ConfusionFigures"];
export type AutolabelRun = Schemas["RunOut"];
export type AutolabelSample = Schemas["SampleOut"];
export type DataRequest = Schemas["DataRequestOut"];
export type EvidenceFigures = Schemas["EvidenceFigures"];
export type Forecast = Schemas["ForecastOut"];
export type ForecastRange = Schemas["RangeOut"];
export type GuidelineFigures = Schemas["GuidelineFigures"];
export type HardItems = Schemas["ItemFigures"];
export type LikelyErrors = Schemas["LikelyErrors"];
export type SentToReview = Schemas["SentToReview"];
export type Measure = Schemas["Measure"];
export type Overruling = Schemas["OverruleIn"];
export type Person = Partial<Pick<Schemas["Acceptance"], "name" | "email" | "password">>;
export type Question = Schemas["QuestionOut"];
export type Progress = Schemas["Progress"];
export type ShownObject = Schemas["ObjectOut"];
export type SignedIn = Schemas["SignedIn"];
export type TaskReason = Schemas["TaskReasonOut"];
export type Feedback = Schemas["FeedbackOut"];
export type Standing = Schemas["StandingOut"];

/** One region of a Label Studio result, as a choice gives it; the hub checks it by the schema. */
export interface Region {
  from_name: string;
  to_name: string;
  type: "choices";
  value: { choices: string[] };
}

// The hub calls a result a list of anything; on this page it is always a choice.
type WithResult<T> = Omit<T, "result"> & { result: Region[] };
export type Assignment = Omit<Schemas["AssignmentOut"], "previous"> & {
  previous: { result: Region[] } | null;
};
export type Leases = Omit<Schemas["LeasesOut"], "assignments"> & { assignments: Assignment[] };
export type Receipt = Omit<Schemas["SubmitOut"], "next"> & { next: Leases | null };
export type OwnAnswer = WithResult<Schemas["AnswerOut"]>;
export type Correction = WithResult<Schemas["EditIn"]>;
export type Corrected = Schemas["EditOut"];
export type Submission = WithResult<Required<Schemas["SubmitIn"]>>;
