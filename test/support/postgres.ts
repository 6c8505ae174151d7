import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { Test } from 'tap'
import { connectionsPerProcessMax } from '../../src/compose.ts'
import { addressOf, databaseUrl } from '../../src/postgres/address.ts'
import { startEmbedded } from '../../src/postgres/embedded.ts'

/**
 * The PostgreSQL of this test file: the run's own (KAHUB_TEST_CLUSTER, set by test/run.cjs, or any server whose account may
 * create databases), or, when the file is run by itself, one of its own that `stop` ends.
 */
export async function openCluster (): Promise<Cluster> {
  const shared = process.env.KAHUB_TEST_CLUSTER
  const own = shared ? undefined : await startTestCluster()
  const base = shared ?? (own as TestCluster).url
  const url = (database: string): string => databaseUrl(base, database)
  const { url: plain, options } = addressOf(url('postgres'))
  const sql = postgres(plain, { ...options, max: 2, onnotice: () => {} })
  const made = new Set<string>()

  const dropDatabase = async (name: string): Promise<void> => {
    await sql`drop database if exists ${sql(name)} with (force)`
    made.delete(name)
  }
  return {
    url,
    createDatabase: async template => {
      const name = `kahub_test_${randomBytes(6).toString('hex')}`
      await sql`create database ${sql(name)} template ${sql(template ?? 'template1')}`
      made.add(name)
      return name
    },
    dropDatabase,
    template: async (name, migrate) => {
      await makeTemplate(sql, name, async making => await migrate(url(making)))
      return name
    },
    stop: async () => {
      for (const name of made) await dropDatabase(name)
      await sql.end()
      await own?.stop()
    }
  }
}

export type Cluster = {
  /** The address of one of its databases; read it with addressOf. */
  url (database: string): string
  /** Makes an empty database, or a clone of a template, and gives its name. */
  createDatabase (template?: string): Promise<string>
  /** Drops a database and whoever is connected to it. */
  dropDatabase (name: string): Promise<void>
  /** Makes a database to be cloned, once, however many files ask for it at the same time; gives its name. */
  template (name: string, migrate: (url: string) => Promise<void>): Promise<string>
  /** Drops the databases made here and ends a cluster of this file's own. */
  stop (): Promise<void>
}

/** Two files run at a time, each with a house and two processes of its own, and half as much again. */
const connectionsMax = String(9 * connectionsPerProcessMax)

/** Starts a cluster in a temporary folder, with settings of its own, and the binaries of KAHUB_TEST_POSTGRES when that is set. */
export async function startTestCluster (settings: Readonly<Record<string, string>> = {}): Promise<TestCluster> {
  const home = await mkdtemp(join(tmpdir(), 'kahub-test-'))
  const binaries = process.env.KAHUB_TEST_POSTGRES
  const server = await startEmbedded({ home, log: () => {}, settings: { max_connections: connectionsMax, ...settings }, ...(binaries ? { binaries } : {}) })
  return {
    url: server.url,
    home,
    postmasterPid: () => server.pid,
    stop: async () => {
      await server.stop()
      await rm(home, { recursive: true, force: true })
    }
  }
}

/** Its supervisor starts the postmaster again when it was killed, under another id. */
export type TestCluster = { readonly url: string, readonly home: string, postmasterPid (): number, stop (): Promise<void> }

/** A cluster of a file's own, for what is not to be shared: it is killed, or its files are read. The file's houses stand on it. */
export async function useOwnCluster (t: Pick<Test, 'teardown'>): Promise<TestCluster> {
  const cluster = await startTestCluster()
  const shared = process.env.KAHUB_TEST_CLUSTER
  process.env.KAHUB_TEST_CLUSTER = cluster.url
  t.teardown(async () => {
    if (shared === undefined) delete process.env.KAHUB_TEST_CLUSTER
    else process.env.KAHUB_TEST_CLUSTER = shared
    await cluster.stop()
  })
  return cluster
}

/** It gets its name only when it is whole, so a file that died while making it leaves nothing that others would clone. */
async function makeTemplate (sql: postgres.Sql, name: string, migrate: (database: string) => Promise<void>): Promise<void> {
  const connection = await sql.reserve()
  try {
    await connection`select pg_advisory_lock(hashtext(${`kahub template ${name}`}))`
    const [present] = await connection`select 1 from pg_database where datname = ${name}`
    if (present) return
    const making = `${name}_making`
    await connection`drop database if exists ${sql(making)} with (force)`
    await connection`create database ${sql(making)}`
    await migrate(making)
    await connection`select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${making}`
    await connection`alter database ${sql(making)} rename to ${sql(name)}`
    await connection`alter database ${sql(name)} allow_connections false`
  } finally {
    await connection`select pg_advisory_unlock_all()`
    connection.release()
  }
}
