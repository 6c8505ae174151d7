import { connect as openSocket, type Socket } from 'node:net'
import postgres from 'postgres'
import { addressOf } from './address.ts'
import { arrayTypes } from './array-types.ts'
import type { World } from '../../schema/vocabulary.ts'

type Types = { bigint: bigint }

/** A pool of connections to one world: reads, and the start of transactions. */
export type Db = postgres.Sql<Types>

declare const transaction: unique symbol
/** An open transaction. Only `transact` and group commit hand one out, so what takes a Tx cannot be given the pool. */
export type Tx = postgres.TransactionSql<Types> & { readonly [transaction]: true }

/** A statement that is made and not sent: it can be a part of another. */
export type StatementPart<Row extends postgres.MaybeRow> = postgres.PendingQuery<readonly Row[]>

/** Where a read may run: in a transaction or outside one. */
export type Reader = postgres.ISql<Types>

export const connectionsPerPoolMax = 20
export const statementTimeoutMs = 3_000
export const lockTimeoutMs = 1_000
export const idleInTransactionTimeoutMs = 5_000
const connectTimeoutSeconds = 5

/** The database role of a world; it owns nothing and sees its own schema only. */
export function roleOf (world: World): string {
  return `kahub_${world}`
}

export interface PoolOptions {
  readonly connectionsMax?: number
  /** Longer statements for imports and the proving pass; 0 is none. */
  readonly statementTimeoutMs?: number
  readonly applicationName?: string
  /**
   * For statements that only look rows up by key, in batches: no sequential scan, hash or merge join is considered. A plan made
   * while a table was small would otherwise stay in use when it has grown.
   */
  readonly lookupsOnly?: true
}

/** Opens a pool on one world's schema, as that world's role. Connects when first used. */
export function openPool (url: string, world: World, options: PoolOptions = {}): Db {
  return connect(url, { connectionsMax: options.connectionsMax ?? connectionsPerPoolMax, reserves: false }, {
    role: roleOf(world),
    search_path: world,
    application_name: options.applicationName ?? `kahub ${world}`,
    statement_timeout: String(options.statementTimeoutMs ?? statementTimeoutMs),
    lock_timeout: String(lockTimeoutMs),
    idle_in_transaction_session_timeout: String(idleInTransactionTimeoutMs),
    // Every statement on the hot path is set-based with arrays: one plan serves all sizes, and JIT would cost more than the work.
    jit: 'off',
    plan_cache_mode: 'force_generic_plan',
    ...(options.lookupsOnly && { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' })
  })
}

/** Opens one connection as the owner of the database, for migrations. */
export function openOwner (url: string): Db {
  return connect(url, { connectionsMax: 1, reserves: true }, { application_name: 'kahub migrate', jit: 'off' })
}

/** How many connections the server has for all who are not superusers. */
export async function connectionsForApplications (read: Reader): Promise<number> {
  const [row] = await read<{ count: number }[]>`
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as count`
  return row!.count
}

/** Whose user reserves a connection, as a migration does, needs `reserves`: without asking for types the driver never hands one out. */
function connect (
  url: string, { connectionsMax, reserves }: { connectionsMax: number, reserves: boolean }, settings: Record<string, string>
): Db {
  const address = addressOf(url)
  return postgres(address.url, {
    ...address.options,
    max: connectionsMax,
    connect_timeout: connectTimeoutSeconds,
    ...{ socket: socketsThatFail() },
    types: { bigint: postgres.BigInt, ...arrayTypes } as unknown as { bigint: postgres.PostgresType<bigint> },
    fetch_types: reserves,
    onnotice: () => {},
    connection: settings as Partial<postgres.ConnectionParameters>,
    backoff: attempt => Math.min(1, 0.05 * 2 ** attempt)
  }) as unknown as Db
}

/**
 * Sockets whose end is an error, and whose closing comes after it as if there had been none; of several hosts, each in its turn.
 * The driver meets a connection that ends while it starts (a proxy whose server is down) by connecting again, for ever, and never
 * settles what was sent between an error and the closing it announced: whoever waits for either would wait for ever.
 */
function socketsThatFail (): (address: DriverAddress) => Socket {
  let opened = 0
  return ({ host, port, path }) => {
    const turn = opened++ % host.length
    const socket = path ? openSocket(path) : openSocket(port[turn]!, host[turn])
    const emit = socket.emit.bind(socket)
    socket.emit = (event: string, ...args: unknown[]) => event === 'close' ? emit(event, false) : emit(event, ...args)
    sendTogether(socket)
    return socket.once('end', () => socket.destroy(Object.assign(new Error('the database ended the connection'), { code: 'ECONNRESET' })))
  }
}

/** The statements of one flight leave in one piece: the server, which is woken by each, is woken once. */
function sendTogether (socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  socket.write = (...args: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork()
      process.nextTick(() => socket.uncork())
    }
    return write(...args)
  }
}

interface DriverAddress { readonly host: readonly string[], readonly port: readonly number[], readonly path: string | undefined }
