/** Each command with its options and examples. What it does stands in `commands/`, and is loaded when it runs. */
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import type { DeleteCommandOptions } from "../commands/delete.ts";
import type { ExportOptions } from "../commands/export.ts";
import type { CleanUpCommandOptions } from "../commands/gc.ts";
import type { HoldCommandOptions } from "../commands/hold.ts";
import type { ImportOptions } from "../commands/import.ts";
import type { ListSessionsOptions } from "../commands/list-sessions.ts";
import type { SearchCommandOptions } from "../commands/search.ts";
import type { ServeOptions } from "../commands/serve.ts";
import type { ShowOptions } from "../commands/show.ts";
import type { CommonOptions } from "../with-throughline.ts";
import { defineContent, defineFiles } from "./define-files.ts";
import { defineHook } from "./define-hook.ts";
import { defineKeys } from "./define-keys.ts";
import { defineMemories } from "./define-memories.ts";
import { defineContext, defineResources } from "./define-context.ts";
import {
  defineCheckpoints,
  defineCommandUsage,
  defineProjects,
  defineRepos,
  defineToolSessions,
} from "./define-tools.ts";
import { defineWatch } from "./define-watch.ts";
import {
  type Finish,
  addCommand,
  collect,
  cursorOption,
  limitOption,
  pageSize,
  sessionArgument,
} from "./command-parts.ts";

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

const branchHelp = "another branch than the current one, by the position or id of its last message";

/** Adds each command to the program. */
export const commandDefinitions: readonly ((program: Command, finish: Finish) => void)[] = [
  (program, finish) =>
    addCommand(program, "serve", "Answer HTTP requests until stopped.", [
      "throughline serve",
      "throughline serve --port 9000 --store sqlite:./sessions.db",
      "throughline serve --store postgres://me@localhost/work",
      "throughline serve --host 0.0.0.0 --allow-host sessions.example.com",
    ])
      .addOption(
        new Option("--port <number>", "port to listen on; 0 takes a free one (default: 8003)").argParser(
          wholeNumber,
        ),
      )
      .option(
        "--host <address>",
        "address to listen on (default: 127.0.0.1); beyond loopback callers need API keys",
      )
      .option(
        "--allow-host <name>",
        "a name that requests may be sent to, beside loopback ones; as often as needed",
        collect,
      )
      .action(async (options: ServeOptions) =>
        finish(await (await import("../commands/serve.ts")).serve(options)),
      ),
  defineKeys,
  (program, finish) =>
    addCommand(
      program,
      "import",
      "Import sessions of other tools; what is there already is not stored again.",
      [
        "throughline import",
        "throughline import claude-code",
        "throughline import ./transcripts session.jsonl",
      ],
    )
      .argument(
        "[tool|path...]",
        "a tool (claude-code, codex or chatgpt), or files and folders; without any, the folders of all tools",
      )
      .option("--user <name>", "user whose sessions they become (default: local)")
      .option(
        "--project <id>",
        "project of sessions that have none (default: that of the repository in which each began)",
      )
      .option("--no-project", "give sessions no project")
      .action(async (words: readonly string[], options: ImportOptions) =>
        finish(await (await import("../commands/import.ts")).importFiles(words, options)),
      ),
  (program, finish) =>
    addCommand(program, "sessions", "List sessions, newest activity first.", [
      "throughline sessions",
      "throughline sessions --tool claude-code --limit 20",
      "throughline sessions --deleted",
      "throughline sessions --json | jq '.items[].title'",
    ])
      .option("--user <name>", "only this user's")
      .option("--project <id>", "only this project's")
      .option("--tool <name>", "only this tool's")
      .addOption(
        new Option("--status <status>", "only those with this status").choices([
          "active",
          "archived",
          "expired",
        ]),
      )
      .option("--tag <tag>", "only those with this tag")
      .option("--pinned", "only pinned ones")
      .option("--no-pinned", "only those that are not pinned")
      .option("--q <text>", "only those with this text in the title")
      .option("--workspace <path>", "only those of this working directory")
      .option("--metadata <key=value>", "only those with this metadata; up to five times", collect)
      .option("--all", "also side chains, the sessions of sub-agents, which lists leave out")
      .option("--deleted", "those in the trash, and when they are erased, deleted last first")
      .addOption(
        new Option("--order <order>", "what is newest first (default: activity)").choices([
          "activity",
          "created",
        ]),
      )
      .addOption(limitOption(50))
      .addOption(cursorOption)
      .action(async (options: ListSessionsOptions) =>
        finish(await (await import("../commands/list-sessions.ts")).listSessions(options)),
      ),
  (program, finish) =>
    addCommand(program, "show", "Read a session.", [
      "throughline show @last",
      "throughline show 4f2a91c0 --last 20",
      "throughline show 4f2a91c0 --branches",
      "throughline show 4f2a91c0 --branch 17 | grep -n error",
    ])
      .addArgument(sessionArgument)
      .addOption(
        new Option("--last <number>", "only so many messages, the last ones, 1 to 1,000").argParser(pageSize),
      )
      .option("--branch <message>", branchHelp)
      .option("--branches", "list the ways that the conversation went, and no messages")
      .option("--no-pager", "print all at once, also on a terminal")
      .action(async (session: string, options: ShowOptions) =>
        finish(await (await import("../commands/show.ts")).show(session, options)),
      ),
  (program, finish) =>
    addCommand(program, "export", "Write a session out.", [
      "throughline export @last --format markdown",
      "throughline export 4f2a91c0 --format json -o session.json",
      "throughline export @last --format native -o session.jsonl",
    ])
      .addArgument(sessionArgument)
      .addOption(
        new Option("--format <format>", "what to write; native is the file that it was imported from")
          .choices(["json", "markdown", "text", "native"])
          .default("json"),
      )
      .option("-o, --output <file>", "file to write, which appears when it is whole (default: print it)")
      .option("--branch <message>", branchHelp)
      .action(async (session: string, options: ExportOptions) =>
        finish(await (await import("../commands/export.ts")).exportToFile(session, options)),
      ),
  (program, finish) =>
    addCommand(program, "search", "Find messages by their text, best first.", [
      "throughline search connection pool",
      `throughline search '"exact phrase" begin* -without'`,
      "throughline search timeout --tool claude-code --since 2025-01-31",
    ])
      .argument("<text...>", 'words that all occur, "phrases", begin*, -without')
      .option("--session <session>", "only in this session")
      .option("--user <name>", "only this user's")
      .option("--project <id>", "only this project's")
      .option("--tool <name>", "only this tool's")
      .addOption(
        new Option("--role <role>", "only messages of this role").choices([
          "user",
          "assistant",
          "system",
          "tool",
        ]),
      )
      .option("--since <time>", "from this day (2025-01-31) or time (2025-01-31T09:00:00Z) on")
      .option("--until <time>", "before this day or time")
      .addOption(
        new Option("--order <order>", "best or newest first (default: rank)").choices(["rank", "recent"]),
      )
      .addOption(limitOption(20))
      .addOption(cursorOption)
      .action(async (words: readonly string[], options: SearchCommandOptions) =>
        finish(await (await import("../commands/search.ts")).search(words, options)),
      )
      .showHelpAfterError(
        "Run throughline search --help for what it takes. A query that begins with - goes after --.",
      ),
  defineContext,
  defineResources,
  defineCheckpoints,
  defineMemories,
  defineProjects,
  defineToolSessions,
  defineRepos,
  defineFiles,
  defineContent,
  defineCommandUsage,
  defineWatch,
  defineHook,
  (program, finish) =>
    addCommand(program, "stats", "Count sessions, messages, tokens and records of uploaded files.", [
      "throughline stats",
      "throughline stats --json",
    ]).action(async (options: CommonOptions) =>
      finish(await (await import("../commands/stats.ts")).stats(options)),
    ),
  (program, finish) =>
    addCommand(program, "delete", "Delete a session, which undelete brings back; or a project, or a user.", [
      "throughline delete 4f2a91c0",
      "throughline delete 01980000-0000-7000-8000-00004f2a91c0 --erase",
      "throughline delete --project garden --yes",
      "throughline delete --user mara --erase --yes",
    ])
      .argument("[session]", sessionArgument.description)
      .option("--project <id>", "all of a project: its sessions go to the trash, all else at once")
      .option("--user <name>", "all of a user: their sessions go to the trash, all else at once")
      .option("--yes", "what --project and --user ask for: without it they only say what there is")
      .option(
        "--erase",
        "erase it at once and for ever, with what its forks share; takes the full id of a deleted one, too",
      )
      .option("--receipt", "say what was removed, by kind and count")
      .action(async (session: string | undefined, options: DeleteCommandOptions) =>
        finish(await (await import("../commands/delete.ts")).deleteNamed(session, options)),
      ),
  (program, finish) =>
    addCommand(program, "undelete", "Bring a deleted session back.", ["throughline undelete 4f2a91c0"])
      .addArgument(
        new Argument("<id>", "its id, or the id's last 6 characters or more; sessions --deleted lists them"),
      )
      .action(async (id: string, options: CommonOptions) =>
        finish(await (await import("../commands/undelete.ts")).undeleteSession(id, options)),
      ),
  (program, finish) =>
    addCommand(program, "hold", "Keep a session from being deleted and cleaned up, until it is released.", [
      'throughline hold 4f2a91c0 --reason "needed for the audit"',
    ])
      .addArgument(sessionArgument)
      .option("--reason <text>", "why, for people who read it in show")
      .action(async (session: string, options: HoldCommandOptions) =>
        finish(await (await import("../commands/hold.ts")).holdSession(session, options)),
      ),
  (program, finish) =>
    addCommand(program, "release", "Let go of a session that is held.", ["throughline release 4f2a91c0"])
      .addArgument(sessionArgument)
      .action(async (session: string, options: CommonOptions) =>
        finish(await (await import("../commands/hold.ts")).releaseSession(session, options)),
      ),
  (program, finish) =>
    addCommand(program, "gc", "Clean up: expire, delete, erase and remove what the settings say.", [
      "throughline gc --dry-run",
      "throughline gc",
      "THROUGHLINE_RETENTION_TTL_DAYS=365 throughline gc --dry-run",
    ])
      .option("--dry-run", "only list what would be done, and why")
      .action(async (options: CleanUpCommandOptions) =>
        finish(await (await import("../commands/gc.ts")).cleanUp(options)),
      ),
  (program, finish) =>
    addCommand(program, "doctor", "Check the store, and say what to do about what is wrong.", [
      "throughline doctor",
      "throughline doctor --store sqlite:./sessions.db --json",
    ]).action(async (options: CommonOptions) =>
      finish(await (await import("../commands/doctor.ts")).doctor(options)),
    ),
  (program, finish) =>
    addCommand(program, "config", "Print the settings in effect, and where each came from.", [
      "throughline config",
      "THROUGHLINE_PORT=9000 throughline config --json",
    ]).action(async (options: CommonOptions) =>
      finish(await (await import("../commands/config.ts")).config(options)),
    ),
];
