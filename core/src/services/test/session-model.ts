/** Sessions, their forks and their messages as plain lists of parents, walked one by one. */

export interface Node {
  readonly id: string;
  readonly seq: number;
  readonly parent: number;
  removed: boolean;
}

export class SessionModel {
  readonly name: string;
  readonly forkedAt: number;
  /** What it shares, as it was when it was forked. */
  readonly shared: readonly Node[];
  readonly own: Node[] = [];
  head: number;

  constructor(name: string, forkedAt = 0, shared: readonly Node[] = []) {
    this.name = name;
    this.forkedAt = forkedAt;
    this.shared = shared;
    this.head = forkedAt;
  }

  get last(): number {
    return this.forkedAt + this.own.length;
  }

  /** Every position that it has: its own, and those that it shares. */
  get positions(): readonly number[] {
    return [...this.shared, ...this.own].map(({ seq }) => seq);
  }

  node(seq: number): Node | undefined {
    return seq > this.forkedAt
      ? this.own[seq - this.forkedAt - 1]
      : this.shared.find((node) => node.seq === seq);
  }

  append(count: number, parent: number | undefined, move: boolean): readonly Node[] {
    const nodes: Node[] = [];
    for (let index = 0; index < count; index += 1) {
      const seq = this.last + 1;
      const follows = index === 0 ? (parent ?? this.head) : this.last;
      const node = { id: `${this.name}-${seq}`, seq, parent: follows, removed: false };
      this.own.push(node);
      nodes.push(node);
      if (follows === this.head || move) this.head = seq;
    }
    return nodes;
  }

  /** Deleted messages too. */
  path(end = this.head): readonly Node[] {
    const path: Node[] = [];
    let seq = end;
    for (; seq > this.forkedAt; seq = path[0]?.parent ?? 0) path.unshift(this.node(seq) as Node);
    return [...this.shared.filter((node) => node.seq <= seq), ...path];
  }

  fork(name: string, at: number): SessionModel {
    return new SessionModel(name, at, this.path(at));
  }

  /** Messages that nothing follows here, and that were not deleted: the newest first. */
  ends(): readonly string[] {
    const followed = new Set(this.own.map(({ parent }) => parent));
    const shared = this.shared.filter(({ seq }) => seq === this.forkedAt);
    return [...shared, ...this.own]
      .filter(({ seq, removed }) => !followed.has(seq) && !removed)
      .map(({ id }) => id)
      .toReversed();
  }
}
