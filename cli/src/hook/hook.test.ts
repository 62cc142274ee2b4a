import { join } from "node:path";
import { expect, test } from "vitest";
import { type Finished, finish, runJson, startCommand } from "../test/run-command.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";

/** A hook's process records and ends, without waiting for more. */
const quick = { THROUGHLINE_HOOK_LINGER_SECONDS: "0" };

async function hook(
  folder: string,
  event: unknown,
  args: readonly string[] = [],
  environment = {},
): Promise<Finished> {
  const child = startCommand(folder, ["hook", ...args], { ...quick, ...environment });
  child.stdin?.end(typeof event === "string" ? event : JSON.stringify(event));
  return finish(child);
}

const silence = { exitCode: 0, output: "", errors: "" };

function use(folder: string, tool: string, input: object, others: object = {}) {
  return {
    session_id: "s1",
    transcript_path: join(folder, "none.jsonl"),
    cwd: folder,
    hook_event_name: "PostToolUse",
    tool_name: tool,
    tool_input: input,
    tool_use_id: `toolu_${JSON.stringify(input).length}${tool}`,
    ...others,
  };
}

test("what an agent does becomes the context of its session, in the order that it happened", async () => {
  const folder = temporaryFolder();
  const events = [
    { session_id: "s1", cwd: folder, hook_event_name: "SessionStart", source: "startup", model: "m" },
    use(folder, "Read", { file_path: join(folder, "src/a.ts") }),
    use(folder, "Edit", { file_path: join(folder, "src/a.ts"), old_string: "secret one", new_string: "b" }),
    use(folder, "Grep", { pattern: "roses" }),
    use(folder, "AskUserQuestion", { questions: [], answers: { "Which bed?": "The long one" } }),
    use(folder, "Bash", { command: "cat src/b.ts" }),
    { session_id: "s1", cwd: folder, hook_event_name: "SomethingNew" },
  ];
  for (const event of events) expect(await hook(folder, event, ["--wait"])).toEqual(silence);
  const shown = await runJson(folder, ["context", "claude-code:s1"]);
  expect(shown).toMatchObject({
    context: {
      files_accessed: [
        { path: "src/a.ts", kind: "VIEW" },
        { path: "src/a.ts", kind: "EDIT" },
      ],
      recent_searches: [{ query: "roses" }],
      decisions: [{ decision: "Which bed? – The long one" }],
    },
  });
  expect(await runJson(folder, ["show", "claude-code:s1"])).toMatchObject({
    model: "m",
    workspace_path: folder,
  });
});
