// A database as the driver shows it, that does one thing at a time when it is told to: connections that answer in order, statements
// that fail, commits whose answer is lost, done or not, and seen to be done only later. It knows one table: names, each once.
import postgres from 'postgres'
import type { Db } from '../../src/postgres/pool.ts'

/** What can become of the next answer of a connection. `lose`: the line breaks; `later`: it breaks, and what was on it is settled later. */
export type Fate = 'answer' | 'deadlock' | 'lose' | 'lose, done' | 'lose, later'

export interface SimulatedDatabase {
  readonly db: Db
  readonly committed: ReadonlySet<string>
  /** Names that a transaction in doubt may still commit. */
  inDoubt (name: string): boolean
  /** How many answers could be given now. */
  answers (): number
  /** Gives the answer of one of them a fate. */
  settle (which: number, fate: Fate): void
  /** Transactions in doubt: ends the first one, done or not. */
  doubts (): number
  endDoubt (done: boolean): void
  openTransactions (): number
}

interface Line {
  readonly waiting: Query[]
  readonly names: Set<string>
  failed: boolean
  accepts: boolean
  reserved: (() => void) | null
  onclose: ((error: unknown) => void) | null
  execute (query: Query): boolean
}

/** Statements on their way at once before a connection takes no more until it has answered. */
const pipelinedMax = 3

/** Opens it empty. */
export function simulateDatabase (): SimulatedDatabase {
  const committed = new Set<string>()
  const lines: Line[] = []
  const doubts: Set<string>[] = []
  const isHeldByOthers = (name: string, own: Line) => doubts.some(names => names.has(name)) ||
    lines.some(line => line !== own && line.names.has(name))
  const answerable = () =>
    lines.filter(({ waiting: [head] }, i) => head && !(head.name !== undefined && isHeldByOthers(head.name, lines[i]!)))

  return {
    db: driverOver(begin),
    committed,
    inDoubt: name => doubts.some(names => names.has(name)),
    answers: () => answerable().length,
    settle: (which, fate) => settle(answerable()[which]!, fate),
    doubts: () => doubts.length,
    endDoubt (done) {
      for (const name of doubts.shift()!) if (done) committed.add(name)
    },
    openTransactions: () => lines.length
  }

  function begin (query: Query): void {
    const line: Line = {
      waiting: [query],
      names: new Set(),
      failed: false,
      accepts: true,
      reserved: null,
      onclose: null,
      execute (next) {
        line.waiting.push(next)
        line.accepts = line.waiting.length < pipelinedMax
        return line.accepts
      }
    }
    lines.push(line)
    query.options.onexecute!(line)
  }

  function settle (line: Line, fate: Fate): void {
    if (fate === 'lose' || fate === 'lose, done' || fate === 'lose, later') return lose(line, fate)
    const query = line.waiting.shift()!
    answer(line, query, fate)
    if (!line.accepts && line.waiting.length === 0) {
      line.accepts = true
      line.reserved?.()
    }
  }

  function answer (line: Line, query: Query, fate: 'answer' | 'deadlock'): void {
    if (query.text === 'rollback' || (query.text === 'commit' && line.failed)) {
      end(line)
      return query.resolve(Object.assign([], { command: 'ROLLBACK' }))
    }
    if (line.failed) return query.reject(failure('25P02'))
    if (fate === 'deadlock' && query.text !== 'begin') {
      if (query.text === 'commit') end(line)
      line.failed = true
      line.names.clear()
      return query.reject(failure('40P01'))
    }
    if (query.text === 'commit') {
      for (const name of line.names) committed.add(name)
      end(line)
      return query.resolve(Object.assign([], { command: 'COMMIT' }))
    }
    if (query.name === undefined) return query.resolve([])
    if (query.name.startsWith('poison')) {
      line.failed = true
      line.names.clear()
      return query.reject(failure('22021'))
    }
    const before = committed.has(query.name) || line.names.has(query.name)
    line.names.add(query.name)
    query.resolve([{ outcome: before ? 'again' : 'made' }])
  }

  /** The line breaks; a commit that was on it behind answered statements may have been done, or may yet be. */
  function lose (line: Line, fate: 'lose' | 'lose, done' | 'lose, later'): void {
    const commits = line.waiting[0]?.text === 'commit' && !line.failed
    const names = new Set(line.names)
    const lost = line.waiting.splice(0)
    end(line)
    if (commits && fate === 'lose, done') for (const name of names) committed.add(name)
    if (commits && fate === 'lose, later') doubts.push(names)
    const error = Object.assign(new Error('the line broke'), { code: 'CONNECTION_CLOSED' })
    for (const query of lost) query.reject(error)
    line.onclose?.(error)
  }

  function end (line: Line): void {
    line.names.clear()
    lines.splice(lines.indexOf(line), 1)
  }
}

function failure (code: string): Error {
  return Object.assign(Object.create(postgres.PostgresError.prototype), { message: code, code })
}

interface Options { readonly onexecute?: (line: Line) => unknown }

/** A statement of the driver: sent once, a tick after somebody waits for it. */
class Query extends Promise<unknown> {
  static override get [Symbol.species] () { return Promise }
  readonly text: string
  /** What it inserts. */
  readonly name: string | undefined
  readonly options: Options
  handler: (query: Query) => void
  #sent = false
  #settlers: { resolve: (rows: unknown) => void, reject: (error: unknown) => void }

  constructor (text: string, name: string | undefined, options: Options, handler: (query: Query) => void) {
    const settlers = {} as { resolve: (rows: unknown) => void, reject: (error: unknown) => void }
    super((resolve, reject) => Object.assign(settlers, { resolve, reject }))
    this.text = text.trim()
    this.name = name
    this.options = options
    this.handler = handler
    this.#settlers = settlers
  }

  resolve (rows: unknown): void { this.#settlers.resolve(rows) }
  reject (error: unknown): void { this.#settlers.reject(error) }

  execute (): this {
    void this.#send()
    return this
  }

  override then<Kept, Other> (
    kept?: ((rows: unknown) => Kept | PromiseLike<Kept>) | null, other?: ((error: unknown) => Other | PromiseLike<Other>) | null
  ): Promise<Kept | Other> {
    void this.#send()
    return super.then(kept, other) as Promise<Kept | Other>
  }

  async #send (): Promise<void> {
    if (this.#sent) return
    this.#sent = true
    await null
    this.handler(this)
  }
}

/** The driver's tag and `unsafe`; outside of a transaction only `begin` is sent. */
function driverOver (begin: (query: Query) => void): Db {
  const tag = (_: TemplateStringsArray, name?: string) => new Query('insert', name, {}, begin)
  const unsafe = (text: string, _: unknown[] = [], options: Options = {}) => new Query(text, undefined, options, begin)
  return Object.assign(tag, { unsafe, json: undefined, array: undefined, typed: undefined, types: undefined, options: {} }) as unknown as Db
}
