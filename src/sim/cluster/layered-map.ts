/** Several maps read as one. Joined only when somebody walks over it: a packet asks for single chains. */
export class LayeredMap<K, V> implements ReadonlyMap<K, V> {
  readonly #layers: readonly ReadonlyMap<K, V>[];
  #joined: ReadonlyMap<K, V> | undefined;

  /** A later layer's value replaces an earlier one's and keeps its place. */
  constructor(layers: readonly ReadonlyMap<K, V>[]) {
    this.#layers = layers.filter((layer) => layer.size > 0);
  }

  get(key: K): V | undefined {
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const value = this.#layers[i]?.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  has(key: K): boolean {
    return this.#layers.some((layer) => layer.has(key));
  }

  get size(): number {
    return this.#join().size;
  }

  entries(): MapIterator<[K, V]> {
    return this.#join().entries();
  }

  keys(): MapIterator<K> {
    return this.#join().keys();
  }

  values(): MapIterator<V> {
    return this.#join().values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.#join()) visit(value, key, this);
  }

  #join(): ReadonlyMap<K, V> {
    if (this.#joined === undefined) {
      const joined = new Map<K, V>();
      for (const layer of this.#layers) for (const [key, value] of layer) joined.set(key, value);
      this.#joined = joined;
    }
    return this.#joined;
  }
}
