/** Data that counts how often it is looked at: work without a clock. */
export class Counter {
  /** Properties that were read, asked for or listed. */
  count = 0;
  readonly #known = new WeakMap<object, object>();

  /** The same data, all the way down; equal objects stay equal. */
  over<Value>(value: Value): Value {
    if (value === null || typeof value !== "object") return value;
    const known = this.#known.get(value);
    if (known) return known as Value;
    const proxy = new Proxy(value, {
      get: (target, key) => {
        this.count++;
        return this.over(Reflect.get(target, key));
      },
      has: (target, key) => {
        this.count++;
        return Reflect.has(target, key);
      },
      getOwnPropertyDescriptor: (target, key) => {
        this.count++;
        return Reflect.getOwnPropertyDescriptor(target, key);
      },
    });
    this.#known.set(value, proxy);
    return proxy;
  }
}
