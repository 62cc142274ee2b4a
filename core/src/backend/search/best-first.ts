/**
 * Gives elements best first, as long as somebody asks: to know the first hundred of a hundred thousand does not need all
 * of them sorted.
 */
export class BestFirst<Element> {
  readonly #heap: Element[];
  readonly #compare: (left: Element, right: Element) => number;

  /** `compare` is negative where its first argument is to come first. */
  constructor(elements: readonly Element[], compare: (left: Element, right: Element) => number) {
    this.#heap = [...elements];
    this.#compare = compare;
    for (let index = (this.#heap.length >>> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  /** Takes up to `count` of the best. */
  take(count: number): Element[] {
    const taken: Element[] = [];
    while (taken.length < count && this.#heap.length > 0) {
      taken.push(this.#heap[0] as Element);
      const last = this.#heap.pop() as Element;
      if (this.#heap.length === 0) break;
      this.#heap[0] = last;
      this.#sink(0);
    }
    return taken;
  }

  /** Moves an element down until none below it is better. */
  #sink(start: number): void {
    const element = this.#heap[start] as Element;
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#heap.length) break;
      const right = left + 1;
      const isRightBetter =
        right < this.#heap.length &&
        this.#compare(this.#heap[right] as Element, this.#heap[left] as Element) < 0;
      const child = isRightBetter ? right : left;
      if (this.#compare(this.#heap[child] as Element, element) >= 0) break;
      this.#heap[index] = this.#heap[child] as Element;
      index = child;
    }
    this.#heap[index] = element;
  }
}
