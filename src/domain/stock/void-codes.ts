import type { KeyObject } from 'node:crypto'
import type { Uuid } from '../../base/ids.ts'
import { Problem, type Fault } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Tx } from '../../postgres/pool.ts'
import { fingerprintOf } from './fingerprint.ts'
import { lockStock, type Want } from './take-stock.ts'
import { withdraw } from './withdraw-lots.ts'

/** Codes as they are written, of one SKU's issuer. */
export interface WrittenCodes { readonly skuId: Uuid, readonly codes: readonly { readonly secret: string, readonly number?: string }[] }

/** Codes by their places in one lot. */
export interface PlacedCodes { readonly lotId: Uuid, readonly positions: readonly number[] }

/**
 * Takes single codes off the shelf for good, all of them or none; returns how many. Throws `code_not_on_shelf` naming those
 * that are unknown, sold, voided before, or not yet committed.
 */
export async function voidCodes (
  tx: Tx, fingerprintKey: KeyObject, which: WrittenCodes | PlacedCodes, because: Because
): Promise<number> {
  const places = await findPlaces(tx, fingerprintKey, which)
  await lockStock(tx, [...new Set([...places.values()].map(place => place.skuId))])
  const onShelf = await findOnShelf(tx, [...places.values()])
  refuseAbsent(which, places, onShelf)
  await splitRanges(tx, onShelf)

  const voided = onShelf.flatMap(range => range.positions.map(n => ({ lotId: range.lotId, n })))
  await tx`
    insert into voided_codes (lot_id, n, reason, created_by)
    select lot_id, n, ${because.reason}, ${because.createdBy}
    from unnest(${bareArray(voided.map(code => code.lotId))}::int[], ${bareArray(voided.map(code => code.n))}::int[]) as voided (lot_id, n)`
  const perLot = new Map<number, { lotId: number, skuId: Uuid, count: number }>()
  for (const { lotId, skuId, positions } of onShelf) {
    perLot.set(lotId, { lotId, skuId, count: (perLot.get(lotId)?.count ?? 0) + positions.length })
  }
  await withdraw(tx, [...perLot.values()])
  return voided.length
}

/** How many codes are named that can be found at all, by SKU. */
export async function countNamed (tx: Tx, fingerprintKey: KeyObject, which: WrittenCodes | PlacedCodes): Promise<readonly Want[]> {
  const counts = new Map<Uuid, number>()
  for (const { skuId } of (await findPlaces(tx, fingerprintKey, which)).values()) counts.set(skuId, (counts.get(skuId) ?? 0) + 1)
  return [...counts].map(([skuId, quantity]) => ({ skuId, quantity }))
}

/** Why, and by whom. */
export interface Because { readonly reason: string, readonly createdBy: string }

interface Place { readonly skuId: Uuid, readonly lotId: number, readonly n: number }

function findPlaces (tx: Tx, fingerprintKey: KeyObject, which: WrittenCodes | PlacedCodes): Promise<Map<number, Place>> {
  return 'codes' in which ? findCodes(tx, fingerprintKey, which) : findPositions(tx, which)
}

/** Where the codes are that can be found at all, by their index in the request. */
async function findCodes (tx: Tx, fingerprintKey: KeyObject, { skuId, codes }: WrittenCodes): Promise<Map<number, Place>> {
  const [sku] = await tx<{ issuer_id: string }[]>`
    select p.issuer_id from skus s join products p on p.id = s.product_id where s.id = ${skuId}`
  if (!sku) throw new Problem('sku_not_found', 'There is no SKU with this id.', { errors: [{ pointer: '/sku', detail: 'is unknown' }] })
  const indexes = new Map<string, number>()
  codes.forEach((code, index) => {
    const fingerprint = fingerprintOf(fingerprintKey, sku.issuer_id, code)
    if (!indexes.has(fingerprint)) indexes.set(fingerprint, index)
  })
  const rows = await tx<{ fingerprint: string, sku_id: Uuid, lot_id: number, n: number }[]>`
    select codes.fingerprint, lots.sku_id, codes.lot_id, codes.n
    from codes join lots on lots.id = codes.lot_id
    where codes.fingerprint = any(${bareArray([...indexes.keys()])}::uuid[])`
  return new Map(rows.map(row => [indexes.get(row.fingerprint.replaceAll('-', ''))!, { skuId: row.sku_id, lotId: row.lot_id, n: row.n }]))
}

async function findPositions (tx: Tx, { lotId, positions }: PlacedCodes): Promise<Map<number, Place>> {
  const [lot] = await tx<{ id: number, sku_id: Uuid }[]>`select id, sku_id from lots where public_id = ${lotId}`
  if (!lot) throw new Problem('not_found', 'There is no lot with this id.')
  return new Map(positions.map((n, index) => [index, { skuId: lot.sku_id, lotId: lot.id, n }]))
}

/** A shelf row and which of its codes are voided, ascending. */
interface HitRange {
  readonly id: bigint
  readonly skuId: Uuid
  readonly lotId: number
  readonly next: number
  readonly stop: number
  readonly positions: readonly number[]
}

async function findOnShelf (tx: Tx, places: readonly Place[]): Promise<readonly HitRange[]> {
  return await tx<HitRange[]>`
    select shelf.id, shelf.sku_id as "skuId", shelf.lot_id as "lotId", shelf.next, shelf.stop,
           array_agg(distinct place.n order by place.n) as positions
    from unnest(${bareArray(places.map(place => place.lotId))}::int[],
                ${bareArray(places.map(place => place.n))}::int[]) as place (lot_id, n)
      join shelf on shelf.lot_id = place.lot_id and place.n >= shelf.next and place.n < shelf.stop
    group by shelf.id`
}

function refuseAbsent (which: WrittenCodes | PlacedCodes, places: ReadonlyMap<number, Place>, onShelf: readonly HitRange[]): void {
  const found = new Set(onShelf.flatMap(range => range.positions.map(n => `${range.lotId} ${n}`)))
  const [list, count] = 'codes' in which ? ['codes', which.codes.length] : ['positions', which.positions.length]
  const errors: Fault[] = []
  for (let index = 0; index < count; index++) {
    const place = places.get(index)
    if (!place || !found.delete(`${place.lotId} ${place.n}`)) {
      const detail = 'is not on the shelf: unknown, sold, withdrawn, not committed, or named twice here'
      errors.push({ pointer: `/${list}/${index}`, detail })
    }
  }
  if (errors.length > 0) throw new Problem('code_not_on_shelf', 'Only codes on the shelf can be voided; nothing was changed.', { errors })
}

/** Leaves of each range what lies between the voided codes. */
async function splitRanges (tx: Tx, hit: readonly HitRange[]): Promise<void> {
  const pieces: { lotId: number, next: number, stop: number }[] = []
  for (const { lotId, next, stop, positions } of hit) {
    let from = next
    for (const n of [...positions, stop]) {
      if (n > from) pieces.push({ lotId, next: from, stop: n })
      from = n + 1
    }
  }
  await tx`delete from shelf where id = any(${bareArray(hit.map(range => range.id))}::bigint[])`
  await tx`
    insert into shelf (sku_id, lot_id, expires_at, next, stop)
    select lots.sku_id, lots.id, lots.expires_at, piece.next, piece.stop
    from unnest(${bareArray(pieces.map(piece => piece.lotId))}::int[], ${bareArray(pieces.map(piece => piece.next))}::int[],
                ${bareArray(pieces.map(piece => piece.stop))}::int[]) as piece (lot_id, next, stop) join lots on lots.id = piece.lot_id`
}
