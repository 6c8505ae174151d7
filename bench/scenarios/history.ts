import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { codesFor, orderLoad, sendLoad, type Bench, type Scenario } from '../bench.ts'
import { fillHistory } from '../fill-history.ts'
import { race, type Contestant } from '../race.ts'
import { stockContestants } from './stock.ts'

/** What is measured at each point of the curves; the first is what the others are divided by, since machines drift. */
export const growing = { yardstick: 'ping', orders: 'orders', stockOfOne: 'stock of 1 SKU', stockOfMany: 'stock of many SKUs' } as const

const connections = 64
/** A further point is left out when less of the disk than this would be left beside it. */
const diskLeftBytesMin = 10e9

/** The name of a load at a point of the curves. */
export function growthLoad (what: string, size: number): string {
  return `${what}, with ${size.toLocaleString('en')} codes and orders`
}

export const history: Scenario = {
  name: 'history',
  says: 'orders and stock as the database grows: so many codes in stock and as many orders in history, sold codes beside',
  async run (bench) {
    const { shop, size, tally, say, notes } = bench
    const points = [0, ...size.growth]
    // What is sold in the measurements is sealed and stands before what is filled in: oldest lot first.
    await shop.fillShelves(shop.skus, codesFor(bench, points.length * size.growthRounds, shop.skus.length))
    await measureAt(bench, 0)
    let pace: Pace = { bytesPerOrder: 0, secondsPerOrder: 0 }
    for (const [i, point] of size.growth.entries()) {
      const part = { from: points[i]!, to: point, of: size.growth.at(-1)! }
      const reason = await refuse(bench, part.to - part.from, pace)
      if (reason !== undefined) {
        notes.push(`history: ${point.toLocaleString('en')} codes and orders are left out: ${reason}.`)
        return say(`  ${notes.at(-1)}`)
      }
      const startedMs = performance.now()
      const bytesBefore = await databaseBytes(bench)
      await fillHistory(bench, part)
      tally.ordersAcknowledged += part.to - part.from
      const seconds = (performance.now() - startedMs) / 1000
      const orders = part.to - part.from
      pace = { bytesPerOrder: (await databaseBytes(bench) - bytesBefore) / orders, secondsPerOrder: seconds / orders }
      const bytes = Math.round(pace.bytesPerOrder)
      say(`  filled to ${point.toLocaleString('en')} in ${seconds.toFixed(0)} s, ${bytes} bytes for an order and two codes`)
      bench.measures.set('bytes of an order and two codes, filled in', pace.bytesPerOrder)
      await measureAt(bench, point)
    }
  }
}

interface Pace { readonly bytesPerOrder: number, readonly secondsPerOrder: number }

/** Why a part cannot be filled, judged by the pace of the part before. */
async function refuse ({ size }: Bench, orders: number, { bytesPerOrder, secondsPerOrder }: Pace): Promise<string | undefined> {
  const seconds = orders * secondsPerOrder
  if (seconds > size.growthSecondsMax) return `filling would take ${Math.round(seconds)} s, and ${size.growthSecondsMax} s are given`
  const { bavail, bsize } = await statfs(tmpdir())
  // As much again goes to the WAL and to what sorting takes.
  const left = bavail * bsize - 2 * orders * bytesPerOrder
  if (left < diskLeftBytesMin) return `of the disk less than ${diskLeftBytesMin / 1e9} GB would be left`
  return undefined
}

async function databaseBytes ({ ground: { owner } }: Bench): Promise<number> {
  const [row] = await owner<[{ bytes: bigint }]>`select pg_database_size(current_database()) as bytes`
  return Number(row.bytes)
}

async function measureAt (bench: Bench, point: number): Promise<void> {
  const { shop, size } = bench
  const [one, many] = stockContestants(bench)
  const contestants: Omit<Contestant, 'rounds'>[] = [
    { name: growing.yardstick, measure: () => sendLoad(bench, { connections, load: { kind: 'reads', targets: ['/v1/ping'] } }) },
    { name: growing.orders, measure: () => sendLoad(bench, { connections, load: orderLoad('growth', shop.skus) }) },
    { name: growing.stockOfOne, measure: one!.measure },
    { name: growing.stockOfMany, measure: many!.measure }
  ]
  const named = contestants.map((contestant): Contestant => ({ ...contestant, name: growthLoad(contestant.name, point), rounds: 'all' }))
  await race({ ...bench, size: { ...size, rounds: size.growthRounds } }, named)
}
