/** The command line: runs the command that the arguments name, and answers its exit code. */
import { Command, CommanderError } from "commander";
import { commandDefinitions } from "./definitions/command-definitions.ts";
import type { Finish } from "./definitions/command-parts.ts";
import { exitCodes, exitCodesHelp } from "./exit-codes.ts";
import { version } from "./package-facts.ts";
import { similarNames } from "./arguments/similar-names.ts";

/** Runs the command that the arguments name. Answers the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.success;
  const program = defineProgram((code) => {
    exitCode = code;
  });
  try {
    refuseMistyped(program, argv.slice(2));
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.misuse;
    const { reportError } = await import("./report-error.ts");
    return reportError(error);
  }
}

function defineProgram(finish: Finish): Command {
  const program = new Command("throughline")
    .description("One searchable history of your conversations with AI agents, in a database of your own.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand(false)
    .showHelpAfterError("Run throughline --help for what there is.")
    .configureOutput({ outputError: (message, write) => write(message.replace(/^error:/, "throughline:")) })
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  throughline import                    bring in the sessions of other tools
  throughline search connection pool    find where both words were said
  throughline show @last                read the session that was active last
  throughline serve                     answer HTTP on http://127.0.0.1:8003

A session is named by its id, by the last 6 or more characters of its id (not
the first ones, which sessions of one time share), by <tool>:<its id there>, or
by @last.

A store is named by its URL, with --store or THROUGHLINE_STORE:
  sqlite:<path>                         a file; a path that ends in .db will do
  postgres://user@host/database         PostgreSQL; needs npm install pg
  mongodb://user@host/database          MongoDB; needs npm install mongodb
  http://127.0.0.1:8003                 what throughline serve answers on
  memory:                               nothing is kept

${exitCodesHelp}`,
    );
  for (const define of commandDefinitions) define(program, finish);
  defineHelp(program);
  return program;
}

/**
 * `memories lst`: the parser takes the word for an argument of `memories list`, whose name may be left out. Names of sessions
 * are left alone: they have a sign, or are written with the digits of ids.
 */
function refuseMistyped(program: Command, [name, word = ""]: readonly string[]): void {
  const group = program.commands.find((command) => command.name() === name);
  const names = group?.commands.map((command) => command.name()) ?? [];
  if (group === undefined || names.includes(word) || !/^(?=[a-z-]*[g-z])[a-z][a-z-]*$/.test(word)) return;
  const near = similarNames(word, names);
  if (near.length > 0) group.error(`error: unknown command '${word}'\n(Did you mean ${near.join(" or ")}?)`);
}

/** `help keys create`, too. The parser's own says nothing of a command that there is none of. */
function defineHelp(program: Command): void {
  program
    .command("help")
    .description("Print the help of a command.")
    .argument("[command...]", "such as show, or keys create")
    .action((words: readonly string[]) => {
      let command = program;
      for (const word of words) {
        const found = command.commands.find((one) => one.name() === word);
        if (found === undefined) {
          const near = similarNames(
            word,
            command.commands.map((one) => one.name()),
          );
          const meant = near.length === 0 ? "" : `\n(Did you mean ${near.join(" or ")}?)`;
          program.error(`error: unknown command '${word}'${meant}`);
        }
        command = found;
      }
      command.outputHelp();
    });
}
