import { inspect } from 'node:util'

const sealedText = '[sealed]'

/** A value that cannot be printed by accident: logs, JSON, templates and inspect all show `[sealed]`. */
export class Secret<Value> {
  readonly #value: Value

  constructor (value: Value) { this.#value = value }

  /** The value itself; each call is a place where plaintext leaves, so there are few. */
  reveal (): Value { return this.#value }

  toString (): string { return sealedText }
  toJSON (): string { return sealedText }
  [inspect.custom] (): string { return sealedText }
  [Symbol.toPrimitive] (): string { return sealedText }
}
