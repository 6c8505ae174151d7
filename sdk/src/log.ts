// What an application may write down of calls: never a body, a query, a signature or a secret.

/** Where lines go: console, pino and winston fit as they are. */
export interface Logger {
  readonly debug?: (line: string, facts: object) => void
  readonly info?: (line: string, facts: object) => void
  readonly warn?: (line: string, facts: object) => void
  readonly error?: (line: string, facts: object) => void
}

/** What is logged of a call: debug as it is sent and answered, info as it is tried again, warn as it fails. */
export interface LogFacts {
  readonly method: string
  /** As the contract has it: {id} is not filled in. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly [fact: string]: unknown
}

export type Log = (level: 'debug' | 'info' | 'warn', what: string, facts: LogFacts) => void

/** What writes to a logger, and nothing when there is none. */
export function readLogger (logger: Logger | undefined): Log {
  return (level, what, { headers, ...facts }) => {
    logger?.[level]?.(`kahub: ${facts.method} ${facts.path} ${what}`, headers ? { ...facts, headers: redacted(headers) } : facts)
  }
}

/** Headers with the values of those that are known to be harmless, and of no others. */
function redacted (headers: Readonly<Record<string, string>>): Record<string, string> {
  const harmless = /^(accept|content-type|kahub-version|last-event-id)$/
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, harmless.test(name) ? value : '[redacted]']))
}
