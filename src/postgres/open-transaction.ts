// One transaction on one connection. The driver's own `begin` and `reserve` are no ground for money (porsager/postgres 3.4.9, its
// issues 1154 and 1208, its pull request 1155): when a connection is lost between two statements, the next one is written to a
// socket that is gone, which ends the process, or it runs outside of any transaction on the connection that took the lost
// one's place; and a `reserve` that failed swallows a connection later. So `begin` is an ordinary statement here that takes
// its connection out of the pool, as the driver's does, and no statement goes out after that connection is lost.
import { isLostConnection } from './failure.ts'
import type { Db, Tx } from './pool.ts'

/** What a statement failed with. */
interface Failure { readonly error: unknown }

export type TransactionMode = 'read committed' | 'one moment, read only'

export interface OpenTransaction {
  readonly tx: Tx
  /** Commits; when a statement failed, even unnoticed, it rolls back and rejects. Lost on the way, whether it arrived is not known. */
  commit (): Promise<void>
  /** Rolls back, or leaves that to the server when the connection is lost. Gives what failed first, if a statement did. */
  rollback (): Promise<{ readonly error: unknown } | undefined>
}

/** Opens a transaction. `begin` is not waited for: it travels in front of the first statements. */
export function openTransaction (db: Db, mode: TransactionMode = 'read committed'): OpenTransaction {
  let connection: Connection | undefined
  /** Why no statement can be sent any more. */
  let lost: { readonly error: unknown } | undefined
  let failed: Failure | undefined
  let over = false
  /** Whether the connection takes no further statement before it has answered. */
  let full = false
  const waiting: Statement[] = []

  const begun = db.unsafe(beginnings[mode], [], { onexecute: take } as object).execute()
  begun.catch(lose)

  return {
    tx: guarded(db, statement => {
      // Whoever looks away from a failure must not commit what is left, nor end the process by an unhandled rejection.
      statement.catch(error => {
        failed ??= { error }
        if (isLostConnection(error)) lose(error)
      })
      if (over) statement.reject(new Error('the transaction is over'))
      else send(statement)
    }),
    async commit () {
      // The driver sends a statement a tick after it is made: those made before the commit go out before it.
      await null
      if (failed) {
        await rollback()
        throw failed.error
      }
      over = true
      const { command } = await finish('commit')
      // A statement that was still on its way when the commit was sent has failed.
      if (command !== 'COMMIT') throw (failed as Failure | undefined)?.error ?? new Error('the transaction was rolled back instead of committed')
    },
    rollback
  }

  async function rollback (): Promise<typeof failed> {
    over = true
    for (const statement of waiting.splice(0)) statement.reject(new Error('the transaction is rolled back'))
    if (!lost) await finish('rollback').catch(() => {})
    return failed
  }

  function finish (word: 'commit' | 'rollback') {
    return guarded(db, send).unsafe(word.padStart(sentAtOnceBytes))
  }

  /** The driver calls this when it has sent `begin`; a true answer would let others send on this connection. */
  function take (taken: Connection): false {
    connection = taken
    taken.onclose = lose
    taken.reserved = sendWaiting
    sendWaiting()
    return false
  }

  function send (statement: Statement): void {
    if (lost) statement.reject(lost.error)
    else if (!connection || full) waiting.push(statement)
    else full = !connection.execute(statement)
  }

  function sendWaiting (): void {
    full = false
    while (!full && waiting.length > 0) full = !connection!.execute(waiting.shift()!)
  }

  function lose (error: unknown): void {
    lost ??= { error }
    for (const statement of waiting.splice(0)) statement.reject(error)
  }
}

const beginnings: Readonly<Record<TransactionMode, string>> = {
  'read committed': 'begin',
  'one moment, read only': 'begin isolation level repeatable read read only'
}

/**
 * The driver keeps less than this for the next turn of the event loop, which may be milliseconds away while requests are read; and
 * others wait for the locks.
 */
const sentAtOnceBytes = 1_024

/** What the driver hands to `onexecute`: after `reserved` is set nobody else gets the connection until the transaction ends. */
interface Connection {
  execute (statement: Statement): boolean
  reserved: (() => void) | null
  onclose: ((error: unknown) => void) | null
}

/** A statement of the driver: `handler` sends it, once, when it is waited for. */
interface Statement {
  handler: (statement: Statement) => void
  reject (error: unknown): void
  catch (heard: (error: unknown) => void): unknown
}

/** The driver's tag and its helpers, whose statements are sent by `send`. */
function guarded (db: Db, send: (statement: Statement) => void): Tx {
  const by = <Made>(made: Made): Made => {
    // Identifiers and lists of values are made by the same tag; only statements are sent.
    if ('handler' in (made as object)) (made as Statement).handler = send
    return made
  }
  const tag = (...args: Parameters<Db>) => by(db(...args))
  const unsafe = (...args: Parameters<Db['unsafe']>) => by(db.unsafe(...args))
  const { json, array, typed, types, options } = db
  return Object.assign(tag, { unsafe, json, array, typed, types, options }) as unknown as Tx
}
