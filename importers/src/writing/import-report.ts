/** What an import did, for people and programs. */

export interface ImportReport {
  /** Files that a tool was recognised in. */
  files: number;
  /** Of these, files that had nothing new. */
  unchangedFiles: number;
  /** Files in which no tool was recognised: of `.json` and `.zip` files, those that were named. */
  readonly skipped: string[];
  sessionsCreated: number;
  /** Sessions that were there and grew. */
  sessionsGrown: number;
  /** Of exports: sessions that are here just as they are in the file. */
  sessionsUnchanged: number;
  /** Sessions left out because they were deleted here. */
  sessionsDeleted: number;
  messagesAdded: number;
  /** Messages that were there and got further parts. */
  messagesContinued: number;
  /** Messages that were there. */
  messagesKept: number;
  bytes: number;
  /** Places that could not be read: the rest of their file was. The first 1,000 of them. */
  readonly problems: ImportReportProblem[];
  /** Problems beyond these: a file can hold more than fit into memory. */
  problemsOmitted: number;
  /** Files and folders that could not be read at all. */
  readonly unreadable: { readonly path: string; readonly message: string }[];
  /** True when the import was told to stop: another one goes on where it ended. */
  interrupted: boolean;
}

export interface ImportReportProblem {
  readonly path: string;
  /** From 1; 0 where it concerns no line. */
  readonly line: number;
  readonly message: string;
}

const notedProblems = 1_000;

/** Notes a problem, or counts it where there are too many. */
export function addProblem(report: ImportReport, problem: ImportReportProblem): void {
  if (report.problems.length < notedProblems) report.problems.push(problem);
  else report.problemsOmitted += 1;
}

export function emptyReport(): ImportReport {
  return {
    files: 0,
    unchangedFiles: 0,
    skipped: [],
    sessionsCreated: 0,
    sessionsGrown: 0,
    sessionsUnchanged: 0,
    sessionsDeleted: 0,
    messagesAdded: 0,
    messagesContinued: 0,
    messagesKept: 0,
    bytes: 0,
    problems: [],
    problemsOmitted: 0,
    unreadable: [],
    interrupted: false,
  };
}
