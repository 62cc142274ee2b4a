import type { LinkMode } from "./link-mode.ts";
import type { Proxy } from "./start-proxy.ts";

/** Makes a call over links that behave as `mode` says until one of them was cut, and soundly from then on. */
export async function repairOnceCut(
  { setMode, statistics }: Proxy,
  mode: LinkMode,
  call: () => Promise<unknown>,
): Promise<void> {
  const before = statistics().cut;
  setMode(mode);
  const state = { isOver: false };
  const running = call().finally(() => {
    state.isOver = true;
  });
  running.catch(() => undefined);
  while (!state.isOver && statistics().cut === before) await new Promise((resolve) => setTimeout(resolve, 1));
  setMode({});
  await running;
}
