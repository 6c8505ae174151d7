// Snapshots: a value in memory that is never older than the version somebody asks for.
import t from 'tap'
import { migrate } from '../../src/postgres/migrate.ts'
import { openOwner, openPool, type Reader } from '../../src/postgres/pool.ts'
import {
  listenForSnapshots, lockSnapshot, openSnapshot, raiseSnapshot, refreshSnapshots, sharedRefresh, snapshotVersions
} from '../../src/postgres/snapshot.ts'
import { transact } from '../../src/postgres/transact.ts'
import { openCluster } from '../support/postgres.ts'

const cluster = await openCluster()
const url = cluster.url(await cluster.createDatabase(await cluster.template('kahub_migrated', async url => { await migrate(url) })))
const db = openPool(url, 'live')
const owner = openOwner(url)
t.teardown(async () => {
  await db.end({ timeout: 1 })
  await owner.end({ timeout: 1 })
  await cluster.stop()
})

let loads = 0
/** The levels there are, as a snapshot might hold them. */
const load = async (read: Reader, version: bigint) => {
  loads++
  const rows = await read<{ id: string }[]>`select id from levels order by id`
  return { version, levels: rows.map(({ id }) => id) }
}
let made = 0
/** Adds a level and raises the version in one transaction. */
const adds = () => transact(db, async tx => {
  await tx`insert into levels (id, name, rank, requests_per_minute) values (${`level-${String(++made).padStart(3, '0')}`}, 'x', 1, 1)`
  await raiseSnapshot(tx, 'keys')
})
const version = async () => (await snapshotVersions(db)).get('keys')!

t.test('a snapshot is at least as new as the version asked for, and loads only when it must', async t => {
  const snapshot = await openSnapshot(db, 'keys', load)
  await adds()
  t.equal(snapshot.current.levels.length, made - 1, 'it does not move by itself')
  const wanted = await version()
  loads = 0
  const values = await Promise.all(Array.from({ length: 50 }, () => snapshot.atLeast(wanted)))
  t.same([...new Set(values.map(({ levels }) => levels.length))], [made])
  t.equal(loads, 1, 'all who ask share one load')
  await snapshot.atLeast(wanted - 1n)
  t.equal(loads, 1)
})

t.test('a load that began before the change is not taken for the change', async t => {
  let release = () => {}
  let started = () => {}
  const isHeld = new Promise<void>(resolve => { started = resolve })
  const held = new Promise<void>(resolve => { release = resolve })
  let isFirst = true
  const snapshot = await openSnapshot(db, 'keys', load)
  const slow = await openSnapshot(db, 'keys', async (read, at) => {
    const value = await load(read, at)
    if (!isFirst) return value
    if (at > snapshot.current.version) {
      isFirst = false
      started()
      await held
    }
    return value
  })
  await adds()
  const early = slow.atLeast(await version())
  await isHeld
  await adds()
  const late = slow.atLeast(await version())
  release()
  t.equal((await late).levels.length, made)
  t.ok((await early).levels.length >= made - 1)
})

t.test('a value and its version are of one moment, whatever is written while it loads', async t => {
  const snapshot = await openSnapshot(db, 'keys', async (read, at) => {
    await adds()
    return await load(read, at)
  })
  const { version: at, levels } = snapshot.current
  t.equal(levels.length, made - 1, 'it does not show what came while it loaded')
  t.equal(await version(), at + 1n, 'and does not claim to')
})

t.test('a load that fails is tried again by the next who asks', async t => {
  let fails = false
  const snapshot = await openSnapshot(db, 'keys', async (read, at) => {
    if (fails) throw new Error('not now')
    return await load(read, at)
  })
  await adds()
  const wanted = await version()
  fails = true
  await t.rejects(snapshot.atLeast(wanted), { message: 'not now' })
  fails = false
  t.equal((await snapshot.atLeast(wanted)).levels.length, made)
})

t.test('what was rolled back moves nothing', async t => {
  const before = await version()
  await t.rejects(transact(db, async tx => { await raiseSnapshot(tx, 'keys'); throw new Error('no') }))
  t.equal(await version(), before)
})

t.test('a refresh reloads what has moved, and only that', async t => {
  const keys = await openSnapshot(db, 'keys', load)
  const prices = await openSnapshot(db, 'prices', load)
  t.equal(await refreshSnapshots(db, [keys, prices]), 0)
  await adds()
  t.equal(await refreshSnapshots(db, [keys, prices]), 1)
  t.equal(keys.current.levels.length, made)
  t.equal(prices.current.levels.length, made - 1)
})

t.test('those who ask for a refresh share one that begins after they asked', async t => {
  const keys = await openSnapshot(db, 'keys', load)
  let refreshes = 0
  const refresh = sharedRefresh(() => { refreshes++; return refreshSnapshots(db, [keys]) })
  await adds()
  const first = Array.from({ length: 20 }, refresh)
  await Promise.all(first)
  t.equal(refreshes, 1)
  t.equal(keys.current.levels.length, made)
  await adds()
  await refresh()
  t.equal(keys.current.levels.length, made)
})

t.test('writers of a snapshot go one after the other', async t => {
  const order: string[] = []
  let release = () => {}
  const held = new Promise<void>(resolve => { release = resolve })
  let locked = () => {}
  const isLocked = new Promise<void>(resolve => { locked = resolve })
  const first = transact(db, async tx => { await lockSnapshot(tx, 'prices'); locked(); await held; order.push('first') })
  await isLocked
  const second = transact(db, async tx => { await lockSnapshot(tx, 'prices'); order.push('second') })
  while ((await owner`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`).length === 0);
  release()
  await Promise.all([first, second])
  t.same(order, ['first', 'second'])
})

t.test('a change is hinted at when it is committed, and a lost listener hints when it is back', async t => {
  let hinted = () => {}
  const nextHint = () => new Promise<void>(resolve => { hinted = resolve })
  const opened = nextHint()
  const stop = await listenForSnapshots(db, () => hinted())
  await opened
  const changed = nextHint()
  await adds()
  await changed
  const back = nextHint()
  await owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query like 'listen%' and pid <> pg_backend_pid()`
  await back
  const again = nextHint()
  await adds()
  await again
  await stop()
  t.pass('each hint came')
})
