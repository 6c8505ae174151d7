// Group commit and the transactions under it: who leaves together, who fails alone, and what becomes of a connection that ends.
import t from 'tap'
import { Problem } from '../../src/base/problem.ts'
import { groupCommit, orderCommitLimits, type EarlierTry, type RunBatch } from '../../src/postgres/group-commit.ts'
import { migrate } from '../../src/postgres/migrate.ts'
import { openTransaction } from '../../src/postgres/open-transaction.ts'
import { openOwner, openPool, type Db, type Tx } from '../../src/postgres/pool.ts'
import { readOneMoment, transact } from '../../src/postgres/transact.ts'
import { openLossyLine } from '../support/lossy-line.ts'
import { openCluster } from '../support/postgres.ts'

const cluster = await openCluster()
const url = cluster.url(await cluster.createDatabase(await cluster.template('kahub_migrated', async url => { await migrate(url) })))
const owner = openOwner(url)
await owner`create table live.entries (name text primary key, transaction text not null default pg_current_xact_id()::text)`
await owner`grant all on live.entries to kahub_live`
const pool = openPool(url, 'live', { connectionsMax: 4 })
t.teardown(async () => {
  await pool.end({ timeout: 1 })
  await owner.end({ timeout: 1 })
  await cluster.stop()
})
t.beforeEach(() => owner`truncate live.entries`.then(() => {}))

const stored = async (): Promise<string[]> =>
  (await owner<{ name: string }[]>`select name from live.entries order by name`).map(({ name }) => name)
const inserts = (tx: Tx, name: string) => tx`insert into entries (name) values (${name})`
const once = async (tx: Tx, names: readonly string[]): Promise<readonly string[]> => {
  for (const name of names) await inserts(tx, name)
  return names.map(name => `done ${name}`)
}
const commitsOf = (run: RunBatch<string, string>, limits = {}, db: Db = pool) =>
  groupCommit(db, run, () => 1, { ...orderCommitLimits, ...limits })

/** A promise to be opened by hand. */
function gate () {
  let open = () => {}
  const passed = new Promise<void>(resolve => { open = resolve })
  return { open, passed }
}

t.test('requests of one turn leave in one transaction, each with its own outcome', async t => {
  const commits = commitsOf(async (tx, names) => {
    await once(tx, names.filter(name => name !== 'b'))
    return names.map(name => name === 'b' ? new Problem('out_of_stock', 'b') : `done ${name}`)
  })
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(name => commits.submit(name)))
  t.match(outcomes, [{ value: 'done a' }, { status: 'rejected', reason: { code: 'out_of_stock' } }, { value: 'done c' }])
  t.equal((await owner`select distinct transaction from live.entries`).length, 1)
  t.same(await stored(), ['a', 'c'])
})

t.test('requests that come while the lanes are busy wait and leave together; a batch carries no more than its weight', async t => {
  const { open, passed } = gate()
  const batches: string[][] = []
  const commits = groupCommit<string, string>(pool, async (tx, names) => {
    batches.push([...names])
    if (batches.length === 1) await passed
    return await once(tx, names)
  }, name => name.length, { ...orderCommitLimits, lanesMax: 1, weightMax: 5 })
  const first = commits.submit('a')
  while (batches.length === 0) await new Promise(resolve => setImmediate(resolve))
  const rest = ['bb', 'cc', 'dd', 'heavier', 'e'].map(name => commits.submit(name))
  t.equal(commits.waiting, 5)
  open()
  await Promise.all([first, ...rest])
  t.same(batches, [['a'], ['bb', 'cc'], ['dd'], ['heavier'], ['e']])
})

t.test('one more than may wait is refused as overloaded, and told when to come again', async t => {
  const { open, passed } = gate()
  const commits = commitsOf(async (tx, names) => { await passed; return await once(tx, names) }, { lanesMax: 1, waitingMax: 2 })
  const first = commits.submit('a')
  while (commits.waiting > 0) await new Promise(resolve => setImmediate(resolve))
  const waiting = ['b', 'c'].map(name => commits.submit(name))
  await t.rejects(commits.submit('d'), { code: 'overloaded', facts: { retryAfterSeconds: 1 } })
  open()
  await Promise.all([first, ...waiting])
  t.same(await stored(), ['a', 'b', 'c'])
  t.equal(await commits.submit('e'), 'done e', 'and then there is room again')
})

t.test('a poisoned request fails alone, with what the database said of it', async t => {
  const commits = commitsOf(once)
  const names = ['a', 'b', 'poison\u0000', 'c', 'd', 'e', 'f']
  const outcomes = await Promise.allSettled(names.map(name => commits.submit(name)))
  t.same(outcomes.map(({ status }) => status === 'fulfilled'), names.map(name => !name.startsWith('poison')))
  t.match(outcomes[2], { reason: { code: '22021' } })
  t.same(await stored(), ['a', 'b', 'c', 'd', 'e', 'f'])
})

t.test('a bug that one request meets fails that one alone', async t => {
  const commits = commitsOf(async (tx, names) => {
    if (names.includes('b')) throw new TypeError('our bug')
    return await once(tx, names)
  })
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(name => commits.submit(name)))
  t.match(outcomes, [{ value: 'done a' }, { reason: { message: 'our bug' } }, { value: 'done c' }])
})

t.test('a statement whose failure is looked away from is not committed as a success', async t => {
  const commits = commitsOf(async (tx, names) => {
    await inserts(tx, names[0]!)
    await inserts(tx, names[0]!).catch(() => {})
    return ['looks fine']
  })
  await t.rejects(commits.submit('a'), { code: '23505' })
  t.same(await stored(), [])
})

t.test('a lock that is not had in time is waited for again, no more often than allowed, and then told as 503', async t => {
  await owner`insert into live.entries (name) values ('locked')`
  let tries = 0
  const commits = commitsOf(async tx => {
    tries++
    await tx`set local lock_timeout = '20ms'`
    await tx`update entries set transaction = '' where name = 'locked'`
    return ['done']
  })
  await owner.begin(async lock => {
    await lock`select 1 from live.entries for update`
    await t.rejects(commits.submit('a'), { code: 'database_unavailable', facts: { retryAfterSeconds: 1 } })
  })
  t.equal(tries, orderCommitLimits.attemptsMax)
  t.equal(await commits.submit('a'), 'done', 'and then it goes on')
})

t.test('a commit that was done but not heard of is tried again, knowing that it may have been done', async t => {
  const line = await openLossyLine(t, url, 'lossy')
  const db = openPool(line.url, 'live', { applicationName: 'lossy', connectionsMax: 2 })
  t.teardown(() => db.end({ timeout: 1 }))
  const tries: EarlierTry[] = []
  const commits = commitsOf(async (tx, names, earlier) => {
    tries.push(earlier)
    return (await tx`insert into entries (name) values (${names[0]!}) on conflict do nothing returning 1`).map(() => 'made') ?? []
  }, {}, db)
  const lost = line.loseNextCommit()
  await commits.submit('a')
  await lost
  t.same(tries, ['none', 'may be committed'])
  t.same(await stored(), ['a'])
})

t.test('closing waits for what is in flight and for what waits', async t => {
  const { open, passed } = gate()
  const commits = commitsOf(async (tx, names) => { await passed; return await once(tx, names) }, { lanesMax: 1, weightMax: 1 })
  const submitted = ['a', 'b', 'c'].map(name => commits.submit(name))
  const closed = commits.close().then(stored)
  open()
  t.same(await closed, ['a', 'b', 'c'])
  await Promise.all(submitted)
  await commits.close()
})

t.test('after its connection is lost nothing more of a transaction runs, on no other connection either', async t => {
  const db = openPool(url, 'live', { connectionsMax: 1 })
  t.teardown(() => db.end({ timeout: 1 }))
  const { tx, commit, rollback } = openTransaction(db)
  await inserts(tx, 'before')
  // These wait for the only connection, and get the one that takes its place.
  const others = [1, 2, 3].map(() => db`select 1 as one`)
  await t.rejects(tx`select pg_terminate_backend(pg_backend_pid())`)
  await t.rejects(inserts(tx, 'at once'))
  t.same(await Promise.all(others), [[{ one: 1 }], [{ one: 1 }], [{ one: 1 }]], 'whoever waited is served')
  await t.rejects(inserts(tx, 'later'))
  await t.rejects(commit())
  await rollback()
  t.same(await stored(), [])
  await transact(db, tx => inserts(tx, 'anew'))
  t.same(await stored(), ['anew'])
})

t.test('a transaction that is over takes no further statement, and its connection goes back', async t => {
  const db = openPool(url, 'live', { connectionsMax: 1 })
  t.teardown(() => db.end({ timeout: 1 }))
  let kept: Tx | undefined
  await transact(db, async tx => { kept = tx; await inserts(tx, 'a') })
  await t.rejects(inserts(kept!, 'b'), { message: 'the transaction is over' })
  const changes = transact(db, async tx => { kept = tx; await inserts(tx, 'c'); throw new Error('changed my mind') })
  await t.rejects(changes, { message: 'changed my mind' })
  await t.rejects(inserts(kept!, 'd'), { message: 'the transaction is over' })
  t.same(await stored(), ['a'])
  t.same(await db`select 1 as one`, [{ one: 1 }])
})

t.test('many transactions share few connections, and none sees another’s', async t => {
  await Promise.all(Array.from({ length: 60 }, (_, n) => transact(pool, async tx => {
    await inserts(tx, `n${n}`)
    const [row] = await tx<{ own: boolean }[]>`select transaction = pg_current_xact_id()::text as own from entries where name = ${`n${n}`}`
    t.equal(row!.own, true)
    if (n % 3 === 0) throw new Problem('in_use', 'every third')
  }).catch(error => t.match(error, { code: 'in_use' }))))
  t.equal((await stored()).length, 40)
})

t.test('what failed first is told, not that the transaction is aborted', async t => {
  await t.rejects(transact(pool, async tx => {
    inserts(tx, 'a').execute()
    inserts(tx, 'a').execute()
    await tx`select 1`
  }), { code: '23505' })
})

t.test('deadlocks are tried again and reach nobody', async t => {
  await owner`insert into live.entries (name) values ('x'), ('y')`
  const [one, two] = [gate(), gate()]
  const locks = (tx: Tx, name: string) => tx`select 1 from entries where name = ${name} for update`
  const cross = (first: string, second: string, mine: typeof one, other: typeof one) => transact(pool, async tx => {
    await locks(tx, first)
    mine.open()
    await other.passed
    await locks(tx, second)
  })
  await Promise.all([cross('x', 'y', one, two), cross('y', 'x', two, one)])
  t.pass('both went through')
})

t.test('reads of one moment see nothing that comes later, and write nothing', async t => {
  await readOneMoment(pool, async read => {
    t.same(await read`select name from entries`, [])
    await owner`insert into live.entries (name) values ('later')`
    t.same(await read`select name from entries`, [])
  })
  await t.rejects(readOneMoment(pool, read => read`insert into entries (name) values ('x')`), { code: '25006' })
})

t.test('a pool whose database is away says so, and serves again when it is back', async t => {
  const away = openPool('postgres://kahub@127.0.0.1:1/nowhere', 'live', { connectionsMax: 2 })
  t.teardown(() => away.end({ timeout: 1 }))
  await t.rejects(transact(away, tx => tx`select 1`), { code: 'ECONNREFUSED' })
  await t.rejects(commitsOf(once, {}, away).submit('a'), { code: 'database_unavailable' })
})

t.test('a batch fails for what failed first, whichever of its statements is heard of first', async t => {
  let tries = 0
  const commits = commitsOf(async (tx, names) => {
    if (++tries > 1) return await once(tx, names)
    const { open, passed } = gate()
    const first = tx`do $$ begin raise exception using errcode = 'lock_not_available'; end $$`.execute()
    const heardLate = first.catch(async error => {
      await passed
      throw error
    })
    await Promise.all([heardLate, tx`select 1`.execute().finally(() => setImmediate(open))])
    return []
  })
  t.equal(await commits.submit('a'), 'done a', 'a lock that was waited for too long is waited for again')
  t.equal(tries, 2)
})
