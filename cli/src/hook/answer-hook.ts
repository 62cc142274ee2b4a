/**
 * `throughline hook`: keeps an event, and lets a process of its own record it. It is loaded by itself, without the command
 * line and the stores, because an agent waits for it. Whatever happens, the agent goes on: the exit code is 0, standard
 * output stays empty, and what is wrong is told on standard error.
 */
import { writeSync } from "node:fs";
import { isDrainerRunning } from "./drainer-lock.ts";
import { type HookArguments, readHookArguments } from "./hook-arguments.ts";
import { type HookEvent, readHookEvent } from "./hook-event.ts";
import { keepSettings } from "./kept-settings.ts";
import { type HookInput, mayBeTerminal, readInput } from "./read-input.ts";
import { Spool, type SpooledEvent } from "./spool.ts";
import { recordThrough, startRecording } from "./start-recording.ts";

/** An event, as it was given and as it is kept. */
export interface TakenEvent {
  readonly text: string;
  /** Undefined: there is nothing to record. */
  readonly event: Omit<SpooledEvent, "id"> | undefined;
  /** A read waits for a caller that neither says more nor closes its end: the process has to be ended. */
  readonly waits: boolean;
}

/** Takes the words after `hook`. Answers whether a read still waits, so that the process has to be ended. */
export async function answerHook(words: readonly string[]): Promise<boolean> {
  try {
    const spool = new Spool();
    const given = readHookArguments(words);
    const { text, event, waits } = await takeEvent(spool, given);
    if (event !== undefined) keep(spool, given, event, text);
    return waits;
  } catch (error) {
    tell(messageOf(error));
    return false;
  }
}

function keep(spool: Spool, given: HookArguments, event: Omit<SpooledEvent, "id">, text: string): void {
  try {
    spool.add(event);
  } catch (error) {
    tell(`the event can't be kept (${messageOf(error)}), and is recorded at once`);
    const problem = recordThrough(given, text);
    if (problem !== undefined) tell(`the event is lost: ${problem}`);
    return;
  }
  const trouble = spool.trouble();
  if (trouble !== undefined) tell(`events of hooks wait to be recorded: ${trouble.message}`);
  if (!isDrainerRunning(spool.folder)) startRecording(spool.folder, given);
}

/** Reads the event of a hook. One that can't be understood is set aside, and told. */
export async function takeEvent(spool: Spool, given: HookArguments): Promise<TakenEvent> {
  const at = Date.now();
  for (const word of given.unknown) tell(`${word} is not understood; throughline hook --help says what is`);
  const input = given.event === undefined ? await inputOf() : { text: given.event };
  const { text, problem, waits = false } = input;
  let event: HookEvent | undefined;
  try {
    if (text !== undefined) event = readHookEvent(parse(text, problem), given.tool);
  } catch (error) {
    const reason = messageOf(error);
    tell(`the event is set aside: ${reason}`);
    spool.reject(text ?? "", reason);
  }
  const kept = event === undefined ? undefined : { at, event, ...keepSettings(given) };
  return { text: text ?? "", event: kept, waits };
}

/** Without a text a person called, who has no event. */
async function inputOf(): Promise<Partial<HookInput>> {
  if (mayBeTerminal() && process.getBuiltinModule("node:tty").isatty(0)) {
    tell("hooks of coding agents call this, with an event on standard input; see throughline hook --help");
    return {};
  }
  return readInput();
}

function parse(text: string, problem: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(problem ?? (text.trim() === "" ? "it is empty" : "it is no JSON"));
  }
}

/** One line on standard error. */
export function tell(message: string): void {
  try {
    writeSync(2, `throughline: ${message.replace(/\p{Cc}+/gu, " ")}\n`);
  } catch {
    // Nobody listens.
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
