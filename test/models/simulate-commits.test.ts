// Group commit in a world of its own: a virtual clock, a database that does one thing at a time, requests that come and answers that fail
// as a seed decides. After every step what was promised to each caller is held against what the database has.
import t from 'tap'
import { ok, strictEqual } from 'node:assert/strict'
import { Problem } from '../../src/base/problem.ts'
import { groupCommit, type EarlierTry, type GroupCommitLimits } from '../../src/postgres/group-commit.ts'
import type { Tx } from '../../src/postgres/pool.ts'
import { randomOf, runsOf, seedsOf } from './seeds.ts'
import { simulateDatabase, type Fate } from './simulated-database.ts'
import { openVirtualClock } from './virtual-clock.ts'

const clock = openVirtualClock()
const realRandom = Math.random
t.teardown(() => {
  clock.close()
  Math.random = realRandom
})

const seeds = runsOf(600)
const stepsMax = 4_000
const limitsOf = (lanesMax: number): GroupCommitLimits => ({ lanesMax, weightMax: 6, waitingMax: 9, attemptsMax: 3 })
/** What was met over all seeds. */
const met = new Map<string, number>()
const meet = (word: string) => met.set(word, (met.get(word) ?? 0) + 1)

async function simulate (seed: number): Promise<void> {
  const random = randomOf(seed)
  Math.random = random
  clock.clear()
  const below = (bound: number) => Math.floor(random() * bound)
  const limits = limitsOf(1 + below(3))
  const trouble = below(4) === 0 ? 0 : random() * 0.3
  const database = simulateDatabase()
  const refused = new Set<string>()
  let unanswered = 0
  let closings = 0
  let closed = 0

  const commits = groupCommit<string, string>(database.db, async (tx, names, earlier, commitBehind) => {
    try {
      judgeBatch(names, earlier)
    } catch (error) {
      failure ??= error
    }
    const wanted = names.filter(name => !refused.has(name))
    const rows = wanted.map(name => insert(tx, name))
    if (below(2) === 0) commitBehind()
    const outcomes = await Promise.all(rows)
    return names.map(name => refused.has(name) ? new Problem('out_of_stock', name) : outcomes[wanted.indexOf(name)]!)
  }, weightOf, limits)

  function judgeBatch (names: readonly string[], earlier: EarlierTry): void {
    ok(database.openTransactions() < limits.lanesMax, 'no more batches than lanes')
    const weight = names.reduce((sum, name) => sum + weightOf(name), 0)
    ok(names.length === 1 || weight <= limits.weightMax, 'a batch carries no more than its weight')
    const places = names.map(name => arrivals.get(name)!)
    ok(places.every((place, i) => i === 0 || place > places[i - 1]!), 'in the order of arrival')
    const mayBeDone = names.some(name => sent.get(name) === 1 && (database.committed.has(name) || database.inDoubt(name)))
    if (earlier === 'none') ok(!mayBeDone, 'what may be done is never tried as if it were not')
    else meet('tried again after a commit that may be done')
  }

  const sent = new Map<string, number>()
  const arrivals = new Map<string, number>()
  let arrived = 0
  let made = 0
  function submit (name: string): void {
    sent.set(name, (sent.get(name) ?? 0) + 1)
    unanswered++
    arrivals.set(name, ++arrived)
    const full = commits.waiting >= limits.waitingMax
    commits.submit(name).then(outcome => {
      unanswered--
      ok(database.committed.has(name), 'what is told as done is committed')
      ok(outcome === 'made' || sent.get(name)! > 1 || outcome === 'again')
      meet(`answered ${outcome}`)
    }, error => {
      unanswered--
      const code = (error as { code?: string }).code ?? String(error)
      meet(`refused ${code}`)
      if (code === 'out_of_stock') ok(refused.has(name) && !database.committed.has(name), 'a refusal takes nothing')
      else if (code === 'overloaded') ok(full, 'only a full queue is told to be full')
      else if (code === '22021') ok(name.startsWith('poison') && !database.committed.has(name), 'only the poisoned fails for its poison')
      else strictEqual(code, 'database_unavailable')
      // Whoever does not know asks again, with the same reference.
      if (code === 'database_unavailable' && sent.get(name)! < 4) again.push(name)
    }).catch(error => { failure ??= error })
  }

  let failure: unknown
  const again: string[] = []
  const total = 12 + below(20)
  for (let step = 0; made < total || unanswered > 0 || again.length > 0 || database.doubts() > 0; step++) {
    ok(step < stepsMax, 'it comes to an end')
    const act = below(10)
    if (act < 3 && made < total) {
      for (let burst = 1 + below(5); burst > 0 && made < total; burst--) {
        const name = `${['poison', 'refused', 'plain', 'plain', 'plain', 'plain', 'heavy'][below(7)]} ${++made}`
        if (name.startsWith('refused')) refused.add(name)
        submit(name)
      }
    } else if (act < 4 && again.length > 0) submit(again.shift()!)
    else if (act < 8 && database.answers() > 0) database.settle(below(database.answers()), fateOf())
    else if (database.doubts() > 0 && below(4) === 0) database.endDoubt(below(2) === 0)
    else if (below(20) === 0) {
      closings++
      void commits.close().then(() => { closed++ })
    } else clock.tick(below(3) === 0 ? 600 : 1)
    await clock.settle()
    if (failure) throw failure
    ok(commits.waiting <= limits.waitingMax, 'no more wait than may')
    ok(database.openTransactions() <= limits.lanesMax)
  }
  // Rollbacks behind the last answers.
  for (let i = 0; i < 20; i++) {
    while (database.answers() > 0) database.settle(0, 'answer')
    await clock.settle()
  }
  void commits.close().then(() => { closed++ })
  await clock.settle()
  strictEqual(closed, closings + 1, 'closing ends when all is done')
  strictEqual(database.openTransactions(), 0, 'no connection is left')

  function fateOf (): Fate {
    if (random() >= trouble) return 'answer'
    const fate = (['deadlock', 'lose', 'lose, done', 'lose, later'] as const)[below(4)]!
    meet(fate)
    return fate
  }
}

const numberOf = (name: string): number => Number(name.split(' ')[1])
const weightOf = (name: string): number => name.startsWith('heavy') ? 9 : 1 + numberOf(name) % 3
/** Sent at once: a commit may travel behind it. */
const insert = async (tx: Tx, name: string): Promise<string> => {
  const [row] = await tx<{ outcome: string }[]>`insert ${name}`.execute()
  return row!.outcome
}

for (const first of seedsOf(1)) {
  t.test(`whatever fails and in whatever order, each caller is told the truth, once: ${seeds} seeds from KAHUB_SEED=${first}`, async t => {
    const began = performance.now()
    for (let seed = first; seed < first + seeds; seed++) {
      await simulate(seed).catch(error => { throw new Error(`KAHUB_SEED=${seed} KAHUB_RUNS=0.001: ${error.message}`, { cause: error }) })
    }
    t.pass(`${Math.round(seeds / (performance.now() - began) * 1_000)} seeds a second`)
  })
}

t.test('the simulations met what they are for', async t => {
  t.comment([...met].sort().map(([word, count]) => `${word} ${count}`).join(', '))
  if (seeds < 100) return
  const wanted = ['deadlock', 'lose, done', 'lose, later', 'answered made', 'answered again', 'refused overloaded', 'refused 22021',
    'refused database_unavailable',
    'refused out_of_stock', 'tried again after a commit that may be done']
  t.same(wanted.filter(word => !met.has(word)), [])
})
