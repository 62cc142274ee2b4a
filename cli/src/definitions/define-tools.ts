/** The commands on what tools, and those who use them, keep beside conversations. */
import { type Command, Option } from "commander";
import type { CreateCheckpointOptions, ListCheckpointsOptions } from "../commands/checkpoints.ts";
import type { CountCommandOptions, ListCommandsOptions } from "../commands/command-usage.ts";
import type { ListProjectsOptions, SetProjectOptions } from "../commands/projects.ts";
import type { ListReposOptions, SetRepoOptions } from "../commands/repos.ts";
import type { ListToolSessionsOptions } from "../commands/tool-sessions.ts";
import type { CommonOptions } from "../with-throughline.ts";
import { type Finish, addCommand, cursorOption, limitOption, sessionArgument } from "./command-parts.ts";

const isDefault = true;

export function defineProjects(program: Command, finish: Finish): void {
  const projects = program
    .command("projects")
    .description("List projects, and say which repository one is of.")
    .helpCommand(false);
  const run = async () => import("../commands/projects.ts");
  addCommand(
    projects,
    "list",
    "List projects, newest first. The word list may be left out.",
    ["throughline projects", "throughline projects --json | jq -r '.items[].project_id'"],
    isDefault,
  )
    .addOption(limitOption(50))
    .addOption(cursorOption)
    .action(async (options: ListProjectsOptions) => finish(await (await run()).listProjects(options)));
  addCommand(projects, "set", "Rename a project, or say which repository it is of.", [
    'throughline projects set garden --name "The garden"',
    "throughline projects set garden --repository git@github.com:ada/garden.git",
  ])
    .argument("<project>", "its id")
    .option("--name <name>", "what it is called")
    .option("--repository <address>", "the address of its remote; empty: it has none")
    .action(async (project: string, options: SetProjectOptions) =>
      finish(await (await run()).setProject(project, options)),
    );
}

export function defineCheckpoints(program: Command, finish: Finish): void {
  const checkpoints = program
    .command("checkpoints")
    .description("Keep what a session's context is, and bring it back.")
    .helpCommand(false);
  const run = async () => import("../commands/checkpoints.ts");
  const named = ["<name>", "its name"] as const;
  addCommand(
    checkpoints,
    "list",
    "List the checkpoints of a session, newest first. The word list may be left out.",
    ["throughline checkpoints @last", "throughline checkpoints list 4f2a91c0 --json"],
    isDefault,
  )
    .addArgument(sessionArgument)
    .addOption(limitOption(50))
    .addOption(cursorOption)
    .action(async (session: string, options: ListCheckpointsOptions) =>
      finish(await (await run()).listCheckpoints(session, options)),
    );
  addCommand(checkpoints, "create", "Keep a session's context under a name.", [
    'throughline checkpoints create @last "before the change"',
    "throughline checkpoints create @last plan --state '{\"step\": 3}'",
  ])
    .addArgument(sessionArgument)
    .argument(...named)
    .option("--state <json>", "whatever else is to be kept, as JSON; - reads standard input")
    .action(async (session: string, name: string, options: CreateCheckpointOptions) =>
      finish(await (await run()).createCheckpoint(session, name, options)),
    );
  addCommand(checkpoints, "show", "Print what a checkpoint holds.", [
    'throughline checkpoints show @last "before the change" --json',
  ])
    .addArgument(sessionArgument)
    .argument(...named)
    .action(async (session: string, name: string, options: CommonOptions) =>
      finish(await (await run()).showCheckpoint(session, name, options)),
    );
  addCommand(checkpoints, "compare", "Show what differs between a checkpoint and another, or now.", [
    'throughline checkpoints compare @last "before the change"',
    "throughline checkpoints compare @last one two",
  ])
    .addArgument(sessionArgument)
    .argument("<from>", "a checkpoint")
    .argument("[to]", "another; left out: the context as it is now")
    .action(async (session: string, from: string, to: string | undefined, options: CommonOptions) =>
      finish(await (await run()).compareCheckpoints(session, from, to, options)),
    );
  addCommand(checkpoints, "restore", "Make a session's context what it was.", [
    'throughline checkpoints restore @last "before the change"',
  ])
    .addArgument(sessionArgument)
    .argument(...named)
    .action(async (session: string, name: string, options: CommonOptions) =>
      finish(await (await run()).restoreCheckpoint(session, name, options)),
    );
  addCommand(checkpoints, "delete", "Forget a checkpoint.", [
    'throughline checkpoints delete @last "before the change"',
  ])
    .addArgument(sessionArgument)
    .argument(...named)
    .action(async (session: string, name: string, options: CommonOptions) =>
      finish(await (await run()).deleteCheckpoint(session, name, options)),
    );
}

export function defineToolSessions(program: Command, finish: Finish): void {
  const tools = program
    .command("tools")
    .description("Look up the ids under which tools keep their own state for a session.")
    .helpCommand(false);
  const run = async () => import("../commands/tool-sessions.ts");
  const toolArgument = ["<tool>", "the tool's name"] as const;
  const keyArgument = ["[key]", "which of its sessions; left out: its only one without a key"] as const;
  addCommand(
    tools,
    "list",
    "List the tool sessions of a session. The word list may be left out.",
    ["throughline tools @last", "throughline tools list 4f2a91c0 --json"],
    isDefault,
  )
    .addArgument(sessionArgument)
    .addOption(limitOption(50))
    .addOption(cursorOption)
    .action(async (session: string, options: ListToolSessionsOptions) =>
      finish(await (await run()).listToolSessions(session, options)),
    );
  addCommand(tools, "get", "Print the id of a tool's session; one that is missing is made.", [
    "throughline tools get @last editor",
    "throughline tools get @last editor src/main.ts --json",
  ])
    .addArgument(sessionArgument)
    .argument(...toolArgument)
    .argument(...keyArgument)
    .action(async (session: string, tool: string, key: string | undefined, options: CommonOptions) =>
      finish(await (await run()).getToolSession(session, tool, key, options)),
    );
  addCommand(tools, "delete", "Forget the session of a tool.", [
    "throughline tools delete @last editor src/main.ts",
  ])
    .addArgument(sessionArgument)
    .argument(...toolArgument)
    .argument(...keyArgument)
    .action(async (session: string, tool: string, key: string | undefined, options: CommonOptions) =>
      finish(await (await run()).deleteToolSession(session, tool, key, options)),
    );
}

export function defineRepos(program: Command, finish: Finish): void {
  const repos = program
    .command("repos")
    .description("Remember where repositories were cloned to.")
    .helpCommand(false);
  const run = async () => import("../commands/repos.ts");
  const keyArgument = ["<key>", "what names the clone"] as const;
  addCommand(
    repos,
    "list",
    "List clones, updated last first. The word list may be left out.",
    ["throughline repos", "throughline repos list --json"],
    isDefault,
  )
    .addOption(limitOption(50))
    .addOption(cursorOption)
    .action(async (options: ListReposOptions) => finish(await (await run()).listRepos(options)));
  addCommand(repos, "get", "Print the folder of a clone.", ["cd $(throughline repos get garden)"])
    .argument(...keyArgument)
    .action(async (key: string, options: CommonOptions) => finish(await (await run()).getRepo(key, options)));
  addCommand(repos, "set", "Note where a repository was cloned to, or that it was updated.", [
    "throughline repos set garden --url https://example.com/ada/garden.git --path ~/clones/garden --ref main",
  ])
    .argument(...keyArgument)
    .requiredOption("--url <url>", "what it was cloned from")
    .requiredOption("--path <folder>", "where it lies")
    .option("--ref <ref>", "a branch, a tag or a commit")
    .option("--search-path <path>", "where in it to search")
    .option("--commit <hash>", "the commit that is checked out")
    .action(async (key: string, options: SetRepoOptions) =>
      finish(await (await run()).setRepo(key, options)),
    );
  addCommand(repos, "delete", "Forget a clone. Its folder stays as it is.", [
    "throughline repos delete garden",
  ])
    .argument(...keyArgument)
    .action(async (key: string, options: CommonOptions) =>
      finish(await (await run()).deleteRepo(key, options)),
    );
  addCommand(repos, "check", "Forget clones whose folder is gone from this machine.", [
    "throughline repos check",
  ]).action(async (options: CommonOptions) => finish(await (await run()).checkRepositories(options)));
}

export function defineCommandUsage(program: Command, finish: Finish): void {
  const commands = program
    .command("commands")
    .description("Count how often users give their commands.")
    .helpCommand(false);
  const run = async () => import("../commands/command-usage.ts");
  const userOption = ["--user <name>", "whose commands (default: local)"] as const;
  addCommand(
    commands,
    "list",
    "List the commands of a user. The word list may be left out.",
    ["throughline commands", "throughline commands --user ada --order recent"],
    isDefault,
  )
    .option(...userOption)
    .addOption(
      new Option("--order <order>", "count, most used first (default), or recent, last use first").choices([
        "count",
        "recent",
      ]),
    )
    .addOption(limitOption(50))
    .addOption(cursorOption)
    .action(async (options: ListCommandsOptions) => finish(await (await run()).listCommands(options)));
  addCommand(commands, "count", "Count that a user gave a command.", [
    "throughline commands count /deploy staging",
    "throughline commands count --user ada -- --help",
  ])
    .argument("<command...>", "the command as it was given; one that begins with - goes after --")
    .option(...userOption)
    .action(async (words: readonly string[], options: CountCommandOptions) =>
      finish(await (await run()).countCommand(words, options)),
    );
}
