// What is sold in a run and who buys it: made by the domain's own operations, so every row is as the product writes it.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { newId, randomText, showId, type Uuid } from '../src/base/ids.ts'
import { readMasterKeys, type MasterKeys } from '../src/base/seal.ts'
import { resellerScopes } from '../schema/vocabulary.ts'
import { createProduct } from '../src/domain/catalog/create-product.ts'
import { createSku } from '../src/domain/catalog/create-sku.ts'
import { putIssuer } from '../src/domain/catalog/put-issuer.ts'
import { setPriceRules } from '../src/domain/pricing/set-prices.ts'
import { createKey } from '../src/domain/resellers/create-key.ts'
import { createReseller } from '../src/domain/resellers/create-reseller.ts'
import { putLevel } from '../src/domain/resellers/put-level.ts'
import { addPart } from '../src/domain/stock/add-part.ts'
import { commitImport } from '../src/domain/stock/commit-import.ts'
import { createImport } from '../src/domain/stock/create-import.ts'
import { openFingerprintKey } from '../src/domain/stock/fingerprint.ts'
import { deposit } from '../src/domain/wallet/deposit.ts'
import { openWallet } from '../src/domain/wallet/open-wallet.ts'
import { bareArray } from '../src/postgres/arrays.ts'
import { openPool, type Db, type Tx } from '../src/postgres/pool.ts'
import { transact } from '../src/postgres/transact.ts'
import type { Ending } from './ending.ts'
import type { Ground } from './ground.ts'
import type { PairSigner, Signer } from './load-plan.ts'

export const currency = 'CNY'
/** Ten-thousandths: every SKU costs the same, so that sums can be checked by multiplication. */
export const unitPrice = 982_500n
const unitCost = 900_000n
const walletDeposit = 5_000_000_000n * 10_000n
/** More than any run sends: limits are checked on every request and reached by none. */
const requestsPerMinute = 600_000_000
const codesPerPartMax = 200_000

export interface ShopSize { readonly resellers: number, readonly skus: number }

export interface Buyer extends Signer { readonly resellerId: Uuid }

export interface Shop {
  readonly db: Db
  readonly buyers: readonly Buyer[]
  readonly operator: Signer
  /** SKUs that orders are spread over. */
  readonly skus: readonly Uuid[]
  /** The SKU of "all on one", and of orders of many codes. */
  readonly oneSku: Uuid
  /** The same as a list of one. */
  readonly hotSkus: readonly Uuid[]
  /** Fills a SKU's shelf up to at least so many codes, really sealed, by the import of the product. */
  fillShelves (skuIds: readonly Uuid[], codesEach: number): Promise<void>
  /** A second key for every buyer, an Ed25519 pair; servers learn of them within a second. */
  makeKeyPairs (): Promise<readonly PairSigner[]>
  /** A SKU of its own, with exactly so many codes on its shelf. */
  newSku (codes: number): Promise<Uuid>
}

/** Makes the shop. The servers start after it, or learn of it within a second. */
export async function openShop (ending: Ending, ground: Ground, size: ShopSize): Promise<Shop> {
  const masterKeys = readMasterKeys(ground.masterKey)
  // No time-out: proofs and imports over millions of rows are ours to wait for.
  const db = openPool(ground.url, 'live', { connectionsMax: 4, statementTimeoutMs: 0, applicationName: 'kahub bench' })
  ending.add(() => db.end({ timeout: 1 }))
  const fingerprintKey = await openFingerprintKey(db, masterKeys)
  const operator = await transact(db, tx => makeKey(tx, masterKeys, null))
  await transact(db, async tx => {
    await putLevel(tx, { id: 'bench', name: 'Bench', rank: 1, requestsPerMinute })
    await putIssuer(tx, { id: 'bench', name: 'Bench' })
  })
  const buyers: Buyer[] = []
  for (let i = 0; i < size.resellers; i++) buyers.push(await transact(db, tx => makeBuyer(tx, masterKeys, operator, i)))
  const [oneSku, ...skus] = await makeSkus(db, operator, size.skus + 1)

  return {
    db,
    buyers,
    operator,
    skus,
    oneSku: oneSku!,
    hotSkus: [oneSku!],
    async fillShelves (skuIds, codesEach) {
      const sealed = await sealedOnShelves(db, skuIds)
      for (const skuId of skuIds) {
        const missing = codesEach - (sealed.get(skuId) ?? 0)
        if (missing > 0) await importCodes(skuId, missing)
      }
    },
    async makeKeyPairs () {
      const made: PairSigner[] = []
      for (const { resellerId } of buyers) made.push(await transact(db, tx => makePair(tx, masterKeys, resellerId)))
      return made
    },
    async newSku (codes) {
      const [sku] = await makeSkus(db, operator, 1)
      await importCodes(sku!, codes)
      return sku!
    }
  }

  async function importCodes (skuId: Uuid, count: number): Promise<void> {
    const { import: made } = await transact(db, tx => createImport(tx, {
      reference: newId(), skuId, unitCost, currency, supplier: 'bench', createdBy: operator.keyId
    }))
    const tools = { masterKeys, fingerprintKey, alongside: async () => {} }
    for (let part = 1, left = count; left > 0; part++, left -= codesPerPartMax) {
      await addPart(db, tools, { importId: made.id, part, format: 'csv', body: codesAsCsv(Math.min(left, codesPerPartMax)) })
    }
    await transact(db, tx => commitImport(tx, made.id))
  }
}

/** A file of codes that were never used: a card number of 16 digits and a secret of 16 characters each. */
export function codesAsCsv (count: number): Buffer {
  const random = randomBytes(count * codeBytes)
  let text = 'number,secret\n'
  for (let i = 0; i < count; i++) {
    const at = i * codeBytes
    const number = String(random.readUIntBE(at, 6) % 10 ** 12).padStart(12, '0')
    text += `8800${number},${random.toString('hex', at + 6, at + codeBytes).toUpperCase()}\n`
  }
  return Buffer.from(text, 'latin1')
}

const codeBytes = 14

/** What stands in `supplier` of lots whose codes were written by plain SQL and do not open. */
export const filledBySql = 'filled by SQL'

async function sealedOnShelves (db: Db, skuIds: readonly Uuid[]): Promise<ReadonlyMap<Uuid, number>> {
  const rows = await db<{ sku_id: Uuid, count: number }[]>`
    select shelf.sku_id, sum(stop - next)::int as count from shelf join lots on lots.id = lot_id
    where shelf.sku_id = any(${bareArray(skuIds)}::uuid[]) and supplier <> ${filledBySql} group by shelf.sku_id`
  return new Map(rows.map(row => [row.sku_id, row.count]))
}

async function makeBuyer (tx: Tx, masterKeys: MasterKeys, operator: Signer, i: number): Promise<Buyer> {
  const { reseller } = await createReseller(tx, { reference: `bench-${i}`, name: `Reseller ${i}`, levelId: 'bench', currency })
  await openWallet(tx, reseller.id, currency)
  await deposit(tx, {
    reference: `bench-${i}`, resellerId: reseller.id, currency, amount: walletDeposit, reason: 'bench', createdBy: operator.keyId
  })
  return { resellerId: reseller.id, ...await makeKey(tx, masterKeys, reseller.id) }
}

async function makeKey (tx: Tx, masterKeys: MasterKeys, resellerId: Uuid | null): Promise<Signer> {
  const { key, secret } = await createKey(tx, { name: 'live', masterKeys }, {
    reference: `bench ${resellerId ?? 'operator'}`,
    grantedBy: null,
    resellerId,
    name: 'bench',
    algorithm: 'hmac-sha256',
    scopes: resellerId === null ? ['admin:*'] : resellerScopes,
    requestsPerMinute
  })
  return { keyId: key.id, secret: secret!.reveal() }
}

async function makePair (tx: Tx, masterKeys: MasterKeys, resellerId: Uuid): Promise<PairSigner> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = publicKey.export({ format: 'jwk' })
  const { key } = await createKey(tx, { name: 'live', masterKeys }, {
    reference: `bench pair ${resellerId}`,
    grantedBy: null,
    resellerId,
    name: 'bench pair',
    algorithm: 'ed25519',
    publicKey: { kty, crv, x },
    scopes: resellerScopes,
    requestsPerMinute
  })
  return { keyId: key.id, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}

async function makeSkus (db: Db, operator: Signer, count: number): Promise<Uuid[]> {
  const skuIds = Array.from({ length: count }, () => newId())
  await transact(db, async tx => {
    let productId = ''
    for (const [i, skuId] of skuIds.entries()) {
      if (i % skusPerProduct === 0) {
        productId = newId()
        await createProduct(tx, productId, {
          name: `Product ${i}`,
          kind: 'code',
          issuerId: 'bench',
          categoryId: null,
          tags: [],
          description: '',
          qualificationNote: '',
          status: 'active'
        })
      }
      await createSku(tx, skuId, {
        productId,
        name: `SKU ${i}`,
        faceValue: { amount: 1_000_000n, currency },
        region: 'CN',
        currency,
        status: 'active',
        quantityMin: 1,
        quantityMax: 1_000_000,
        quantityStep: 1
      })
    }
    const price = { kind: 'list', amount: unitPrice, currency, deliberateLoss: false, reason: 'bench' } as const
    await setPriceRules(tx, skuIds.map(skuId => ({ ...price, skuId })), operator.keyId)
  })
  return skuIds
}

const skusPerProduct = 10

/** Public ids of SKUs. */
export function showSkus (skuIds: readonly Uuid[]): string[] {
  return skuIds.map(id => showId('sku', id))
}

/** A prefix for references that nobody used before. */
export function freshPrefix (name: string): string {
  return `${name}-${randomText(6)}`
}
