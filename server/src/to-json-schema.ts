/** Schemas as OpenAPI 3.1 has them: JSON Schema, with the larger ones named. */
import {
  forkJson,
  memoryJson,
  messageJson,
  sessionJson,
  settingsJson,
  settingsPatchJson,
} from "@throughline/core";
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import type * as v from "valibot";
import {
  appendedAnswer,
  branchAnswer,
  hitAnswer,
  messageAnswer,
  problemSchema,
  sessionAnswer,
  sessionStatisticsAnswer,
  settingsAnswer,
  statisticsAnswer,
} from "./answers.ts";
import { memoryAnswer, memoryVersionAnswer, projectAnswer } from "./memory-answers.ts";
import {
  checkpointAnswer,
  checkpointSummaryAnswer,
  comparisonAnswer,
  contextAnswer,
  resourceAnswer,
  sessionResourceAnswer,
} from "./context-answers.ts";
import { cleanUpAnswer, holdAnswer, receiptAnswer } from "./deletion-answers.ts";
import { sessionPatch } from "./patch-session.ts";
import { contextBody } from "./routes/context.ts";
import { appendBody, putBody } from "./routes/messages.ts";

type JsonSchema = ReturnType<typeof toJsonSchema>;

const named = {
  Session: sessionAnswer,
  NewSession: sessionJson,
  SessionPatch: sessionPatch,
  Fork: forkJson,
  Branch: branchAnswer,
  Message: messageAnswer,
  NewMessage: messageJson,
  Append: appendBody,
  Appended: appendedAnswer,
  PutMessage: putBody,
  MessageHit: hitAnswer,
  Settings: settingsAnswer,
  NewSettings: settingsJson,
  SettingsPatch: settingsPatchJson,
  Statistics: statisticsAnswer,
  SessionStatistics: sessionStatisticsAnswer,
  Context: contextAnswer,
  ContextRecord: contextBody,
  Checkpoint: checkpointAnswer,
  CheckpointSummary: checkpointSummaryAnswer,
  CheckpointComparison: comparisonAnswer,
  Resource: resourceAnswer,
  SessionResource: sessionResourceAnswer,
  Memory: memoryAnswer,
  NewMemory: memoryJson,
  MemoryVersion: memoryVersionAnswer,
  Project: projectAnswer,
  Hold: holdAnswer,
  Receipt: receiptAnswer,
  CleanUp: cleanUpAnswer,
  Problem: problemSchema,
};

const settings: ConversionConfig = {
  target: "draft-2020-12",
  // What is received: what a schema makes of it is nobody else's business.
  typeMode: "input",
  // Checks that JSON Schema has no words for are left out.
  errorMode: "ignore",
  overrideSchema: ({ valibotSchema }) =>
    isTime(valibotSchema) ? { type: "string", format: "date-time" } : plainObject(valibotSchema),
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
};

/** A schema of a parameter, a body or an answer. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const {
    $schema: _dialect,
    $defs: _definitions,
    ...rest
  } = toJsonSchema(schema, { ...settings, definitions: named });
  return rest;
}

/** The schemas that others refer to, by name. */
export function namedSchemas(): Readonly<Record<string, JsonSchema>> {
  return toJsonSchemaDefs(named, settings);
}

/** A time is text in JSON, whatever else a library takes. */
function isTime(schema: object): boolean {
  return (
    "options" in schema && (schema.options as readonly unknown[]).some((option) => typeOf(option) === "date")
  );
}

/** Metadata: an object of any kind. */
function plainObject(schema: object): JsonSchema | undefined {
  return typeOf(schema) === "custom" ? { type: "object", additionalProperties: true } : undefined;
}

function typeOf(schema: unknown): unknown {
  return typeof schema === "object" && schema !== null && "type" in schema ? schema.type : undefined;
}
