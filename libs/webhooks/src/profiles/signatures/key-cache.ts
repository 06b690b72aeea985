/** Keys by the secret from which they were created. When the cache is full, the oldest key is removed. */
export class KeyCache<Key> {
  private readonly keys = new Map<string, Key>();

  constructor(
    private readonly load: (secret: string) => Key,
    private readonly maxKeys: number = 4096,
  ) {}

  /** Returns the key of a secret. Throws what `load` throws; a failure is not cached. */
  get(secret: string): Key {
    const cached = this.keys.get(secret);
    if (cached !== undefined) return cached;
    const key = this.load(secret);
    if (this.keys.size >= this.maxKeys) this.keys.delete(this.keys.keys().next().value!);
    this.keys.set(secret, key);
    return key;
  }

  get size(): number {
    return this.keys.size;
  }
}
