// A migrated database with an issuer, and what an operator does to bring codes into stock there.
import { newId, type Uuid } from '../../src/base/ids.ts'
import { newMasterKey, readMasterKeys, type MasterKeys } from '../../src/base/seal.ts'
import { addPart, type PartOutcome } from '../../src/domain/stock/add-part.ts'
import { commitImport } from '../../src/domain/stock/commit-import.ts'
import { createImport, type NewImport } from '../../src/domain/stock/create-import.ts'
import { openFingerprintKey } from '../../src/domain/stock/fingerprint.ts'
import type { Import } from '../../src/domain/stock/import.ts'
import { openLotKeys } from '../../src/domain/stock/lot-keys.ts'
import { openCodes, type PlainCode } from '../../src/domain/stock/open-codes.ts'
import type { PartFormat } from '../../src/domain/stock/read-rows.ts'
import {
  changesOf, lockStock, readShelf, stockInHand, stockParts, takeFree, type Allocation, type StockChanges
} from '../../src/domain/stock/take-stock.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, openPool, type Tx } from '../../src/postgres/pool.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openCluster } from './postgres.ts'

export interface PartOptions { readonly part?: number, readonly format?: PartFormat, readonly masterKeys?: MasterKeys }

/** Opens the world; close it at the end. */
export async function openStockedWorld () {
  const cluster = await openCluster()
  const url = cluster.url(await cluster.createDatabase())
  await migrate(url)
  const db = openPool(url, 'live', { statementTimeoutMs: 60_000 })
  const owner = openOwner(url)
  await owner`set search_path = live`
  const masterKeys = readMasterKeys(newMasterKey())
  const fingerprintKey = await openFingerprintKey(db, masterKeys)
  let made = 0

  const world = {
    db,
    /** The owner of the database: what it changes, no operation could. */
    owner,
    masterKeys,
    fingerprintKey,

    async sku (issuer = 'steam'): Promise<Uuid> {
      const [product, sku] = [newId(), newId()]
      await db`insert into issuers (id, name) values (${issuer}, ${issuer}) on conflict do nothing`
      await db`insert into products (id, number, name, kind, issuer_id, status) values (${product}, ${++made}, 'Wallet', 'code', ${issuer}, 'active')`
      await db`insert into skus (id, number, product_id, name, currency, status) values (${sku}, ${++made}, ${product}, '¥100', 'CNY', 'active')`
      return sku
    },

    async opens (skuId: Uuid, more: Partial<NewImport> = {}): Promise<Import> {
      const wanted = { reference: `import-${++made}`, skuId, unitCost: 950_000n, currency: 'CNY', supplier: 'Acme', createdBy: 'key_live_operator', ...more } as const
      return (await transact(db, tx => createImport(tx, wanted))).import
    },

    sends (importId: Uuid, body: string | Buffer, { part = 1, format = 'csv', masterKeys: keys = masterKeys }: PartOptions = {}): Promise<PartOutcome> {
      return addPart(db, { masterKeys: keys, fingerprintKey, alongside: async () => {} }, { importId, part, format, body: Buffer.from(body) })
    },

    commits (importId: Uuid): Promise<Import> {
      return transact(db, tx => commitImport(tx, importId))
    },

    /** Stocks these secrets, in lots of their expiry. */
    async stocks (skuId: Uuid, secrets: readonly string[], expiresAt?: string): Promise<void> {
      const { id } = await world.opens(skuId, expiresAt === undefined ? {} : { expiresAt })
      await world.sends(id, 'secret\n' + secrets.join('\n'))
      await world.commits(id)
    },

    /** Sells up to a quantity as the order path does, and records the allocations; returns what was sold. */
    sells (skuId: Uuid, quantity: number): Promise<Allocation[]> {
      return transact(db, async tx => {
        const [row] = await lockStock(tx, [skuId])
        const stock = stockInHand(row?.available ?? 0, (await readShelf(tx, [{ skuId, quantity }])).get(skuId) ?? { ranges: [], expired: 0 })
        const sold = Math.min(quantity, stock.left, stock.free)
        const taken = takeFree(stock, sold)
        await writeStock(tx, changesOf(new Map([[skuId, stock]])))
        const orderId = newId()
        for (const { lotId, first, count } of taken) {
          await tx`insert into allocations (order_id, line, lot_id, first, count) values (${orderId}, 1, ${lotId}, ${first}, ${count})`
        }
        return taken
      })
    },

    /** Opens what was allocated. */
    async reads (allocations: readonly Allocation[], keys: MasterKeys = masterKeys): Promise<PlainCode[]> {
      const sealed = []
      for (const { lotId, first, count } of allocations) {
        sealed.push(...await db<{ lotId: number, n: number, sealed: Buffer }[]>`
          select lot_id as "lotId", n, sealed from codes where lot_id = ${lotId} and n >= ${first} and n < ${first + count} order by n`)
      }
      return openCodes(await openLotKeys(keys).keysOf(db, sealed.map(code => code.lotId)), sealed)
    },

    async stock (skuId: Uuid): Promise<{ available: number, held: number } | undefined> {
      return (await db<{ available: number, held: number }[]>`select available, held from stock where sku_id = ${skuId}`)[0]
    },

    async close (): Promise<void> {
      await db.end()
      await owner.end()
      await cluster.stop()
    }
  }
  return world
}

export type StockedWorld = Awaited<ReturnType<typeof openStockedWorld>>

/** Writes changed stock as a statement of its own, guarded as the order batch guards it. */
export async function writeStock (tx: Tx, changes: StockChanges): Promise<void> {
  const { onward, usedUp, counted, rows } = stockParts(tx, changes)
  await tx`
    with onward as (${onward}), used_up as (${usedUp}), counted as (${counted})
    select 1 / ((select count(*) from onward) + (select count(*) from used_up) + (select count(*) from counted) = ${rows}::int)::int`
}
