/**
 * What an event of an agent's hooks says, and no more of it: neither prompts nor answers nor the content of files. Nothing
 * is imported here but what is as small: the command that reads events has to start quickly.
 */
import { patchedFiles } from "./patched-files.ts";

export const hookTools = ["claude-code", "codex"] as const;
export type HookTool = (typeof hookTools)[number];

export interface HookEvent {
  readonly tool: HookTool;
  /** The tool's own id of the session. */
  readonly session: string;
  /** The tool's own id of the sub-agent, whose session is a side chain of that one. */
  readonly agent?: string;
  /** `start` and `end` of the session, the `use` of a tool, a `pause` after which the transcript is worth a look. */
  readonly type: "start" | "end" | "use" | "pause";
  /** Where the agent worked. */
  readonly folder?: string;
  /** The tool's own id of the use of a tool. */
  readonly call?: string;
  readonly model?: string;
  readonly files?: readonly HookFile[];
  readonly searches?: readonly string[];
  readonly decisions?: readonly string[];
  /** The file that the tool keeps the conversation in. */
  readonly transcript?: string;
}

interface HookFile {
  readonly path: string;
  readonly kind: "VIEW" | "EDIT";
}

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads an event. Undefined: it says nothing that is recorded. What nobody could have meant as an event is an error.
 * `tool` says whose it is; otherwise that is found by what it looks like.
 */
export function readHookEvent(value: unknown, tool?: HookTool): HookEvent | undefined {
  if (!isObject(value)) throw new Error("it is no JSON object");
  if (value["type"] === "agent-turn-complete") return readNotification(value);
  const name = text(value["hook_event_name"]);
  const session = text(value["session_id"]);
  if (name === undefined) throw new Error("it has no hook_event_name");
  if (session === undefined) throw new Error("it has no session_id");
  const whose = tool ?? toolOf(value);
  const agent = whose === "claude-code" ? text(value["agent_id"]) : undefined;
  const said = readSaid(name, value);
  if (said === undefined) return undefined;
  return {
    tool: whose,
    session,
    ...optional("agent", agent),
    ...optional("folder", text(value["cwd"])),
    ...optional("model", text(value["model"])),
    ...said,
  };
}

/** What Codex gives the program that its setting `notify` names. */
function readNotification(value: JsonObject): HookEvent {
  const session = text(value["thread-id"]);
  if (session === undefined) throw new Error("it has no thread-id");
  return { tool: "codex", session, type: "pause", ...optional("folder", text(value["cwd"])) };
}

/** Events of Codex name the turn, and the file of its session is called a rollout. */
function toolOf(value: JsonObject): HookTool {
  const transcript = text(value["transcript_path"]) ?? "";
  return "turn_id" in value || /(^|[/\\])rollout-[^/\\]*$/.test(transcript) ? "codex" : "claude-code";
}

type Said = Pick<HookEvent, "type" | "call" | "files" | "searches" | "decisions" | "transcript">;

function readSaid(name: string, value: JsonObject): Said | undefined {
  const transcript = text(value["transcript_path"]);
  switch (name) {
    case "SessionStart":
      return { type: "start" };
    case "SessionEnd":
      return { type: "end", ...optional("transcript", transcript) };
    case "Stop":
    case "PreCompact":
      return { type: "pause", ...optional("transcript", transcript) };
    case "SubagentStop":
      return { type: "pause", ...optional("transcript", text(value["agent_transcript_path"]) ?? transcript) };
    case "PostToolUse":
      return readUse(value);
    default:
      return undefined;
  }
}

function readUse(value: JsonObject): Said | undefined {
  const { tool_name: name, tool_input: input, tool_response: response } = value;
  if (typeof name !== "string" || hasFailed(response)) return undefined;
  const found = whatWasUsed(name, isObject(input) ? input : {}, response);
  if (Object.values(found).every((list) => list.length === 0)) return undefined;
  return { type: "use", ...optional("call", text(value["tool_use_id"])), ...found };
}

function hasFailed(response: unknown): boolean {
  return isObject(response) && (response["is_error"] === true || response["success"] === false);
}

type Used = Partial<Record<"files" | "searches" | "decisions", readonly unknown[]>> &
  Pick<HookEvent, "files" | "searches" | "decisions">;

/** By the tools' names in Claude Code and Codex. What commands of a shell do to files is not guessed. */
function whatWasUsed(name: string, input: JsonObject, response: unknown): Used {
  switch (name) {
    case "Read":
      return files("VIEW", input["file_path"]);
    case "NotebookRead":
      return files("VIEW", input["notebook_path"]);
    case "view_image":
      return files("VIEW", input["path"]);
    case "Edit":
    case "MultiEdit":
    case "Write":
      return files("EDIT", input["file_path"]);
    case "NotebookEdit":
      return files("EDIT", input["notebook_path"]);
    case "apply_patch":
      return files("EDIT", ...patchedFiles(text(input["command"]) ?? text(input["input"]) ?? ""));
    case "Grep":
    case "Glob":
      return { searches: texts(input["pattern"]) };
    case "WebSearch":
    case "ToolSearch":
    case "web_search":
      return { searches: texts(input["query"]) };
    case "WebFetch":
      return { searches: texts(input["url"]) };
    case "ExitPlanMode":
      return { decisions: texts(input["plan"]).map((plan) => `Accepted plan: ${plan}`) };
    case "AskUserQuestion":
      return { decisions: answers(isObject(response) ? response["answers"] : undefined, input["answers"]) };
    default:
      return {};
  }
}

function files(kind: HookFile["kind"], ...paths: readonly unknown[]): Used {
  return { files: texts(...paths).map((path) => ({ path, kind })) };
}

/** Answers by question, in whichever place a version has them. */
function answers(...places: readonly unknown[]): readonly string[] {
  const place = places.find(isObject) ?? {};
  return Object.entries(place).flatMap(([question, answer]) => {
    const chosen = Array.isArray(answer) ? texts(...(answer as readonly unknown[])) : texts(answer);
    return chosen.length === 0 ? [] : [`${question} – ${chosen.join(", ")}`];
  });
}

function texts(...values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === "string" && value !== "") as readonly string[];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function optional<Name extends string>(name: Name, value: string | undefined) {
  return (value === undefined ? {} : { [name]: value }) as Readonly<Partial<Record<Name, string>>>;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
