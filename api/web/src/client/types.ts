import type { components } from "./schema";

type Schemas = components["schemas"];

/** The generated shapes under the names the page uses. */
export type Assignment = Schemas["Assignment"];
export type ChoiceClass = Schemas["ChoiceClass"];
export type CurvePoint = Schemas["CurvePoint"];
export type DataObject = Schemas["DataObject"];
export type Desk = Schemas["Desk"];
export type Leases = Schemas["Leases"];
export type Me = Schemas["Me"];
export type Membership = Schemas["Membership"];
export type ModelLine = Schemas["ModelLine"];
export type Names = Schemas["Names"];
export type NoWork = Schemas["NoWork"];
export type OwnAnswer = Schemas["OwnAnswer"];
export type Progress = Schemas["Progress"];
export type Receipt = Schemas["Receipt"];
export type Region = Schemas["Region"];
export type SignedIn = Schemas["SignedIn"];
export type Submission = Schemas["Submission"];
export type WorkforceSpend = Schemas["WorkforceSpend"];
