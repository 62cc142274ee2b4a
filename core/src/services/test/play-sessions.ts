/** Random stories of sessions, their branches and their forks, told to a store and to a model. */
import * as fc from "fast-check";
import type { MessagePage } from "../messages/list-messages.ts";
import type { Throughline } from "../throughline.ts";
import { type Node, SessionModel } from "./session-model.ts";

const share = fc.double({ min: 0, max: 0.999, noNaN: true });

/** What happens: each to one of the sessions, and at one of its positions, chosen by shares of those that are there. */
export const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant("append" as const),
        session: share,
        count: fc.integer({ min: 1, max: 4 }),
        parent: fc.option(fc.oneof(share, fc.constant(-1)), { nil: undefined }),
        move: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("fork" as const), session: share, at: share }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("head" as const), session: share, at: share }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("remove" as const), session: share, at: share }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("delete" as const), session: share }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("read" as const), session: share }) },
  ),
  { minLength: 1, maxLength: 25 },
);
type Step = (typeof steps extends fc.Arbitrary<infer Value> ? Value : never)[number];

interface Session {
  readonly id: string;
  readonly model: SessionModel;
  deleted: boolean;
}

/** Does the same to a store and to models, and notes what each of them answers. */
export class Play {
  readonly tl: Throughline;
  readonly sessions: Session[] = [];
  /** What the store answered, and what the models did: every pair must be equal. */
  readonly answers: { readonly found: unknown; readonly expected: unknown }[] = [];

  constructor(tl: Throughline) {
    this.tl = tl;
  }

  async begin(): Promise<void> {
    const { id } = await this.tl.sessions.create();
    this.sessions.push({ id, model: new SessionModel("s0"), deleted: false });
  }

  get living(): readonly Session[] {
    return this.sessions.filter(({ deleted }) => !deleted);
  }

  async step(step: Step): Promise<void> {
    const session = pick(this.living, step.session);
    if (session === undefined) return;
    const { id, model } = session;
    if (step.type === "append") {
      const parent = step.parent === -1 ? 0 : pick(model.positions, step.parent ?? 1);
      await this.append(session, step.count, step.parent === undefined ? undefined : parent, step.move);
    } else if (step.type === "delete") {
      if (this.living.length < 2) return;
      await this.tl.sessions.delete(id);
      session.deleted = true;
    } else if (step.type === "read") await this.check(session, 3);
    else if (step.type === "remove") await this.remove(session, pick(model.own, step.at));
    else {
      const at = pick(model.positions, step.at);
      if (at === undefined) return;
      if (step.type === "head") {
        await this.tl.sessions.setHead(id, { seq: at });
        model.head = at;
      } else {
        const fork = await this.tl.sessions.fork(id, { atSeq: at });
        const name = `s${this.sessions.length}`;
        this.sessions.push({ id: fork.id, model: model.fork(name, at), deleted: false });
      }
    }
  }

  async append(
    { id, model }: Session,
    count: number,
    parent: number | undefined,
    move: boolean,
  ): Promise<void> {
    const nodes = model.append(count, parent, move);
    const parentId = parent === undefined ? undefined : (model.node(parent)?.id ?? null);
    const inputs = nodes.map((node, index) => ({
      id: node.id,
      role: "user" as const,
      content: node.id,
      ...(index > 0 || parentId === undefined ? undefined : { parentId }),
    }));
    const { items } = await this.tl.messages.append(id, inputs, move ? { head: "move" } : {});
    this.#note(
      items.map(({ seq }) => seq),
      nodes.map(({ seq }) => seq),
    );
  }

  async remove({ id }: Session, node: Node | undefined): Promise<void> {
    if (node === undefined || node.removed) return;
    await this.tl.messages.delete(id, node.id);
    node.removed = true;
  }

  /** Reads a session in every way, in pages of this size. */
  async check({ id, model }: Session, limit: number): Promise<void> {
    const { messages, sessions } = this.tl;
    const path = model.path();
    this.#note(await this.walk(id, { limit }, limit), live(path));
    this.#note(await this.walk(id, { last: limit }, limit), live(path));
    this.#note(
      await this.walk(id, { limit, tombstones: true }, limit),
      path.map((node) => node.id),
    );
    this.#note(await this.walk(id, { limit, all: true }, limit), live(model.own));
    const streamed: string[] = [];
    for await (const message of messages.stream(id)) streamed.push(message.id);
    this.#note(streamed, live(path));
    for (const end of model.positions.slice(-6)) {
      this.#note(await this.walk(id, { last: limit, branch: end }, limit), live(model.path(end)));
    }
    const middle = Math.ceil(model.last / 2);
    const after = await messages.list(id, { afterSeq: middle, limit: 1_000 });
    this.#note(
      after.items.map((message) => message.id),
      live(path.filter(({ seq }) => seq > middle)),
    );
    const before = await messages.list(id, { beforeSeq: middle, limit });
    this.#note(
      before.items.map((message) => message.id),
      live(path.filter(({ seq }) => seq < middle)).slice(-limit),
    );
    // Where an end was deleted, what comes before it may stand for it.
    const ends = new Set(model.ends());
    const listed = (await sessions.branches(id)).items.map(({ messageId }) => messageId);
    this.#note(
      listed.filter((messageId) => ends.has(messageId)),
      [...ends],
    );
    this.#note(new Set(listed).size, listed.length);
  }

  #note(found: unknown, expected: unknown): void {
    this.answers.push({ found, expected });
  }

  /** All pages of a list, one way. */
  async walk(
    session: string,
    options: Parameters<Throughline["messages"]["list"]>[1] & object,
    limit: number,
  ): Promise<string[]> {
    const { last, ...rest } = options;
    const found: string[] = [];
    let page: MessagePage = await this.tl.messages.list(session, options);
    for (;;) {
      const ids = page.items.map(({ id }) => id);
      if (last === undefined) found.push(...ids);
      else found.unshift(...ids);
      const cursor = last === undefined ? page.next : page.previous;
      if (cursor === undefined) return found;
      page = await this.tl.messages.list(session, { ...rest, cursor, limit });
    }
  }
}

function live(nodes: readonly Node[]): string[] {
  return nodes.filter(({ removed }) => !removed).map(({ id }) => id);
}

function pick<Item>(items: readonly Item[], at: number): Item | undefined {
  return items[Math.min(Math.floor(at * items.length), items.length - 1)];
}
