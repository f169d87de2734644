/**
 * The memory that the threads of a training share, and how they meet in it. One of them
 * leads: it writes down what is to be done, and all that are called do their part of it.
 */

/** What there is room for. */
export interface Room {
  /** Numbers of a vector of parameters. */
  readonly size: number;
  readonly parts: number;
  /** Steps of a call, at most. */
  readonly steps: number;
  /** Bytes of the images of a step. */
  readonly bytes: number;
}

/** A piece of work. */
export type Call =
  /** Steps of training, from the vectors on the board. */
  | { readonly kind: "train"; readonly steps: number }
  /** The losses of so many bytes of images, a batch each. */
  | { readonly kind: "validate"; readonly bytes: number }
  /** There is nothing left to do. */
  | { readonly kind: "leave" };

const KINDS = ["train", "validate", "leave"] as const;

/** Words of the board by their place. */
const WORD = {
  /** Counts the calls. */
  calls: 0,
  /** Threads that have come to where all meet, and how often all have met. */
  arrived: 1,
  met: 2,
  /** Threads beside the first that can compute. */
  ready: 3,
  failed: 4,
  /**
   * The call: its kind, its steps or bytes, the threads that take part. And behind it the
   * next one, in turn: whoever takes no part may still read this one when that is written.
   */
  call: 5,
} as const;

/** Words of a call. */
const CALL = 3;

/**
 * Looks at a word before a thread sleeps, which takes as long to wake it as a tenth of a
 * step: some tenths of a millisecond, in which the others mostly come.
 */
const LOOKS = 100_000;

/** One thread's view of the board. */
export class Board {
  readonly #words: Int32Array;
  /** Where a call begins, and where it ends: parameters, first and second moments. */
  readonly vectors: Float32Array[];
  /** The gradients of the parts, of this step and the one before: `[2][parts]`. */
  readonly gradients: Float32Array[][];
  /** Of each step, or of each batch of a validation; of each part of it. */
  readonly losses: Float32Array;
  readonly rates: Float32Array;
  readonly images: Uint8Array;
  #calls = 0;

  constructor(memory: SharedArrayBuffer, { size, parts, steps, bytes }: Room) {
    let at = 0;
    const place = (length: number) => {
      const from = at;
      at += length;
      return from;
    };
    const floats = (count: number) =>
      new Float32Array(memory, place(4 * count), count);
    this.#words = new Int32Array(memory, place(64), 16);
    this.vectors = [0, 1, 2].map(() => floats(size));
    this.gradients = [0, 1].map(() =>
      Array.from({ length: parts }, () => floats(size))
    );
    this.losses = floats(steps * parts);
    this.rates = floats(steps);
    this.images = new Uint8Array(memory, place(steps * bytes), steps * bytes);
  }

  /** Memory for a board. */
  static memory({ size, parts, steps, bytes }: Room): SharedArrayBuffer {
    const floats = (3 + 2 * parts) * size + steps * (parts + 1);
    return new SharedArrayBuffer(64 + 4 * floats + steps * bytes);
  }

  /** Says that one more thread can compute. Returns which one it is: they are called in the order of their coming, after the first, which leads. */
  arrive(): number {
    return 1 + Atomics.add(this.#words, WORD.ready, 1);
  }

  /** Whether one of those that were called cannot go on. */
  get failed(): boolean {
    return Atomics.load(this.#words, WORD.failed) > 0;
  }

  /** Threads that can compute, the first included. */
  get ready(): number {
    return 1 + Atomics.load(this.#words, WORD.ready);
  }

  /** As the first thread: calls so many, itself among them. */
  call(call: Call, threads: number): void {
    const words = this.#words;
    const at = placeOf(Atomics.load(words, WORD.calls) + 1);
    words[at] = KINDS.indexOf(call.kind);
    words[at + 1] = call.kind === "train"
      ? call.steps
      : call.kind === "validate"
      ? call.bytes
      : 0;
    words[at + 2] = threads;
    Atomics.add(words, WORD.calls, 1);
    Atomics.notify(words, WORD.calls);
  }

  /** As another thread: waits for a call. */
  next(): { readonly call: Call; readonly threads: number } {
    const words = this.#words;
    this.#wait(WORD.calls, this.#calls);
    let [kind = 0, amount = 0, threads = 0]: number[] = [];
    // What was read while one more call was made may be of the call after that.
    do {
      this.#calls = Atomics.load(words, WORD.calls);
      const at = placeOf(this.#calls);
      [kind = 0, amount = 0, threads = 0] = words.slice(at, at + CALL);
    } while (Atomics.load(words, WORD.calls) !== this.#calls);
    switch (KINDS[kind]!) { // written by `call`
      case "train":
        return { call: { kind: "train", steps: amount }, threads };
      case "validate":
        return { call: { kind: "validate", bytes: amount }, threads };
      case "leave":
        return { call: { kind: "leave" }, threads };
    }
  }

  /**
   * Waits until so many have come here.
   *
   * @throws Lost if one of them cannot come any more.
   */
  meet(threads: number): void {
    const words = this.#words;
    const met = Atomics.load(words, WORD.met);
    // Whoever fails from here on is seen by that word.
    if (this.failed) throw new Lost();
    if (Atomics.add(words, WORD.arrived, 1) + 1 === threads) {
      Atomics.store(words, WORD.arrived, 0);
      Atomics.add(words, WORD.met, 1);
      Atomics.notify(words, WORD.met);
    } else this.#wait(WORD.met, met);
    if (this.failed) throw new Lost();
  }

  /** Lets nobody wait for this thread, which was called. */
  fail(): void {
    Atomics.store(this.#words, WORD.failed, 1);
    Atomics.add(this.#words, WORD.met, 1);
    Atomics.notify(this.#words, WORD.met);
  }

  /** Waits until a word is no longer what it was: looks for a while, then sleeps. */
  #wait(word: number, was: number): void {
    const words = this.#words;
    for (let looks = 0; looks < LOOKS; looks++) {
      if (Atomics.load(words, word) !== was) return;
    }
    while (Atomics.load(words, word) === was) Atomics.wait(words, word, was);
  }
}

/** Where the words of a call are, by its number. */
function placeOf(call: number): number {
  return WORD.call + CALL * (call % 2);
}

/** Another thread has failed, and says itself why. */
export class Lost extends Error {
  override readonly name = "Lost";
  constructor() {
    super("Another thread of this training has failed");
  }
}
