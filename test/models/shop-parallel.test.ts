// Several clients at once in the model's shop: after a quiet beginning each does a few acts of its own, all at the same time. Some
// order of them must explain every answer, to the last code, and what is seen in the end.
import t from 'tap'
import fc from 'fast-check'
import { deepStrictEqual } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { openHouse } from '../support/house.ts'
import { judgeHouse } from './judge-house.ts'
import { linearize, type Happened } from './linearize.ts'
import { runsOf, seedsOf, told } from './seeds.ts'
import { perform, type Act } from './shop/act.ts'
import { concurrentAct } from './shop/draw-acts.ts'
import { aim, openStocked, wordsOf } from './shop/open-stocked.ts'
import { showShop, type Shop, type Told } from './shop/shop.ts'

const house = await openHouse(t)
const runs = runsOf(24)
const clients = 4
/** How many histories had acts that overlapped. */
let overlapping = 0

const histories = fc.array(fc.array(concurrentAct, { minLength: 2, maxLength: 4, size: 'max' }), { minLength: clients, maxLength: clients })
const beginning = fc.array(concurrentAct, { minLength: 4, maxLength: 14, size: 'max' })

for (const seed of seedsOf(20_261_123)) {
  t.test(`what ${clients} clients are told at once is explained by some order: ${told(seed, runs)}`, async t => {
    await fc.assert(fc.asyncProperty(beginning, histories, async (before, acts) => {
      const { model, real } = await openStocked(house)
      for (const drawn of before) {
        const act = aim(model, drawn)
        if (act) deepStrictEqual(await real.perform(act), perform(model, act))
      }
      const start = structuredClone(model)
      const happened = (await Promise.all(acts.map(async (own, client) => {
        const history: Happened<Act, Told>[] = []
        for (const drawn of own) {
          const act = aim(start, drawn)
          if (!act) continue
          const from = performance.now()
          history.push({ client, act, told: await real.perform(act), from, until: performance.now() })
        }
        return history
      }))).flat()
      if (happened.some(one =>
        happened.some(other => other.client !== one.client && other.from < one.until && one.from < other.until))) overlapping++
      const seen = await real.show()
      const order = linearize<Shop, Act, Told>(start, happened, {
        clone: structuredClone, perform, accepts: state => isDeepStrictEqual(showShop(state), seen)
      })
      if (order === undefined) throw new Error(`no order explains what was told:\n${linesOf(before, happened)}`)
    }), { seed, numRuns: runs, endOnFailure: true })
    t.pass()
  })
}

function linesOf (before: readonly Act[], happened: readonly Happened<Act, Told>[]): string {
  const at = (ms: number) => (ms - happened[0]!.from).toFixed(1)
  return [
    ...before.map(act => `before: ${wordsOf(act)}`),
    ...happened.map(({ client, act, told, from, until }) =>
      `client ${client} ${at(from)}–${at(until)} ms: ${wordsOf(act)} → ${wordsOf(told as never)}`)
  ].join('\n')
}

t.test('acts did overlap', async t => {
  t.ok(overlapping >= runs / 2, `in ${overlapping} histories`)
})

t.test('after all of them the books hold, and the judge finds nothing', async t => {
  await house.proves(t)
  t.same(await judgeHouse(house), [])
})
