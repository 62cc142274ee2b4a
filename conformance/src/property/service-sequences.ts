/** A conversation's whole life at random, with wrong calls between the right ones. */
import * as fc from "fast-check";
import { memoryCommands } from "./memory-commands.ts";
import { contentCommands } from "./content-commands.ts";
import { contextCommands } from "./context-commands.ts";
import { conversationCommands } from "./conversation-commands.ts";
import { endingCommands, fileCommands } from "./ending-commands.ts";
import { ownerCommands } from "./owner-commands.ts";
import { resourceCommands } from "./resource-commands.ts";
import type { ServiceCommand } from "./service-command.ts";
import { sessionCommands } from "./session-commands.ts";

/** Sequences of commands; the first make something to work on. */
export function serviceSequences(limit: number): fc.Arbitrary<readonly ServiceCommand[]> {
  const [create] = sessionCommands;
  const [append] = conversationCommands;
  return fc
    .tuple(
      fc.array(fc.oneof(create as fc.Arbitrary<ServiceCommand>, append as fc.Arbitrary<ServiceCommand>), {
        minLength: 4,
        maxLength: 8,
      }),
      fc.array(
        fc.oneof(
          { weight: 5, arbitrary: fc.oneof(...sessionCommands) },
          { weight: 3, arbitrary: append as fc.Arbitrary<ServiceCommand> },
          { weight: 6, arbitrary: fc.oneof(...conversationCommands) },
          { weight: 4, arbitrary: fc.oneof(...memoryCommands) },
          { weight: 4, arbitrary: fc.oneof(...contextCommands) },
          { weight: 2, arbitrary: fc.oneof(...resourceCommands) },
          { weight: 2, arbitrary: fc.oneof(...contentCommands) },
          { weight: 3, arbitrary: fc.oneof(...endingCommands) },
          { weight: 1, arbitrary: fc.oneof(...ownerCommands) },
          { weight: 1, arbitrary: fc.oneof(...fileCommands) },
        ),
        { maxLength: limit },
      ),
    )
    .map(([first, rest]) => [...first, ...rest]);
}
