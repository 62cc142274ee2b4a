/** What the command ends with. */
export const exitCodes = {
  success: 0,
  /** The command was right, and failed. */
  failure: 1,
  /** The command was wrong: an unknown option, a value that makes no sense, an ambiguous name. */
  misuse: 2,
  /** Stopped by Ctrl-C before it was done. */
  interrupted: 130,
} as const;

export const exitCodesHelp = `Exit codes:
  0    done (also when a search finds nothing)
  1    it failed; the message says why
  2    wrong use: an unknown option, a value or a configuration that makes no
       sense, an ambiguous session
  130  stopped by Ctrl-C before it was done`;
