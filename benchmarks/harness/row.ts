import type { Bench } from "./bench.ts";
import type { OpenSettings, Subject } from "./contestant.ts";

/** What goes into a measuring process and comes out of it. */
export type Facts = Readonly<Record<string, number | string | readonly number[]>>;

/** What a task finds in its process. */
export interface TaskContext {
  readonly parameters: Facts;
  /** Opens the contestant's store; closing it is the task's business. */
  open(settings?: Partial<OpenSettings>): Promise<Subject>;
  /** Resolves when every process that was started together is ready. */
  waitForOthers(): Promise<void>;
}

/** One thing done in a process of its own: preparing data or measuring. */
export type Task = (context: TaskContext) => Promise<Facts>;

/** A bound to reach. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One line of the report. */
export interface ReportLine {
  readonly row: number;
  readonly measure: string;
  /** Absent when the line is for information. */
  readonly goal?: Goal;
  readonly unit: string;
  /** Absent when it could not be measured. */
  readonly measured: number | undefined;
  readonly product: string;
  readonly reference: string;
  readonly peers: string;
}

/** One row of the table of goals. Adding one is a file here and a line in `rows.ts`. */
export interface Row {
  readonly number: number;
  readonly title: string;
  readonly tasks: Readonly<Record<string, Task>>;
  run(bench: Bench): Promise<readonly ReportLine[]>;
}

/** A number that a task was given or gave. */
export function numberIn(facts: Facts, name: string): number {
  const value = facts[name];
  if (typeof value !== "number") throw new TypeError(`"${name}" is no number`);
  return value;
}

/** A text that a task was given or gave. */
export function textIn(facts: Facts, name: string): string {
  const value = facts[name];
  if (typeof value !== "string") throw new TypeError(`"${name}" is no text`);
  return value;
}

/** A list of numbers that a task gave. */
export function listIn(facts: Facts, name: string): readonly number[] {
  const value = facts[name];
  if (typeof value !== "object") throw new TypeError(`"${name}" is no list`);
  return value;
}
