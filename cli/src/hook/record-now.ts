/** `throughline hook --wait`: records an event, and those that wait, before it answers. */
import { maskSecretsIn } from "../mask-secrets.ts";
import { messageOf, takeEvent, tell } from "./answer-hook.ts";
import { drainSpool } from "./drain-spool.ts";
import type { HookArguments } from "./hook-arguments.ts";
import { recordEvent } from "./record-event.ts";
import { Spool, type SpooledEvent } from "./spool.ts";
import { type SpoolStores, everyStore } from "./spool-stores.ts";

/** Answers whether a read still waits. What can't be recorded now waits in the spool, and is told. */
export async function recordNow(given: HookArguments): Promise<boolean> {
  const spool = new Spool();
  const { event, waits } = await takeEvent(spool, given);
  const kept = event === undefined ? undefined : keep(spool, event);
  const stores = everyStore(given.store);
  try {
    if (kept !== undefined) {
      await recordAlone(stores, kept);
      return waits;
    }
    const { trouble, rejected } = await drainSpool(spool, stores);
    if (rejected > 0) tell(`${rejected} events were set aside; see ${spool.rejected}`);
    if (trouble !== undefined) tell(`events of hooks wait to be recorded: ${trouble}`);
  } finally {
    await stores.close();
  }
  return waits;
}

/** Records what nothing else has, and will not be tried again. */
async function recordAlone(stores: SpoolStores, event: SpooledEvent): Promise<void> {
  try {
    const destination = await stores.find(event);
    if (destination !== undefined) await recordEvent(await destination.open(), event);
  } catch (error) {
    tell(`the event is lost: ${maskSecretsIn(messageOf(error))}`);
  }
}

/** An event that can't be kept, and has to be recorded without that. */
function keep(spool: Spool, event: Omit<SpooledEvent, "id">): SpooledEvent | undefined {
  try {
    spool.add(event);
    return undefined;
  } catch (error) {
    tell(`the event can't be kept (${messageOf(error)})`);
    return { id: crypto.randomUUID(), ...event };
  }
}
