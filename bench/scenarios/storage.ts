import { codesFor, orderLoad, sendLoad, type Bench, type Scenario } from '../bench.ts'
import { familyOf, proportionalBytes, residentBytes } from '../process-costs.ts'

const connections = 64
/** Codes that are imported to see what one takes on the disk. */
const codesWeighed = 100_000
/** What lives on after an order; nonces are purged when their signatures have aged. */
const orderTables = ['orders', 'order_lines', 'allocations', 'transfers', 'reveals', 'events'] as const

export const bytesPerOrder = 'bytes of an order on the disk, indexes included'
export const bytesPerCode = 'bytes of a code on the disk, indexes included'
export const walPerOrder = 'bytes of WAL per order'
export const walPerOrderFresh = 'bytes of WAL per order, just after a checkpoint'
export const postgresMemory = 'PostgreSQL memory, shared buffers included'
export const workerMemory = 'worker memory'
export const apiMemoryAfter = 'API memory after orders'

export const storage: Scenario = {
  name: 'storage',
  says: 'what an order and a code take on the disk and in the WAL, and what the processes take of the memory',
  async run (bench) {
    const { ground, measures, say, server, shop } = bench
    const codesBefore = await tableBytes(bench, ['codes'])
    await shop.newSku(codesWeighed)
    measures.set(bytesPerCode, (await tableBytes(bench, ['codes']) - codesBefore) / codesWeighed)

    await shop.fillShelves(shop.skus, codesFor(bench, 2, shop.skus.length))
    await ground.owner`checkpoint`
    measures.set(walPerOrderFresh, (await weigh(bench)).wal)
    const later = await weigh(bench)
    measures.set(walPerOrder, later.wal)
    measures.set(bytesPerOrder, later.bytes)
    bench.notes.push(`storage: of the ${Math.round(later.bytes)} bytes of an order, indexes included, ` +
      `${later.byTable.map(([table, bytes]) => `${Math.round(bytes)} are of ${table}`).join(', ')}.`)

    measures.set(postgresMemory, familyOf(ground.postmasterPid).reduce((sum, pid) => sum + proportionalBytes(pid), 0))
    measures.set(workerMemory, residentBytes(server.workerPid))
    measures.set(apiMemoryAfter, Math.max(...server.apiPids.map(residentBytes)))
    for (const name of [bytesPerOrder, bytesPerCode, walPerOrder, walPerOrderFresh]) say(`  ${name}: ${Math.round(measures.get(name)!)}`)
  }
}

interface Weighed { readonly wal: number, readonly bytes: number, readonly byTable: readonly (readonly [string, number])[] }

/** One load of orders and what it left behind, per order. */
async function weigh (bench: Bench): Promise<Weighed> {
  const { tally } = bench
  const before = { orders: tally.ordersAcknowledged, wal: await walPosition(bench), tables: await bytesByTable(bench) }
  await sendLoad(bench, { connections, load: orderLoad('weigh', bench.shop.skus) })
  const orders = tally.ordersAcknowledged - before.orders
  const wal = (await walPosition(bench) - before.wal) / orders
  const byTable = (await bytesByTable(bench)).map(([table, bytes], i) => [table, (bytes - before.tables[i]![1]) / orders] as const)
  return { wal, byTable, bytes: byTable.reduce((sum, [, bytes]) => sum + bytes, 0) }
}

async function walPosition ({ ground: { owner } }: Bench): Promise<number> {
  const [row] = await owner<[{ at: string }]>`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as at`
  return Number(row.at)
}

async function bytesByTable (bench: Bench): Promise<readonly (readonly [string, number])[]> {
  const found: (readonly [string, number])[] = []
  for (const table of orderTables) found.push([table, await tableBytes(bench, [table])])
  return found
}

async function tableBytes ({ ground: { owner } }: Bench, tables: readonly string[]): Promise<number> {
  let bytes = 0
  for (const table of tables) {
    const [row] = await owner<[{ bytes: string }]>`select pg_total_relation_size(${`live.${table}`}::regclass)::text as bytes`
    bytes += Number(row.bytes)
  }
  return bytes
}
