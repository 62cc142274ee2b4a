/**
 * Ends the process although a read waits for a caller that neither says more nor closes its end: to exit, Node would wait
 * for that read. Another program in the place of this one ends it, and says that all is well.
 */
export function endAtOnce(): void {
  if (process.platform === "win32") process.exit(0);
  process.execve?.(process.execPath, [process.execPath, "--eval", "0"], process.env);
}
