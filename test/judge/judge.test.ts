// The judge judges: a world that the product made is sound, every fault that is planted in it by hand is told by the judgement that is for
// it, and no judgement is without one.
import t from 'tap'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { judge, judgeWorld, lateJudgements } from './judge.ts'
import { judgeRows, type Verdict } from './judgement.ts'
import { plantedInBooks, type Planted } from './planted-rows.ts'
import { plantedElsewhere, plantedLate } from './planted-rows-of-others.ts'
import { plantedInJournals, rewrite } from './planted-journals.ts'
import { makeWholeWorld } from './whole-world.ts'

const journals = t.testdir()
const { house } = await makeWholeWorld(t, journals)
const { databaseUrl: database, db } = house
const planted = [...plantedInBooks, ...plantedElsewhere, ...plantedLate]

t.test('a world that the product made is sound, and every judgement looked at something', async t => {
  const verdicts = await judge({ database, world: 'live', journals, quiet: true })
  for (const { invariant, says, looked, faults } of verdicts) {
    t.same(faults, [], `${invariant}: ${says}`)
    t.ok(looked > 0, `${invariant}: ${says}: looked at ${looked}`)
  }
  const told = [...planted, ...plantedInJournals].map(({ says }) => says)
  t.same(verdicts.map(({ says }) => says).sort(), told.sort(), 'each has a planted fault, and one only')
  t.same(faultsOf(await judge({ database, world: 'test' })), [], 'the sandbox is judged by the same statements')
})

for (const plant of planted) {
  t.test(`planted in the rows: ${plant.says}`, async t => {
    t.same(spoken(await judgeWith(plant)), expected(plant))
  })
}

for (const plant of plantedInJournals) {
  t.test(`planted in the journals: ${plant.says}`, async t => {
    const folder = t.testdir()
    rewrite(journals, folder, plant.entries)
    t.same(spoken(await judge({ database, world: 'live', journals: folder })), expected(plant))
  })
}

t.test('orders that nobody was told of, and orders that are missing, are counted', async t => {
  const [{ count }] = await db<[{ count: number }]>`select count(*)::int as count from orders`
  t.same(spoken(await judge({ database, world: 'live', ordersExpected: count })), [])
  for (const wrong of [count - 1, count + 1]) {
    t.same(spoken(await judge({ database, world: 'live', ordersExpected: wrong })), ['there are exactly the orders that were acknowledged'])
  }
})

t.test('a journal that was cut short by a kill is read to its last whole line; one that is damaged is not believed', async t => {
  const folder = t.testdir()
  rewrite(journals, folder, entries => entries, '{"kind":"heard","atMs":1')
  t.same(spoken(await judge({ database, world: 'live', journals: folder })), [])
  rewrite(journals, folder, entries => entries, '{"kind":"heard","atMs":1\n')
  await t.rejects(judge({ database, world: 'live', journals: folder }), /is no entry of a journal/)
})

t.test('the judge shares no code with the app', async t => {
  const folder = dirname(fileURLToPath(import.meta.url))
  const seen = new Set<string>()
  const walk = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    for (const { fileName: of } of ts.preProcessFile(readFileSync(`${folder}/${name}`, 'utf8')).importedFiles) {
      t.match(of, /^(node:[a-z/]+|postgres|\.\/[a-z-]+\.ts)$/, `${name} imports ${of}`)
      if (of.startsWith('./')) walk(of.slice(2))
    }
  }
  walk('run.ts')
  t.ok(seen.has('judge.ts') && seen.has('prices.ts') && seen.has('read-journals.ts'))
  const others = /\.test\.ts$|^(planted-.*|whole-world)\.ts$/
  t.same(readdirSync(folder).filter(name => !seen.has(name) && !others.test(name)), [], 'and this is all of it')
})

/** Judges the world with a fault in it, which is taken back. */
async function judgeWith ({ rows }: Planted): Promise<readonly Verdict[]> {
  const undo = new Error('the fault is taken back')
  let verdicts: readonly Verdict[] = []
  await db.begin(async tx => {
    await tx.unsafe(rows)
    verdicts = [...await judgeWorld(tx, 'live'), ...await judgeRows(tx, 'live', lateJudgements)]
    throw undo
  }).catch(error => { if (error !== undo) throw error })
  return verdicts
}

function spoken (verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.filter(({ faults }) => faults.length > 0).map(({ says }) => says).sort()
}

function faultsOf (verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.flatMap(({ faults }) => faults)
}

function expected ({ says, also = [] }: { readonly says: string, readonly also?: readonly string[] }): readonly string[] {
  return [says, ...also].sort()
}
