/** Elements that the tool writes into a user's turn: a text that begins with one is the tool's. */
const injectedTags: ReadonlySet<string> = new Set([
  "additional_context",
  "apps_instructions",
  "codex_internal_context",
  "collaboration_mode",
  "environment_context",
  "external_links",
  "goal_context",
  "hook_prompt",
  "instructions",
  "model_switch",
  "permissions instructions",
  "personality_spec",
  "plugins_instructions",
  "realtime_conversation",
  "recommended_plugins",
  "skill",
  "skills_instructions",
  "subagent_notification",
  "system-reminder",
  "turn_aborted",
  "user_action",
  "user_instructions",
  "user_shell_command",
]);

/** Texts of the tool without an element around them. */
const injectedBeginnings = ["# AGENTS.md instructions", "# Instructions for "];

/** An editor puts what is open there before the prompt. */
const editorBeginning = "# Context from my IDE setup:";
const editorPrompt = /\n## My request for Codex:[ \t]*\r?\n/;

/** What a text in a user's turn consists of. */
export interface SplitUserText {
  /** What the person wrote; empty when nothing. */
  readonly human: string;
  /** What the tool put in; empty when nothing. */
  readonly injected: string;
  /** The person stopped the answer before. */
  readonly isInterruption: boolean;
}

/** Tells what a person wrote from what the tool put there. */
export function splitUserText(text: string): SplitUserText {
  const begin = text.trimStart();
  const tag = /^<([a-z][a-z_-]{1,40}(?: instructions)?)>/i.exec(begin.slice(0, 80))?.[1]?.toLowerCase();
  const isInjected =
    (tag !== undefined && injectedTags.has(tag) && isClosed(begin, tag)) ||
    injectedBeginnings.some((beginning) => begin.startsWith(beginning));
  if (isInjected) return { human: "", injected: text, isInterruption: tag === "turn_aborted" };
  const prompt = begin.startsWith(editorBeginning) ? editorPrompt.exec(text) : null;
  if (prompt === null) return { human: text, injected: "", isInterruption: false };
  const human = text.slice(prompt.index + prompt[0].length);
  return {
    human: human.trim() === "" ? "" : human,
    injected: text.slice(0, prompt.index),
    isInterruption: false,
  };
}

/** A person who writes about such an element goes on after it, or never closes it. */
function isClosed(text: string, tag: string): boolean {
  return text.trimEnd().toLowerCase().endsWith(`</${tag}>`);
}

/** The working directory that an environment's description names. */
export function readWorkingDirectory(text: string): string | undefined {
  if (!/^\s*<environment_context>/.test(text.slice(0, 100))) return undefined;
  return /<cwd>([^<]{1,1024})<\/cwd>|Current working directory: ([^\n]{1,1024})/
    .exec(text.slice(0, 4000))
    ?.slice(1)
    .find((path) => path !== undefined)
    ?.trim();
}
