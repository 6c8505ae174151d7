// A model of a shop (shop/: orders, wallet, shelf, holds, quotes, approvals, returns, prices) beside the product over a real database:
// the model predicts every answer, to the last code, and everything that can be seen after it. KAHUB_RUNS=10 tries ten times as much,
// KAHUB_SHRINK=1 looks for a shorter history when one fails, for a minute.
import t from 'tap'
import fc from 'fast-check'
import { deepStrictEqual } from 'node:assert/strict'
import { openHouse } from '../support/house.ts'
import { judgeHouse } from './judge-house.ts'
import { runsOf, seedsOf, told } from './seeds.ts'
import { perform, type Act } from './shop/act.ts'
import { anyAct } from './shop/draw-acts.ts'
import { aim, openStocked, wordsOf } from './shop/open-stocked.ts'
import { undoAgeing, type RealShop } from './shop/real-shop.ts'
import { glanceAt, showShop, type Shop } from './shop/shop.ts'

const house = await openHouse(t)
const runs = runsOf(10)
const actsMax = 120
const shrinkMs = 60_000
/** How often each outcome was met. */
const met = new Map<string, number>()

/** One act in both: the same is told, and the same is seen. */
class InBoth implements fc.AsyncCommand<Shop, RealShop> {
  readonly #act: Act
  constructor (act: Act) { this.#act = act }

  check (shop: Readonly<Shop>): boolean { return aim(shop, this.#act) !== undefined }

  async run (shop: Shop, real: RealShop): Promise<void> {
    const act = aim(shop, this.#act)!
    const expected = perform(shop, act)
    const word = `${act.do}: ${String(expected.outcome)}`
    met.set(word, (met.get(word) ?? 0) + 1)
    deepStrictEqual(await real.perform(act), expected, `what is told of ${wordsOf(act)}`)
    deepStrictEqual(await real.glance(), glanceAt(shop), `what is seen after ${wordsOf(act)}`)
  }

  toString (): string { return wordsOf(this.#act) }
}

const shrinking = process.env.KAHUB_SHRINK === undefined ? { endOnFailure: true } : { interruptAfterTimeLimit: shrinkMs }

for (const seed of seedsOf(20_261_122)) {
  t.test(`the product answers as the model predicts, and shows what the model shows: ${told(seed, runs)}`, async t => {
    await fc.assert(fc.asyncProperty(
      // Without bias histories are as long as not, instead of short for the most part.
      fc.noBias(fc.commands([anyAct.map(act => new InBoth(act))], { maxCommands: actsMax, size: 'max' })),
      async commands => {
        const shop = await openStocked(house)
        await fc.asyncModelRun(() => shop, commands)
        deepStrictEqual(await shop.real.show(), showShop(shop.model), 'what is seen in the end')
      }
    ), { seed, numRuns: runs, ...shrinking })
    t.pass()
  })
}

t.test('the acts were about something: each kind of purchase, and what undoes it, was met', async t => {
  t.comment([...met].sort().map(([word, count]) => `${word} ${count}`).join(', '))
  if (runs < 5) return
  const wanted = ['order: placed', 'order: out_of_stock', 'order: waits', 'order: repeated', 'hold: active', 'quote: quoted',
    'cancel: cancelled',
    'reveal: shown', 'time: later', 'pass: tidied']
  t.same(wanted.filter(word => !met.has(word)), [])
})

t.test('after all of them no state was entered but as the tables say, the books hold, and the judge finds nothing', async t => {
  await undoAgeing(house)
  await house.proves(t)
  t.same(await judgeHouse(house), [])
})
