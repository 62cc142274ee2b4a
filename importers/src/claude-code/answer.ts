import { isJsonObject, readCount, readLabel } from "../json-object.ts";
import type { Part, Usage } from "@throughline/core";
import type { ByteRange, ImportedMessage } from "../importer.ts";
import type { ClaudeRecord } from "./claude-record.ts";
import { recordId } from "./claude-record.ts";
import { contentBlocks, readPart } from "./content-parts.ts";
import type { ToolNames } from "./content-parts.ts";

/** What the tool itself writes as an answer, such as an error of the API, has this for a model. */
const noModel = "<synthetic>";

/** An answer of the model whose lines are being gathered. */
export interface Answer {
  readonly session: string;
  readonly id: string;
  readonly continues: boolean;
  readonly parts: Part[];
  readonly ranges: ByteRange[];
  createdAt?: number;
  model?: string;
  usage?: Usage;
  isApiError: boolean;
}

/** What one assistant record adds to its answer. */
export interface AnswerPiece {
  readonly id: string;
  readonly parts: readonly Part[];
  readonly model?: string;
  readonly usage?: Usage;
}

/** The API's message id names an answer, since its lines share it; the record's own id is the way out. */
export function readAnswerPiece(record: ClaudeRecord, toolNames: ToolNames): AnswerPiece {
  const { message } = record;
  const parts = contentBlocks(message["content"])
    .map((block, index) => readPart(block, `${recordId(record)}/${index}`, toolNames))
    .filter((part) => part !== undefined);
  const model = readLabel(message["model"]);
  return {
    id: readLabel(message["id"]) ?? recordId(record),
    parts,
    ...(model !== undefined && model !== noModel && { model }),
    usage: readUsage(message["usage"]),
  };
}

/** Adds a line to its answer. Usage is repeated on the lines and grows: the last one counts. */
export function addPiece(answer: Answer, piece: AnswerPiece, record: ClaudeRecord): void {
  answer.parts.push(...piece.parts);
  answer.ranges.push(record.range);
  answer.createdAt ??= record.createdAt;
  answer.model = piece.model ?? answer.model;
  answer.usage = piece.usage ?? answer.usage;
  answer.isApiError ||= record.value["isApiErrorMessage"] === true;
}

export function answerMessage(answer: Answer): ImportedMessage {
  const { session, id, parts, ranges, createdAt, model, usage } = answer;
  return {
    type: "message",
    session,
    id,
    role: "assistant",
    content: parts,
    ...(createdAt !== undefined && { createdAt }),
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { usage }),
    ...(answer.isApiError && { metadata: { api_error: true } }),
    ranges,
    ...(answer.continues && { continues: true }),
  };
}

function readUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value)) return undefined;
  const input = readCount(value["input_tokens"]);
  const output = readCount(value["output_tokens"]);
  const cacheRead = readCount(value["cache_read_input_tokens"]);
  const cacheWrite = readCount(value["cache_creation_input_tokens"]);
  const usage: Usage = {
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(cacheWrite !== undefined && { cacheWrite }),
  };
  return Object.keys(usage).length === 0 ? undefined : usage;
}
