import type { ImportProgress } from "@throughline/importers";

export interface ProgressDisplay {
  readonly update: (progress: ImportProgress) => void;
  readonly end: () => void;
}

const megabyte = 1_000_000;

/** A progress bar on standard error; nothing where that is no terminal. */
export async function showProgress(): Promise<ProgressDisplay> {
  if (!process.stderr.isTTY) return { update: () => undefined, end: () => undefined };
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    format: "{bar} {percentage}%  {read} of {size} MB  file {file} of {files}  {eta_formatted} left",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 50,
  });
  let isStarted = false;
  return {
    update({ bytes, totalBytes, files, totalFiles }) {
      const numbers = {
        read: (bytes / megabyte).toFixed(1),
        size: (totalBytes / megabyte).toFixed(1),
        file: Math.min(files + 1, totalFiles),
        files: totalFiles,
      };
      if (!isStarted) bar.start(Math.max(totalBytes, 1), bytes, numbers);
      else bar.update(bytes, numbers);
      isStarted = true;
    },
    end() {
      if (isStarted) bar.stop();
    },
  };
}
