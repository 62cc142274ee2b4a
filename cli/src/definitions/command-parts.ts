/** What the commands have in common: their beginning, and the arguments and options that several take. */
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { exitCodesHelp } from "../exit-codes.ts";

/** Takes the exit code of the command that ran. */
export type Finish = (exitCode: number) => void;

/** A command with what all have: `--store`, `--json`, examples, exit codes. */
export function addCommand(
  program: Command,
  name: string,
  description: string,
  examples: readonly string[],
  isDefault = false,
): Command {
  if (isDefault) addGroupHelp(program);
  const [first] = examples;
  if (first !== undefined) examplesOf.set(program, [...(examplesOf.get(program) ?? []), first]);
  return program
    .command(name, { isDefault })
    .description(description)
    .option(
      "--store <url>",
      "store to use (throughline --help lists the kinds, throughline config the default)",
    )
    .option("--json", "print one JSON object")
    .allowExcessArguments(false)
    .showHelpAfterError(`Run ${nameOf(program)} ${name} --help for what it takes.`)
    .addHelpText(
      "after",
      `\nExamples:\n${examples.map((example) => `  ${example}`).join("\n")}\n\n${exitCodesHelp}`,
    );
}

/** The first example of each command of a group, for the group's own help. */
const examplesOf = new WeakMap<Command, readonly string[]>();

function addGroupHelp(group: Command): void {
  group.showHelpAfterError(`Run ${nameOf(group)} --help for what there is.`).addHelpText("after", () => {
    const examples = (examplesOf.get(group) ?? []).map((example) => `  ${example}`).join("\n");
    return `\nExamples:\n${examples}\n\n${nameOf(group)} <command> --help says more of each.`;
  });
}

/** `throughline keys`: what a person writes. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** How many to answer with, of what comes in pages. */
export function pageSize(text: string): number {
  const isPageSize = /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 1_000;
  if (!isPageSize) throw new InvalidArgumentError("It must be a whole number from 1 to 1000.");
  return Number(text);
}

/** How a session is named. */
export const sessionArgument = new Argument(
  "<session>",
  "its id, the id's last 6 characters or more, <tool>:<key>, or @last",
);

/** Of a list that answers `standard` entries if nobody says how many. */
export function limitOption(standard: number): Option {
  return new Option("--limit <number>", `at most so many, 1 to 1,000 (default: ${standard})`).argParser(
    pageSize,
  );
}

export const cursorOption = new Option("--cursor <cursor>", "go on where another page ended");

/** Of an option that may be given as often as needed: all that it was given. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
