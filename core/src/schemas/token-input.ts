/** What a caller gives to have tokens counted. */
import * as v from "valibot";
import { tokenFamilies } from "../text/token-families.ts";
import { withJsonNames } from "./json-names.ts";
import { label } from "./text.ts";

const names = `${tokenFamilies.slice(0, -1).join(", ")} or ${tokenFamilies.at(-1)}`;
export const tokenFamily = v.picklist(tokenFamilies, `must be ${names}`);

/** For whom: without either, for the family that the options of the services name. */
const target = {
  family: v.optional(tokenFamily),
  /** A model's name, also with its provider. One that is not known is counted as the usual family, as an estimate. */
  model: v.optional(label),
};

export const tokenTarget = v.strictObject(target);
export type TokenTarget = v.InferInput<typeof tokenTarget>;

export const resourceTokensInput = v.strictObject({
  ...target,
  /** The content of the resource. Default: what is kept of it. */
  content: v.optional(v.string("must be text")),
});
export type ResourceTokensInput = v.InferInput<typeof resourceTokensInput>;

export const resourceStatisticsInput = v.strictObject({
  /** Only this project's; null: only those of none. Default: all. */
  project: v.optional(v.nullable(label)),
  /** Whose tokens. Default: the family that the options of the services name. */
  family: v.optional(tokenFamily),
});
export type ResourceStatisticsInput = v.InferInput<typeof resourceStatisticsInput>;

export const tokensJson: v.GenericSchema = v.strictObject({ text: v.string("must be text"), ...target });
export const resourceTokensJson: v.GenericSchema = withJsonNames(resourceTokensInput);
export const statisticsNames = { project: "project_id" } as const;
export const resourceStatisticsJson: v.GenericSchema = withJsonNames(
  resourceStatisticsInput,
  statisticsNames,
);
