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
export type GroupsShown = Schemas["GroupsShown"];
export type AnnotatorFigures = Schemas["AnnotatorFigures"];
export type Confidence = Schemas["ConfidenceOut"];
export type ConfusionFigures = Schemas["ConfusionFigures"];
export type AutolabelRun = Schemas["RunOut"];
export type AutolabelSample = Schemas["SampleOut"];
export type DataRequest = Schemas["DataRequestOut"];
export type EvidenceFigures = Schemas["EvidenceFigures"];
export type Forecast = Schemas["ForecastOut"];
export type RandomChoice = Schemas["RandomOut"];
export type ForecastRange = Schemas["RangeOut"];
export type GuidelineFigures = Schemas["GuidelineFigures"];
export type HardItems = Schemas["ItemFigures"];
export type LikelyErrors = Schemas["LikelyErrors"];
export type SentToReview = Schemas["SentToReview"];
export type Measure = Schemas["Measure"];
export type Overruling = Schemas["OverruleIn"];
export type OwnAttributes = Schemas["OwnAttributes"];
export type Person = Partial<Pick<Schemas["Acceptance"], "name" | "email" | "password">>;
/** A policy, of which the page reads the settings that it can change. */
export type Policy = Omit<Schemas["PolicyOut"], "policy"> & {
  policy: {
    strategy: string;
    random_share: number;
    target: { accuracy: number | null; class_recall: number | null };
    learning: { scheduler: "off" | "advise" | "act" };
    autolabel: {
      enabled: boolean;
      precision: number;
      delta: number;
      scope: "pooled" | "class";
    };
  };
};
export type Question = Schemas["QuestionOut"];
export type Progress = Schemas["Progress"];
export type ShownObject = Schemas["ObjectOut"];
export type SignedIn = Schemas["SignedIn"];
export type TaskReason = Schemas["TaskReasonOut"];
export type Feedback = Schemas["FeedbackOut"];
export type Standing = Schemas["StandingOut"];

interface About {
  from_name: string;
  to_name: string;
}
interface OnPicture {
  original_width?: number;
  original_height?: number;
  image_rotation?: number;
}

/** One region of a Label Studio result, by the kind of its question; the hub checks it. */
export type Region = About &
  (
    | { type: "choices"; value: { choices: string[] } }
    | { type: "rating"; value: { rating: number } }
    | { type: "number"; value: { number: number } }
    | { type: "textarea"; value: { text: string | string[] } }
    | { type: "pairwise"; value: { selected: "left" | "right" } }
    | {
        type: "labels";
        id: string;
        value: { start: number; end: number; text?: string; labels: string[] };
      }
    | ({
        type: "rectanglelabels";
        id: string;
        value: {
          x: number;
          y: number;
          width: number;
          height: number;
          rotation?: number;
          rectanglelabels: string[];
        };
      } & OnPicture)
    | ({
        type: "polygonlabels";
        id: string;
        value: { points: number[][]; polygonlabels: string[] };
      } & OnPicture)
  );

// The hub calls a result a list of anything; on this page its regions are of the kinds above.
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
