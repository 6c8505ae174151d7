// A code as it stands in an answer: whoever prints, logs or serialises it by accident shows nothing.

/** A code that is not printed: `reveal()` gives it. */
export class Secret {
  readonly #text: string

  constructor (text: string) {
    this.#text = text
  }

  /** The code itself. */
  reveal (): string {
    return this.#text
  }

  toString (): string {
    return 'Secret(…)'
  }

  toJSON (): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')] (): string {
    return this.toString()
  }
}

/** JSON of anything that holds codes, with the codes in the clear: for the file or the table where they are meant to be. */
export function toClearJson (value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, Partial<Secret> | undefined>, name, given) {
    const own = this[name]
    // Not by its class: a process may have loaded this package twice, as module and as CommonJS.
    return typeof own?.reveal === 'function' ? own.reveal() : given
  })
}

/** An answer with each `secret` in it, however deep, as a Secret. */
export function concealed (value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const holder = value as Record<string, unknown>
  for (const name in holder) {
    const own = holder[name]
    if (name === 'secret' && typeof own === 'string') holder[name] = new Secret(own)
    else concealed(own)
  }
  return value
}
