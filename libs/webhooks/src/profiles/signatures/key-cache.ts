/** Keys by the secret they were made from. When it is full, the key that came first goes. */
export class KeyCache<Key> {
  private readonly keys = new Map<string, Key>();

  constructor(
    private readonly load: (secret: string) => Key,
    private readonly limit: number = 4096,
  ) {}

  /** The key of a secret. Throws what `load` throws; a secret that does not load is not kept. */
  get(secret: string): Key {
    const known = this.keys.get(secret);
    if (known !== undefined) return known;
    const key = this.load(secret);
    if (this.keys.size >= this.limit) this.keys.delete(this.keys.keys().next().value!);
    this.keys.set(secret, key);
    return key;
  }

  get size(): number {
    return this.keys.size;
  }
}
